import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAndWait, ended, startHarness, type Harness } from "./harness.ts";

describe("a workflow started by a webhook", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  it("runs its functions in Deno and waits for a press, which completes the step and goes on", async () => {
    const { ts, run } = await askAndWait(harness);
    expect(run.steps[0]?.inputs).toMatchObject({ question: "Now: Shall we?" });

    expect(await harness.press("yes", { ts })).toEqual({ status: 200, body: { ok: true } });

    const done = await ended(harness, run.id);
    expect(done.status).toBe("completed");
    expect(done.steps[0]?.outputs).toEqual({ answer: "yes", by: "U0DANA" });
    expect(done.steps[0]?.log).toContain('asking { question: "Now: Shall we?" }');
    const { messages } = await harness.workspace();
    expect(messages.at(-1)?.text).toContain("Recorded yes by <@U0DANA>");
  });
});
