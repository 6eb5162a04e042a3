import { describe, expect, it } from "vitest";
import { outgoingDomain } from "../../core/outgoing_domain.ts";

describe("the outgoing domain of the companion's address", () => {
  it.each([
    ["https://triage.example.com", "triage.example.com"],
    ["  https://Triage.Example.COM:8443/base  ", "triage.example.com"],
    ["http://localhost:8787", "localhost"],
    ["http://127.0.0.1:8787/", "127.0.0.1"],
    ["https://bücher.example", "xn--bcher-kva.example"],
    [`https://${"a".repeat(42)}.example`, `${"a".repeat(42)}.example`],
  ])("of %s is %s", (url, domain) => {
    expect(outgoingDomain(url)).toEqual({ ok: true, value: domain });
  });

  it.each([
    [undefined, /is not set/],
    ["", /is not set/],
    ["   ", /is not set/],
    ["triage.example.com", /not a web address/],
    ["triage.example.com:8787", /must begin with https:\/\//],
    ["localhost:8787", /must begin with https:\/\//],
    ["ftp://triage.example.com", /must begin with https:\/\//],
    ["http://triage.example.com", /must begin with https:\/\//],
    ["http://127.0.0.1.example.com", /must begin with https:\/\//],
    ["https://triage.example.com/?x", /must not contain a \? or a #/],
    ["https://triage.example.com/#x", /must not contain a \? or a #/],
    ["javascript:alert(1)", /must begin with https:\/\//],
    ["https://", /not a web address/],
    ["https://user:pass@triage.example.com", /user name or a password/],
    ["https://user@triage.example.com", /user name or a password/],
    ["https://[::1]:8787", /IPv6/],
    ["https://*.example.com", /letters, digits, dots and hyphens/],
    ["https://triage.example.com.", /letters, digits, dots and hyphens/],
    ["https://triage_1.example.com", /letters, digits, dots and hyphens/],
    [`https://${"a".repeat(43)}.example`, /51 characters long and Slack takes at most 50/],
  ])("of %j is refused with a sentence", (url, sentence) => {
    const outcome = outgoingDomain(url);
    expect(outcome.ok ? outcome.value : outcome.refusal).toMatch(sentence);
    expect(outcome.ok).toBe(false);
    expect(outcome.ok ? "" : outcome.refusal).toMatch(/^COMPANION_URL/);
  });

  it("never repeats a password", () => {
    const outcome = outgoingDomain("https://user:hunter2@triage.example.com");
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });
});
