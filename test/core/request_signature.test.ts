import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signRequest } from "../../core/request_signature.ts";

const secret = "a-shared-secret";
const parts = {
  method: "post",
  path: "/slack/decisions",
  timestamp: 1_779_062_858_104,
  nonce: "n-1",
  body: '{"title":"Kasse fällt aus 🔥"}',
};

describe("the signature of a request", () => {
  it("is the HMAC-SHA256 of method, path, time, nonce and body, each on a line", async () => {
    const lines = `POST\n/slack/decisions\n1779062858104\nn-1\n${parts.body}`;
    const expected = createHmac("sha256", secret).update(lines, "utf8").digest("hex");
    expect(await signRequest(secret, parts)).toBe(`v1=${expected}`);
  });

  it("is this very one, whatever library computes it", async () => {
    expect(await signRequest("k", { method: "POST", path: "/p", timestamp: 0, nonce: "n", body: "" })).toBe(
      "v1=b13dd90e434e6bec9f2dd8d86eb7cba1f60dfc751d26dc78a8ffa85045af1981",
    );
  });

  it.each([
    ["secret", secret.slice(0, -1), {}],
    ["method", secret, { method: "PUT" }],
    ["path", secret, { path: "/slack/decision" }],
    ["time", secret, { timestamp: parts.timestamp + 1 }],
    ["nonce", secret, { nonce: "n-2" }],
    ["body", secret, { body: parts.body.replace("ä", "a") }],
    ["white space of the body", secret, { body: `${parts.body} ` }],
  ])("changes with the %s", async (_, key, change) => {
    expect(await signRequest(key, { ...parts, ...change })).not.toBe(await signRequest(secret, parts));
  });
});
