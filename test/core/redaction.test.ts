import { describe, expect, it } from "vitest";
import { recogniseAttachments } from "../../core/recogniser.ts";
import { redactSecrets, redactTokens } from "../../core/redaction.ts";

/** Put together here, so that no scanner takes them for real ones. */
const JWT = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0In0", "c2lnbmF0dXJlLW9mLXRlc3Q"].join(".");
const AWS = `AKIA${"Q7".repeat(8)}`;
const SLACK = ["xoxb", "1234567890", "abcdefghij"].join("-");
const HEX = "0f1e2d3c".repeat(5);
const BASE64 = "Zm9vYmFyQmF6MTIzNDU2Nzg5MEFCQ0RFRkdISUo".repeat(1);

describe("secrets in text", () => {
  it.each([
    [`failed with ${JWT}`, "failed with [removed]"],
    [`key ${AWS} expired`, "key [removed] expired"],
    [`bot ${SLACK}`, "bot [removed]"],
    ["password=hunter2 user=dana", "password=[removed] user=dana"],
    ['{"api_key": "abc", "port": 5}', '{"api_key": [removed], "port": 5}'],
    ["DB_PASSWORD: 'a b' next", "DB_PASSWORD: [removed] next"],
    ["Authorization: Bearer abcdefgh, then", "Authorization: [removed], then"],
    ["postgres://app:s3cret@db-2:5432/cart", "postgres://[removed]@db-2:5432/cart"],
    ["post to hooks.slack.com/services/T1/B2/x9", "post to [removed]"],
  ])("%s", (text, clean) => {
    expect(redactSecrets(text)).toBe(clean);
    expect(redactTokens(text)).toBe(clean);
  });

  it.each([
    ["Authorization header: Bearer a1b2c3d4e5", "Authorization header: [removed]"],
    [`digest ${HEX} differs`, "digest [removed] differs"],
    [`got ${BASE64}`, "got [removed]"],
  ])("shaped like a token go where no id matters: %s", (text, clean) => {
    expect(redactTokens(text)).toBe(clean);
  });

  it.each([
    "Threshold crossed: 2 datapoints (412.0, 430.0) were above 300.0",
    "avg(last_5m):max:queue.depth{host:q-4} > 10000",
    "pod checkout-7d9f8b6c5d-x2k4p in production-eu-north-1 restarts",
    "com.lumen.cart.checkout.CartSummaryServiceImplementation",
    "src/components/checkout/CartSummary/index2.tsx",
    "TypeError: Cannot read properties of null (reading 'lineItems')",
    "basic authentication is off",
    `release ${"c".repeat(40)}`,
  ])("nothing else goes: %s", (text) => {
    expect(redactTokens(text)).toBe(text);
  });

  it("takes time that grows with the text only", () => {
    const started = performance.now();
    for (const text of ["a-".repeat(2_000), "password=".repeat(400), "x:/".repeat(1_300), "0a".repeat(2_000)]) {
      redactTokens(text);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("is not held up by what only begins like a token, as long as a webhook may be", () => {
    const started = performance.now();
    expect(redactSecrets("eyJabcdef-".repeat(30_000))).toHaveLength(300_000);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("an attachment", () => {
  const alertmanager = (summary: string, labels: object = {}) => {
    const url = "https://alerts.lumen.example/#/alerts?receiver=pagerduty";
    const firing = [{ labels: { alertname: "CartErrors", ...labels }, annotations: { summary } }];
    const details = { firing, resolved: [], num_firing: 1, num_resolved: 0 };
    return recogniseAttachments({ alerts: [{ body: { details, cef_details: { client_url: url } } }], sentryHosts: [] });
  };

  it("shows no secret of its alert, by name or by shape, and none in a title", () => {
    const text = JSON.stringify([
      alertmanager(`login failed: token=abc, ${JWT}`),
      alertmanager("x", { instance: HEX, region: AWS, api_token: "hunter2", alertname: `Key ${SLACK}` }),
    ]);
    expect(text).toContain("login failed: token=[removed]");
    for (const secret of ["abc", JWT, HEX, AWS, SLACK, "hunter2"]) expect(text).not.toContain(secret);
  });

  it("is not made of a link that is itself a credential", () => {
    const details = { hook: "https://hooks.slack.com/services/T1/B2/x9", a: `https://x.example/${JWT}` };
    expect(recogniseAttachments({ alerts: [{ body: { details } }], sentryHosts: [] })).toEqual([]);
  });

  it("of Sentry keeps a release that is a commit", () => {
    const details = {
      groupID: "5",
      eventID: "b5e1c2d3a4f5968778695a4b3c2d1e0f",
      title: "Bad cart",
      tags: [{ key: "release", value: HEX }],
    };
    const contexts = [{ type: "link", href: "https://lumen.sentry.io/issues/5/" }];
    const [issue] = recogniseAttachments({ alerts: [{ body: { contexts, details } }], sentryHosts: [] });
    expect(issue?.facts).toContainEqual({ label: "Release", value: HEX });
  });
});
