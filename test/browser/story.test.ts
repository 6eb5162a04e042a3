import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser, type RunningSandbox, startSandbox } from "./harness.ts";

/** The eight steps of the product, pressed in a real browser on the sandbox's own page. */

const PATIENCE_MS = 45_000;
const MINUTE = 60_000;

let sandbox: RunningSandbox;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [sandbox, browser] = await Promise.all([startSandbox({ manualClock: true }), launchBrowser()]);
}, 90_000);
afterAll(() => sandbox?.stop());

beforeEach(async () => {
  await fetch(`${sandbox.url}/sandbox/reset`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  await page?.context().close();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(sandbox.url);
}, 60_000);

const pagerduty = () => page.getByRole("region", { name: "PagerDuty" });
const channel = (name: string) => page.getByRole("region", { name: `#${name}` });
const button = (scope: Locator | Page, name: string | RegExp) =>
  scope.getByRole("button", { name, exact: typeof name === "string" });

/** Reads the other side through the sandbox's own dump, so that the page cannot flatter itself. */
async function pagerdutyStatus(number: number): Promise<string | undefined> {
  const answer = (await (await fetch(`${sandbox.url}/sandbox/pagerduty`)).json()) as {
    incidents: { number: number; status: string }[];
  };
  return answer.incidents.find((incident) => incident.number === number)?.status;
}

async function becomesUser(name: string): Promise<void> {
  const switcher = page.getByRole("combobox", { name: "You are" });
  const option = await switcher.getByRole("option", { name: new RegExp(name) }).getAttribute("value");
  await switcher.selectOption(option);
}

async function fire(service: string, what: RegExp): Promise<void> {
  await pagerduty()
    .getByRole("combobox", { name: /Service/i })
    .selectOption({ label: service });
  await button(pagerduty(), what).click();
}

async function openChannel(name: string): Promise<Locator> {
  await page
    .getByRole("button", { name, exact: true })
    .or(page.getByRole("link", { name, exact: true }))
    .first()
    .click();
  const region = channel(name);
  await region.waitFor();
  return region;
}

async function openTriage(service: string, name: string): Promise<Locator> {
  await fire(service, /new Sentry error/i);
  const region = await openChannel(name);
  await button(region, "Yes, create incident").waitFor();
  return region;
}

async function advance(ms: number): Promise<void> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ advance_ms: ms });
  const response = await fetch(`${sandbox.url}/sandbox/clock`, { method: "POST", headers, body });
  expect(response.status).toBe(200);
}

