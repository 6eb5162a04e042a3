import { describe, expect, it } from "vitest";
import { askAndWait, ended, eventually, startHarness } from "./harness.ts";

describe("a snapshot", () => {
  it("is plain JSON, and what waited in it can still be pressed in a new stand-in", async () => {
    const before = await startHarness();
    const { ts, run } = await askAndWait(before);
    const other = await askAndWait(before, { question: "And this?" });
    await before.press("reason", { ts: other.ts });
    const kept = JSON.parse(JSON.stringify(before.slack.snapshot())) as unknown;
    expect(kept).toEqual(before.slack.snapshot());
    await before.close();

    const after = await startHarness({ firstId: 10_000 });
    try {
      after.slack.restore(kept);
      expect((await after.workspace()).modal?.title).toBe("Why");
      await after.press("yes", { ts });
      expect((await ended(after, run.id)).status).toBe("completed");
      const viewId = (await after.workspace()).modal?.id;
      const state = { why: { text: { type: "plain_text_input", value: "still here" } } };
      await after.post("/sandbox/submit", { user: "U0DANA", viewId, state });
      expect((await ended(after, other.run.id)).steps[0]?.outputs).toMatchObject({ answer: "still here (kept)" });
    } finally {
      await after.close();
    }
  });

  it("fails what was running in it, since its process is gone", async () => {
    const before = await startHarness();
    await before.ask({ mode: "hang" });
    const running = await eventually("the function runs", async () => {
      const [run] = await before.runs();
      return run?.steps[0]?.log.some((line) => line.startsWith("asking")) ? run : undefined;
    });
    expect(running.steps[0]?.status).toBe("running");
    const kept = before.slack.snapshot();
    await before.close();

    const after = await startHarness();
    try {
      after.slack.restore(kept);
      const [run] = await after.runs();
      expect(run).toMatchObject({
        id: running.id,
        status: "failed",
        steps: [{ status: "failed" }, { status: "not_started" }],
      });
      after.slack.reset();
      expect(await after.runs()).toEqual([]);
      expect((await after.workspace()).messages).toEqual([]);
    } finally {
      await after.close();
    }
  });
});
