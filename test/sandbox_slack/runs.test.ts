import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SlackState } from "../../sandbox/slack/state.ts";
import { askAndWait, ended, eventually, FEED, startHarness, START, type Harness } from "./harness.ts";

const DEAD = "This button no longer works. What it belonged to has ended.";

describe("a workflow started by a webhook", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  const tokensOf = (execution: string | undefined) =>
    Object.entries((harness.slack.snapshot() as SlackState).tokens)
      .filter(([, token]) => token.execution === execution)
      .map(([token]) => token);
  const noticesOf = async (user: string) => (await harness.workspace(user)).notices.map((notice) => notice.text);

  it("runs its functions in Deno and waits for a press, which completes the step and goes on", async () => {
    const { ts, run } = await askAndWait(harness);
    expect(run.steps[0]?.inputs).toMatchObject({ question: "Now: Shall we?" });

    expect(await harness.press("yes", { ts })).toEqual({ status: 200, body: { ok: true } });

    const done = await ended(harness, run.id);
    expect(done.status).toBe("completed");
    expect(done.steps[0]?.outputs).toEqual({ answer: "yes", by: "U0DANA" });
    expect(done.steps[0]?.log).toContain('asking { question: "Now: Shall we?" }');
    expect(done.steps[0]?.log).toContain("chat.postMessage → ok");
    expect(done.steps[0]?.durationMs).toBeGreaterThanOrEqual(0);
    const { messages } = await harness.workspace();
    expect(messages.map((message) => message.text)).toContain("Recorded yes by <@U0DANA> (kept)");
  });

  it("refuses the second completion of a step, and everything else that its tokens are used for", async () => {
    const { ts, run } = await askAndWait(harness);
    const [token = ""] = tokensOf(run.steps[0]?.executionId);
    expect(await harness.api("auth.test", {}, token)).toMatchObject({ ok: true });
    await harness.press("twice", { ts });
    const done = await ended(harness, run.id);
    expect(done.steps[0]?.outputs).toMatchObject({ answer: "twice" });
    await eventually("the second completion's log", async () => {
      const log = (await harness.runs()).find((one) => one.id === run.id)?.steps[0]?.log ?? [];
      return log.includes("second completion execution_not_in_running_state") || undefined;
    });
    expect(await harness.api("auth.test", {}, token)).toEqual({ ok: false, error: "token_revoked" });
  });

  it("gives the handler that goes on after completing nothing but token_revoked", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("late", { ts });
    await ended(harness, run.id);
    await eventually("the late call's log", async () => {
      const log = (await harness.runs()).find((one) => one.id === run.id)?.steps[0]?.log ?? [];
      return log.includes("after completion token_revoked") || undefined;
    });
    const { messages } = await harness.workspace();
    expect(messages.map((message) => message.text)).not.toContain("too late");
  });

  it("tells whoever presses after the end that the button is dead, and starts nothing", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("late", { ts });
    const done = await ended(harness, run.id);

    expect(await harness.press("yes", { ts, user: "U0LENA" })).toEqual({ status: 200, body: { ok: true } });

    expect(await noticesOf("U0LENA")).toEqual([DEAD]);
    const [notice] = (await harness.workspace("U0LENA")).notices;
    await harness.post("/sandbox/dismiss_notice", { user: "U0LENA", id: notice?.id });
    expect(await noticesOf("U0LENA")).toEqual([]);
    expect((await harness.runs()).find((one) => one.id === run.id)?.steps[0]?.outputs).toEqual(done.steps[0]?.outputs);
  });

  it("takes one of two presses at once, and tells whoever presses what was just edited away", async () => {
    const { ts, run } = await askAndWait(harness);
    const presses = ["U0DANA", "U0LENA"].map((user) => harness.press("yes", { ts, user }));
    await Promise.all(presses);
    const done = await ended(harness, run.id);
    const log = done.steps[0]?.log ?? [];
    expect(log.filter((line) => line === "first completion ok")).toHaveLength(1);
    expect(done.steps.filter((step) => step.status === "completed")).toHaveLength(2);

    const before = (await noticesOf("U0RAVI")).length;
    expect((await harness.press("yes", { ts, user: "U0RAVI" })).status).toBe(200);
    expect((await noticesOf("U0RAVI")).slice(before)).toEqual([DEAD]);
    const { ts: untouched } = await askAndWait(harness);
    expect((await harness.press("nothing", { ts: untouched })).status).toBe(400);
    expect((await harness.press("yes", { ts: "1.000000" })).status).toBe(400);
  });

  it("lets nobody press buttons that another execution put into a message", async () => {
    const first = await askAndWait(harness);
    const second = await askAndWait(harness, { question: "Again?" });
    const [token] = tokensOf(second.run.steps[0]?.executionId);
    const { messages } = await harness.workspace();
    const blocks = messages.find((message) => message.ts === first.ts)?.blocks;

    expect(await harness.api("chat.update", { channel: FEED, ts: first.ts, blocks }, token)).toMatchObject({
      ok: true,
    });
    await harness.press("yes", { ts: first.ts, user: "U0MIKA" });

    expect(await noticesOf("U0MIKA")).toEqual([DEAD]);
    expect((await harness.runs()).find((run) => run.id === first.run.id)?.status).toBe("running");
  });

  it("lets a step be ended only with a token of its own", async () => {
    const first = await askAndWait(harness);
    const second = await askAndWait(harness);
    const [foreign] = tokensOf(second.run.steps[0]?.executionId);
    const args = { function_execution_id: first.run.steps[0]?.executionId, outputs: { answer: "no", by: "U0DANA" } };
    expect(await harness.api("functions.completeSuccess", args, foreign)).toEqual({
      ok: false,
      error: "access_denied",
    });
    expect(await harness.api("functions.completeSuccess", args)).toEqual({ ok: false, error: "access_denied" });
    expect(await harness.api("functions.completeSuccess", { ...args, function_execution_id: "Fx0" })).toEqual({
      ok: false,
      error: "function_execution_not_found",
    });
  });

  it.each([
    ["missing", {}],
    ["undeclared", { answer: "a", by: "U0DANA", more: 1 }],
    ["of the wrong type", { answer: 1, by: "U0DANA" }],
    ["an empty user", { answer: "a", by: "" }],
  ])("refuses outputs that are %s and leaves the step open", async (_, outputs) => {
    const { run } = await askAndWait(harness);
    const execution = run.steps[0]?.executionId;
    const [token] = tokensOf(execution);
    const answer = await harness.api("functions.completeSuccess", { function_execution_id: execution, outputs }, token);
    expect(answer).toMatchObject({ ok: false, error: "parameter_validation_failed" });
    expect((await harness.runs()).find((one) => one.id === run.id)?.steps[0]?.status).toBe("waiting");
  });

  it("leaves a step hanging whose function returned the wrong outputs, and says so in the step's log", async () => {
    await harness.ask({ mode: "no_outputs" });
    const step = await eventually("the refusal in the log", async () => {
      const [newest] = await harness.runs();
      return newest?.steps[0]?.log.some((line) => line.startsWith("the outputs were refused"))
        ? newest.steps[0]
        : undefined;
    });
    await eventually(
      "the step waits",
      async () => (await harness.runs())[0]?.steps[0]?.status === "waiting" || undefined,
    );
    expect(step.log).toContain("functions.completeSuccess → parameter_validation_failed");
  });

  it.each([
    ["throws", "throw", "the function threw"],
    ["answers an error", "error", "the function failed"],
  ])("ends the run of a function that %s, and tells the app's owner", async (_, mode, reason) => {
    await harness.ask({ mode });
    const failed = await eventually("the run fails", async () => {
      const [newest] = await harness.runs();
      return newest?.status === "failed" ? newest : undefined;
    });
    expect(failed.steps.map((step) => step.status)).toEqual(["failed", "not_started"]);
    expect(failed.steps[0]?.error).toContain(reason);
    expect((await noticesOf("U0DANA")).at(-1)).toContain(reason);
  });

  it("ends open executions on demand, as Slack does when it gives up on them", async () => {
    const { ts, run } = await askAndWait(harness);
    const answer = await harness.post("/sandbox/expire", { executionId: run.steps[0]?.executionId });
    expect(answer.body).toEqual({ ok: true, expired: 1 });
    expect((await ended(harness, run.id)).steps[0]?.status).toBe("expired");
    const before = (await noticesOf("U0RAVI")).length;
    await harness.press("yes", { ts, user: "U0RAVI" });
    expect((await noticesOf("U0RAVI")).slice(before)).toEqual([DEAD]);
    expect((await harness.post("/sandbox/expire", { executionId: run.steps[0]?.executionId })).status).toBe(400);
  });

  it("ends what is open for more than a day, and tokens after a quarter of an hour", async () => {
    const { ts, run } = await askAndWait(harness);
    const [token = ""] = tokensOf(run.steps[0]?.executionId);
    harness.clock.advance(15 * 60_000);
    expect(await harness.api("auth.test", {}, token)).toEqual({ ok: false, error: "token_revoked" });
    expect((await harness.press("reason", { ts, user: "U0LENA" })).body).toEqual({ ok: true });
    expect((await harness.workspace("U0LENA")).modal?.title).toBe("Why");
    harness.clock.advance(24 * 3_600_000);
    expect((await ended(harness, run.id)).steps[0]?.status).toBe("expired");
  });

  it("tells the functions the time of a manual clock", async () => {
    await harness.ask({ mode: "now" });
    const run = await eventually("the run ends", async () => {
      const [newest] = await harness.runs();
      return newest?.status === "completed" ? newest : undefined;
    });
    expect(Date.parse(String(run.steps[0]?.outputs["answer"]))).toBe(harness.clock.now());
    expect(harness.clock.now()).toBeGreaterThan(START);
  });
});

describe("limits of the wall clock", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ limits: { mainMs: 1_500, interactionMs: 300 } });
  });
  afterAll(() => harness.close());

  it("tells the presser of a handler that hangs or throws, and leaves the step open", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("hangs", { ts });
    await harness.press("throws", { ts });
    const notices = (await harness.workspace()).notices.map((notice) => notice.text);
    expect(notices).toEqual([
      "This app took too long to respond. Try again, or ask whoever looks after it.",
      "This app ran into a problem and could not respond.",
    ]);
    const step = (await harness.runs()).find((one) => one.id === run.id)?.steps[0];
    expect(step?.status).toBe("waiting");
    expect(step?.log.join("\n")).toContain("the handler threw");
  });

  it("ends the run of a function that takes longer than it may", async () => {
    await harness.ask({ mode: "hang" });
    const failed = await eventually("the run fails", async () => {
      const [newest] = await harness.runs();
      return newest?.status === "failed" ? newest : undefined;
    });
    expect(failed.steps[0]).toMatchObject({ status: "failed", error: "the function took longer than Slack allows" });
  });
});