describe("the page", () => {
  it("1 to 4: an error becomes a triage channel with the question, and Create makes it an incident", async () => {
    const region = await openTriage("Checkout", "inc-1-checkout");
    await region.getByText("In triage").first().waitFor();
    await region.getByText("Paging Dana Ortiz").first().waitFor();
    await region.getByText("Sentry", { exact: true }).first().waitFor();
    for (const name of ["Yes, create incident", "Part of another incident…", "Not an incident"]) {
      expect(await button(region, name).count(), name).toBe(1);
    }
    await button(region, "Yes, create incident").click();
    await region.getByText("Active incident").first().waitFor();
    await expect.poll(() => button(region, "Yes, create incident").count()).toBe(0);
    await expect.poll(() => pagerdutyStatus(1), { timeout: PATIENCE_MS }).toBe("acknowledged");
    await pagerduty().getByText("Acknowledged", { exact: false }).first().waitFor();
    const announcements = await openChannel("incidents");
    await announcements.getByText("Active incident").first().waitFor();
    const feed = await openChannel("triage-feed");
    await feed.getByText("Active incident").first().waitFor();
  });

  it("5a: Part of another incident moves the alert to the chosen one", async () => {
    await openTriage("Checkout", "inc-1-checkout");
    await button(channel("inc-1-checkout"), "Yes, create incident").click();
    await channel("inc-1-checkout").getByText("Active incident").first().waitFor();
    const source = await openTriage("Search", "inc-2-search");
    await button(source, "Part of another incident…").click();
    const dialog = page.getByRole("dialog", { name: "Part of another" });
    const search = dialog.getByRole("combobox", { name: "Which incident is it part of?" });
    await search.click();
    await search.fill("checkout");
    await page.getByRole("option", { name: /#1 Checkout/ }).click();
    await button(dialog, "Merge").click();
    await dialog.waitFor({ state: "detached" });
    await source.getByText("made it part of").first().waitFor();
    const target = await openChannel("inc-1-checkout");
    await target.getByText("part of this incident").first().waitFor();
  });

  it("5b: Not an incident asks for a reason, resolves the alert and archives the channel later", async () => {
    const region = await openTriage("Checkout", "inc-1-checkout");
    await button(region, "Not an incident").click();
    const dialog = page.getByRole("dialog", { name: "Not an incident" });
    expect(await dialog.getByRole("radio", { name: "False alarm" }).isChecked()).toBe(true);
    await dialog.getByRole("radio", { name: "Test" }).check();
    await button(dialog, "Dismiss").click();
    await dialog.waitFor({ state: "detached" });
    await region.getByText("dismissed it").first().waitFor();
    await expect.poll(() => pagerdutyStatus(1), { timeout: PATIENCE_MS }).toBe("resolved");
    await region.getByText("PagerDuty confirmed it").first().waitFor();
    await advance(11 * MINUTE);
    await region
      .getByText(/archived/i)
      .last()
      .waitFor();
  });

  it("6 and 7: a later alert is offered in a thread, and Resolve closes what was ticked", async () => {
    const region = await openTriage("Checkout", "inc-1-checkout");
    await button(region, "Yes, create incident").click();
    await region.getByText("Active incident").first().waitFor();
    await fire("Checkout", /fails again/i);
    await region.getByText("1 · 1 waits for an answer in the thread").first().waitFor();
    await region
      .getByText(/1 reply/)
      .first()
      .click();
    const thread = page.getByRole("region", { name: "Thread" });
    await button(thread, "Attach").click();
    await thread.getByText("attached it").first().waitFor();
    await button(region, "Resolve incident").first().click();
    const dialog = page.getByRole("dialog", { name: "Resolve incident" });
    await dialog.getByRole("checkbox").first().waitFor();
    const boxes = await dialog.getByRole("checkbox").all();
    expect(boxes).toHaveLength(2);
    for (const box of boxes) expect(await box.isChecked()).toBe(true);
    await boxes[1]!.uncheck();
    await dialog.getByRole("textbox", { name: /Summary/ }).fill("Rolled back the release.");
    await button(dialog, "Resolve").click();
    await dialog.waitFor({ state: "detached" });
    await region.getByText("Resolved").first().waitFor();
    await expect.poll(() => pagerdutyStatus(1), { timeout: PATIENCE_MS }).toBe("resolved");
    expect(await pagerdutyStatus(2)).not.toBe("resolved");
    await region.getByText("PagerDuty confirmed it").first().waitFor();
  });

  it("8: triage can be started by hand from a shortcut", async () => {
    await becomesUser("Mika Sato");
    await button(page, "Shortcuts").click();
    await page
      .getByRole("menuitem", { name: /Start triage/ })
      .or(button(page, /Start triage/))
      .first()
      .click();
    const form = page.getByRole("dialog", { name: "Start triage" });
    await form.getByRole("textbox", { name: /What fails\?/ }).fill("Payments look slow");
    await form.getByRole("textbox", { name: /Service/ }).fill("Checkout");
    await form.getByRole("textbox", { name: /What is seen\?/ }).fill("Support hears of it since noon");
    await button(form, "Next").click();
    const confirm = page.getByRole("dialog", { name: "Start triage" });
    await confirm.getByText("Nobody is paged by this.").waitFor();
    await button(confirm, "Open triage channel").click();
    const region = await openChannel("inc-1-checkout");
    await button(region, "Yes, create incident").waitFor();
    await region.getByText("Nobody was paged").first().waitFor();
  });
});
