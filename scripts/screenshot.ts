/**
 * `npm run screenshot`: the picture of README.md, taken from the sandbox itself. CHROMIUM_PATH names another Chromium for
 * platforms that the npm package has none for.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import { type Page, chromium as playwright } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));
const picture = `${root}docs/images/sandbox.png`;

async function readyUrl(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const url = /^sandbox ready (\S+)$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error("The sandbox did not start; try npm run sandbox.");
}

/** The story up to the question, as the engineer on call sees it. */
async function playStory(page: Page, url: string): Promise<void> {
  await page.goto(url);
  const panel = page.getByRole("region", { name: "PagerDuty" });
  await panel.getByRole("combobox", { name: /Service/i }).selectOption({ label: "Checkout" });
  await panel.getByRole("button", { name: /new Sentry error/i }).click();
  const channel = page
    .getByRole("button", { name: /^inc-\d+-checkout/ })
    .or(page.getByRole("link", { name: /^inc-\d+-checkout/ }));
  await channel.first().click();
  await page.getByRole("button", { name: "Yes, create incident", exact: true }).waitFor();
  // The error's own facts come a moment after the card.
  await page.getByText("production").first().waitFor();
}

const sandbox = spawn(process.execPath, ["--import", "tsx", "sandbox/main.ts", "--port", "0"], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const url = await readyUrl(sandbox.stdout);
  const browser = await playwright.launch({
    executablePath: process.env["CHROMIUM_PATH"] ?? (await chromium.executablePath()),
    args: [...chromium.args.filter((flag) => flag !== "--single-process"), "--disable-background-networking"],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  await playStory(page, url);
  await page.screenshot({ path: picture, animations: "disabled" });
  await browser.close();
  console.log(picture);
} finally {
  sandbox.kill("SIGTERM");
}
