import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { CHECKOUT, DANA, inSandbox, LENA, MIKA, textOf } from "./driver.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "deciders-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const world = inSandbox({ dataFolder: folder });

/** At a terminal beside the companion, which goes on running. */
async function set(service: string, word: string): Promise<void> {
  const command = ["--import", "tsx", "companion/cli.ts", "settings", "set", service, word];
  const env = { ...process.env, DATABASE_URL: `sqlite:${join(folder, "companion.db")}` };
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, env });
  expect(stdout).toContain(word);
}

it("where a setting names a user group, its members and whoever is on call decide, and others are told so", async () => {
  await world.fire(CHECKOUT);
  const { id } = await world.channel(/^inc-1-checkout/);
  await world.message(id, /Is this an incident\?/);
  await set("Checkout", "deciders=S0LEADS");
  const refusal = /only @incident-leads and whoever is on call/;

  // Mika only looks at the channel, where nothing can be shown to her alone.
  await world.press(MIKA, id, "Yes, create incident");
  const direct = await world.eventually("a direct message", async () =>
    (await world.workspace(MIKA)).channels.find((one) => one.isDirectMessage),
  );
  await world.message(direct.id, refusal, MIKA);
  await world.press(MIKA, id, "Not an incident");
  await world.modal(MIKA, refusal);
  expect((await world.messages(id)).some((one) => /Active incident/.test(textOf(one)))).toBe(false);

  // Lena is a member and not on call.
  await world.press(LENA, id, "Yes, create incident");
  await world.message(id, new RegExp(`created by <@${LENA}>`));

  // Dana is on call and no member.
  await world.fire(CHECKOUT, "again");
  await world.message(id, /failed again/);
  await world.post("/sandbox/join", { user: MIKA, channel: id });
  await world.press(MIKA, id, "Attach");
  await world.message(id, refusal, MIKA);
  await world.press(DANA, id, "Attach");
  await world.message(id, new RegExp(`<@${DANA}> attached it`));
});
