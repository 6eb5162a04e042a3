import { describe, expect, it } from "vitest";
import { readSettings } from "../../slack-functions/shared/settings.ts";

describe("the links in messages", () => {
  it.each([
    ["https://slack.com/shortcuts/Ft1/abc", true],
    ["http://127.0.0.1:3000/shortcuts/Ft1", true],
    ["https://hooks.slack.com/triggers/T1/2/secret", false],
    ["HTTPS://HOOKS.SLACK.COM/triggers/T1/2/secret", false],
    ["javascript:alert(1)", false],
    ["Ft1", false],
    ["  ", false],
  ])("are links for people, and never a webhook trigger's secret address: %s → %s", (url, isTaken) => {
    const names = ["RESOLVE", "UNDO", "DISMISS", "WHY", "ASK_AGAIN", "SNOOZE", "OPEN", "SPLIT"];
    const { links } = readSettings(Object.fromEntries(names.map((name) => [`${name}_LINK_URL`, url])));
    expect(Object.values(links)).toEqual(isTaken ? names.map(() => url) : []);
  });
});
