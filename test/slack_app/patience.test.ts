import { expect, it } from "vitest";
import { createSlack } from "../../slack-functions/shared/slack.ts";

/** A Slack that says wait, for so many seconds, for ever. */
function busy(seconds: number) {
  const refusal = { status: 429, headers: new Headers({ "retry-after": String(seconds) }) };
  return { apiCall: () => Promise.reject(Object.assign(new Error("429"), refusal)) } as never;
}

it("a look-up of a person is not waited for as long as what people are to see", async () => {
  let waited = 0;
  const slack = createSlack(busy(2), (ms) => Promise.resolve(void (waited += ms)));
  expect(await slack.call("users.lookupByEmail", { email: "dana@example.com" })).toEqual({
    ok: false,
    error: "ratelimited",
  });
  expect(waited).toBe(4_000);
  waited = 0;
  await slack.call("chat.postMessage", { channel: "C1" });
  expect(waited).toBeGreaterThan(15_000);
});
