import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { quarantineCommand } from "../../companion/quarantine_command.ts";
import { HOUR } from "../../core/time.ts";
import { alertIn, createWorld, eventBody, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const run = async (line: string) => {
  const outcome = await quarantineCommand(world.store, line.split(" "));
  return outcome.ok ? outcome.value : `refused: ${outcome.refusal}`;
};
const opened = () => world.triggers.triages.map(({ alert }) => alertIn(alert).id);
const bodyOf = (id: string, eventId: string) => JSON.stringify(eventBody(world.raise(id), { eventId }, START));

/** As an older version of the companion would have kept a webhook that this one can read. */
const keep = (body: string, keys: readonly string[], webhookId = "hook-1") =>
  world.store.transaction((tx) =>
    tx.addQuarantined({ keys, webhookId, receivedAt: START, why: "unreadable_incident", body }),
  );

describe("the quarantine", () => {
  it("lists what could not be read, and shows it without what looks secret", async () => {
    expect(await run("list")).toBe("Nothing is kept aside.");
    await world.webhook('{"password":"hunter2-hunter2","note":"xoxb-123456789012-abcdef"}', { "x-webhook-id": "w1" });
    expect(await run("list")).toBe(
      "q1  2026-03-02T02:00:00.000Z  no event  it is no event of PagerDuty that can be read",
    );
    const shown = await run("show q1");
    expect(shown).toContain("password");
    expect(shown).not.toMatch(/hunter2|xoxb/);
    expect(await run("replay q1")).toBe("refused: q1 still cannot be read and stays where it is.");
    expect(await run("replay all")).toBe("q1 still cannot be read and stays where it is.");
    expect(await run("list")).toContain("q1 ");
  });

  it("hands in again what can be read since, once, as if it had come then", async () => {
    await keep(bodyOf("P1", "01A"), ["webhook:hook-1", "event:01A"]);
    expect(await run("list")).toBe(
      "q1  2026-03-02T02:00:00.000Z  incident.triggered of P1  the incident in it cannot be read",
    );
    expect(await run("replay q1")).toBe("q1 is handed in again.");
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
    expect(await run("replay q1")).toMatch(/^refused: Nothing is kept aside as "q1"/);
    // PagerDuty's own repetition of it is known as well.
    await world.webhook(bodyOf("P1", "01A"), { "x-webhook-id": "hook-9" });
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });

  it("drops what came through meanwhile by another way", async () => {
    await keep(bodyOf("P1", "01A"), ["webhook:hook-1"]);
    await keep(bodyOf("P1", "01A"), ["webhook:hook-2"], "hook-2");
    expect(await run("replay all")).toBe("q1 is handed in again.\nq2 came through before; it is dropped.");
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
    expect(await run("list")).toBe("Nothing is kept aside.");
  });

  it("opens no channel for what is older than its window by the time of the replay", async () => {
    await keep(bodyOf("P1", "01A"), ["webhook:hook-1"]);
    await world.advance(2 * HOUR);
    await run("replay all");
    await world.confirmAll();
    expect(opened()).toEqual([]);
    expect(world.triggers.signals.some(({ kind, data }) => kind === "feed_line" && data.includes("backlog"))).toBe(
      true,
    );
  });

  it("hands in again what failed when it was processed", async () => {
    await world.store.transaction(async (tx) => {
      await tx.addEvent({ keys: ["event:01A"], eventId: "01A", receivedAt: START, body: bodyOf("P1", "01A") });
      const event = await tx.nextEvent();
      await tx.finishEvent(event?.seq ?? 0, "failed");
    });
    expect(await run("list")).toMatch(/^e1 {2}.* {2}incident\.triggered of P1 {2}processing failed/);
    expect(await run("replay e1")).toBe("e1 is handed in again.");
    await world.confirmAll();
    expect(opened()).toEqual(["P1"]);
  });

  it.each([
    ["list all", /no command "list"/],
    ["forget q1", /no command "forget"/],
    ["show q9", /Nothing is kept aside as "q9"/],
    ["show", /Say which one/],
    ["replay", /Say which one/],
    ["replay q1 q2", /"q2" is too much/],
  ])("%s is refused in a sentence", async (line, sentence) => {
    expect(await run(line)).toMatch(sentence);
  });
});
