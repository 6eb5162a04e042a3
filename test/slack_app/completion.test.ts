import { describe, expect, it } from "vitest";
import { completing } from "../../slack-functions/shared/completion.ts";

/** Slack's client of the SDK: it throws for what is not 2xx. */
function client(...answers: (object | "wait")[]) {
  const calls: { readonly method: string; readonly args: unknown }[] = [];
  const apiCall = (method: string, args: unknown) => {
    calls.push({ method, args });
    const answer = answers.shift() ?? { ok: true };
    if (answer !== "wait") return Promise.resolve(answer);
    return Promise.reject(
      Object.assign(new Error("429"), { status: 429, headers: new Headers({ "retry-after": "0.01" }) }),
    );
  };
  return { calls, context: { client: { apiCall } as never, event: { function_execution_id: "Fx1" } } };
}

describe("a main handler's step", () => {
  it("is completed also where Slack says wait, which its own runtime would not notice", async () => {
    const { calls, context } = client("wait", "wait");
    const answer = await completing(() => Promise.resolve({ outputs: { status: "active" } }))(context);
    expect(answer).toEqual({ completed: false });
    expect(calls).toHaveLength(3);
    expect(calls.at(-1)).toEqual({
      method: "functions.completeSuccess",
      args: { function_execution_id: "Fx1", outputs: { status: "active" } },
    });
  });

  it("ends with its sentence where it failed", async () => {
    const { calls, context } = client();
    await completing(() => Promise.resolve({ error: "It did not work." }))(context);
    expect(calls).toEqual([
      { method: "functions.completeError", args: { function_execution_id: "Fx1", error: "It did not work." } },
    ]);
  });

  it("stays open where it waits for people", async () => {
    const { calls, context } = client();
    expect(await completing(() => Promise.resolve({ completed: false }))(context)).toEqual({ completed: false });
    expect(calls).toEqual([]);
  });

  it("is left to the runtime where Slack takes it from us for no reason that we know", async () => {
    const { context } = client({ ok: false, error: "internal_error" });
    const outputs = { status: "none" };
    expect(await completing(() => Promise.resolve({ outputs }))(context)).toEqual({ outputs });
  });

  it("is over where it was completed before", async () => {
    const { context } = client({ ok: false, error: "execution_not_in_running_state" });
    expect(await completing(() => Promise.resolve({ outputs: {} }))(context)).toEqual({ completed: false });
  });
});
