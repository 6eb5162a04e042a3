import { beforeEach, describe, expect, it } from "vitest";
import type { CompanionCall } from "../../core/protocol.ts";
import type { App } from "../../slack-functions/shared/app.ts";
import type { CompanionOutcome } from "../../slack-functions/shared/companion.ts";
import { handOver, handOverPending, isUnsent, readPending } from "../../slack-functions/shared/pending.ts";
import type { SlackAnswer } from "../../slack-functions/shared/slack.ts";
import { AT, DANA } from "./builders.ts";

const DOWN = { ok: false, again: true, status: 0, problem: "down" } as const;
const TOO_EARLY = { ok: false, again: true, status: 425, problem: "too early" } as const;
const TAKEN = { ok: true, answer: { ok: true } } as unknown as CompanionOutcome<CompanionCall>;

/** The datastore "pending" and a companion whose answers are set by the test. */
let items: Map<string, Readonly<Record<string, unknown>>>;
let asked: string[];
let answerFor: (incidentId: string, call: CompanionCall) => CompanionOutcome<CompanionCall>;
let now: number;

beforeEach(() => {
  items = new Map();
  asked = [];
  answerFor = () => TAKEN;
  now = AT;
});

function app(): App {
  const call = (method: string, args: Readonly<Record<string, unknown>>): Promise<SlackAnswer> => {
    const item = args["item"] as Readonly<Record<string, unknown>>;
    if (method === "apps.datastore.put") items.set(String(item["id"]), item);
    else if (method === "apps.datastore.delete") items.delete(String(args["id"]));
    else if (method === "apps.datastore.query") return Promise.resolve({ ok: true, items: [...items.values()] });
    else throw new Error(`unexpected ${method}`);
    return Promise.resolve({ ok: true });
  };
  const companion = {
    call: (kind: CompanionCall, body: unknown) => {
      const incidentId = String((body as { incidentId: unknown }).incidentId);
      asked.push(`${kind} ${incidentId}`);
      return Promise.resolve(answerFor(incidentId, kind));
    },
  } as unknown as App["companion"];
  const settings = { links: {} };
  now += 1;
  return {
    slack: { call },
    companion,
    settings,
    now,
    time: () => now,
    teamId: "T1",
    newId: () => "x",
    pause: () => Promise.resolve(),
  };
}

const acknowledge = (incidentId: string) =>
  handOver(app(), "acknowledge", incidentId, incidentId, { incidentId, by: DANA, at: AT });
const answer = (incidentId: string) =>
  handOver(app(), "answer", incidentId, `${incidentId}:Q1`, {
    incidentId,
    alertIds: ["Q1"],
    answer: "attach",
    by: DANA,
    at: AT,
  });
const waiting = async () => (await readPending(app())).map(({ id }) => id);

describe("what the companion cannot be told", () => {
  it("waits, and goes before what comes after it", async () => {
    answerFor = () => DOWN;
    expect(isUnsent(await acknowledge("inc_1"))).toBe(true);
    answerFor = () => TAKEN;
    asked = [];
    expect((await answer("inc_1")).ok).toBe(true);
    expect(asked).toEqual(["acknowledge inc_1", "answer inc_1"]);
    expect(await waiting()).toEqual([]);
  });

  it("is not overtaken while it still has to wait", async () => {
    answerFor = (_, kind) => (kind === "acknowledge" ? TOO_EARLY : TAKEN);
    await acknowledge("inc_1");
    asked = [];
    expect(isUnsent(await answer("inc_1"))).toBe(true);
    expect(asked).toEqual(["acknowledge inc_1"]);
    expect(await waiting()).toEqual(["acknowledge:inc_1", "answer:inc_1:Q1"]);
  });

  it("of one incident holds up no other", async () => {
    answerFor = (incidentId) => (incidentId === "inc_1" ? TOO_EARLY : TAKEN);
    await acknowledge("inc_1");
    expect((await acknowledge("inc_2")).ok).toBe(true);
    answerFor = () => DOWN;
    await acknowledge("inc_3");
    answerFor = (incidentId) => (incidentId === "inc_1" ? TOO_EARLY : TAKEN);
    expect((await handOverPending(app())).told).toEqual(["inc_3"]);
    expect(await waiting()).toEqual(["acknowledge:inc_1"]);
  });

  it("is asked for once while the companion is down, however much waits", async () => {
    answerFor = () => DOWN;
    for (const incidentId of ["inc_1", "inc_2", "inc_3"]) await acknowledge(incidentId);
    asked = [];
    expect((await handOverPending(app())).isDown).toBe(true);
    expect(asked).toEqual(["acknowledge inc_1"]);
  });

  it("lies there once however often its step repeats, and goes when a repetition gets through", async () => {
    answerFor = () => DOWN;
    await acknowledge("inc_1");
    await acknowledge("inc_1");
    expect(await waiting()).toEqual(["acknowledge:inc_1"]);
    answerFor = () => TAKEN;
    await acknowledge("inc_1");
    expect(await waiting()).toEqual([]);
  });

  it("is dropped when the companion says no, since it would again", async () => {
    answerFor = () => DOWN;
    await acknowledge("inc_1");
    answerFor = () => ({ ok: false, again: false, problem: "no" });
    expect((await handOverPending(app())).left).toEqual([]);
    expect(await waiting()).toEqual([]);
  });
});
