import { describe, expect, it } from "vitest";
import { channelName, channelPurpose, isPurposeOf } from "../../core/channel_name.ts";

describe("the name of a channel", () => {
  it.each([
    ["142", "Checkout", "inc-142-checkout"],
    ["142", "Accounts & Login", "inc-142-accounts-login"],
    ["142", "  --Data__Platform--  ", "inc-142-data-platform"],
    ["142", "Zahlungs-Übersicht №5", "inc-142-zahlungs-ubersicht-no5"],
    ["142", "🔥🔥", "inc-142"],
    ["142", "決済サービス", "inc-142"],
    ["142", "決済 API", "inc-142-api"],
    ["142", "", "inc-142"],
    ["142", "___", "inc-142"],
    ["m7f3a", "Checkout", "inc-m7f3a-checkout"],
    ["142", "../../etc/passwd <!channel>", "inc-142-etc-passwd-channel"],
  ])("of incident %s of %j is %s", (number, service, name) => {
    expect(channelName(number, service)).toBe(name);
  });

  it("is cut, keeps its number and ends with no hyphen", () => {
    const name = channelName("142", `${"a".repeat(39)} ${"b".repeat(200)}`);
    expect(name).toBe(`inc-142-${"a".repeat(39)}`);
  });

  it.each(["a".repeat(500), "é".repeat(500), "a-".repeat(500), "9".repeat(500)])(
    "is always one that Slack takes",
    (text) => {
      const name = channelName(text, text);
      expect(name).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
      expect(name.length).toBeLessThanOrEqual(80);
      expect(name).not.toContain("--");
    },
  );
});

describe("the purpose of a channel", () => {
  it("says whose it is, whatever the title", () => {
    const purpose = channelPurpose("in_1", "x".repeat(1_000));
    expect(Array.from(purpose)).toHaveLength(250);
    expect(isPurposeOf("in_1", purpose)).toBe(true);
  });

  it.each([
    ["another incident's", channelPurpose("in_12", "in_1: fails")],
    ["one that only mentions it", `See ${channelPurpose("in_1", "fails")}`],
    ["an empty one", ""],
  ])("is not taken from %s", (_, purpose) => {
    expect(isPurposeOf("in_1", purpose)).toBe(false);
  });
});
