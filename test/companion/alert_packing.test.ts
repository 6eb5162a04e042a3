import { describe, expect, it } from "vitest";
import type { Alert } from "../../core/alert.ts";
import { packAlert, unpackAlert } from "../../core/alert_packing.ts";
import { byteLength } from "../../core/text.ts";

const alert: Alert = {
  id: "PQ1",
  number: 17,
  title: "TypeError in checkout",
  url: "https://acme.pagerduty.example/incidents/PQ1",
  serviceId: "PSVC1",
  serviceName: "Checkout",
  urgency: "high",
  priority: "P1",
  status: "triggered",
  since: 1_700_000_000_000,
  paged: [{ pagerdutyUserId: "PU1", name: "Ann", email: "ann@example.com" }],
  relation: "attached",
  attachments: [
    {
      kind: "sentry_issue",
      key: "acme/CHECKOUT-1",
      title: "TypeError",
      url: "https://acme.sentry.io/issues/1/",
      facts: [{ label: "Level", value: "error" }],
    },
  ],
  closing: { state: "none" },
};

function facts(count: number, length: number) {
  return Array.from({ length: count }, (_, index) => ({ label: `fact ${index}`, value: "é".repeat(length) }));
}

describe("packing an alert", () => {
  it("comes back as it went in when it fits", () => {
    expect(unpackAlert(packAlert(alert))).toEqual(alert);
  });

  it.each<Alert["resolution"]>([
    { by: "itself", at: 5 },
    { by: "itself", at: 5, again: true },
    { by: "us", at: 5 },
    { by: "person", at: 5, name: "Ann Lee" },
    { by: "merge", at: 5, into: "PQ9", number: 9 },
  ])("keeps how it was resolved and when it was reopened ($by)", (resolution) => {
    const over: Alert = { ...alert, status: "resolved", reopenedAt: 4, ...(resolution ? { resolution } : {}) };
    expect(unpackAlert(packAlert(over))).toEqual(over);
  });

  it.each([
    { state: "none" },
    { state: "wanted" },
    { state: "wanted", problem: "PagerDuty is slow." },
    { state: "confirmed", at: 5 },
    { state: "failed", problem: "PagerDuty refused." },
  ] as const)("keeps the closing $state", (closing) => {
    expect(unpackAlert(packAlert({ ...alert, closing }))?.closing).toEqual(closing);
  });

  it("drops facts first, and only down to four", () => {
    const many = { ...alert, attachments: alert.attachments.map((one) => ({ ...one, facts: facts(30, 80) })) };
    const back = unpackAlert(packAlert(many));
    expect(back?.attachments[0]?.facts).toHaveLength(4);
    expect(back?.title).toBe(alert.title);
  });

  it("drops attachments beyond six before it cuts titles", () => {
    const one = { ...alert.attachments[0]!, title: "t".repeat(250) };
    const many = { ...alert, attachments: Array.from({ length: 20 }, (_, index) => ({ ...one, key: `k${index}` })) };
    const back = unpackAlert(packAlert(many));
    expect(back?.attachments.map((each) => each.key)).toEqual(["k0", "k1", "k2", "k3", "k4", "k5"]);
    expect(back?.attachments[0]?.title).toHaveLength(250);
  });

  it("cuts titles before it drops people", () => {
    const person = { pagerdutyUserId: "PU", name: "n".repeat(80) };
    const back = unpackAlert(
      packAlert({ ...alert, title: "😀".repeat(900), paged: Array.from({ length: 8 }, () => person) }),
    );
    expect(Array.from(back?.title ?? "")).toHaveLength(200);
    expect(back?.paged).toHaveLength(8);
  });

  it("keeps who is paged, and the link, longer than a title", () => {
    const url = "https://acme-example.pagerduty.com/incidents/Q1KQ5V5QK5V5QK";
    const paged = [{ pagerdutyUserId: "PRAVI01", name: "Ravi Menon", email: "ravi.menon@acme.example" }];
    const long = { ...alert, title: "t".repeat(300), url, paged, serviceName: "Recommendations ap-south" };
    expect(unpackAlert(packAlert(long, 480))).toMatchObject({ url, paged });
    expect(unpackAlert(packAlert(long, 420))).toMatchObject({ url: "", paged });
  });

  it("makes every alert fit, whatever is in it", () => {
    const huge = '\u0001"é😀'.repeat(5_000);
    const url = `https://example.com/${"a".repeat(5_000)}`;
    const monster: Alert = {
      ...alert,
      id: huge,
      title: huge,
      url,
      serviceId: huge,
      serviceName: huge,
      priority: huge,
      paged: Array.from({ length: 50 }, () => ({ pagerdutyUserId: huge, name: huge, email: huge })),
      attachments: Array.from({ length: 50 }, () => ({
        kind: "link" as const,
        key: huge,
        title: huge,
        url,
        facts: facts(50, 500),
      })),
      closing: { state: "failed", problem: huge },
    };
    for (const max of [4_000, 3_900]) expect(byteLength(packAlert(monster, max))).toBeLessThanOrEqual(max);
    expect(unpackAlert(packAlert(monster))?.closing.state).toBe("failed");
  });
});

describe("unpacking an alert", () => {
  it.each([
    ["no JSON", "{"],
    ["a list", "[]"],
    ["null", "null"],
    ["no id", JSON.stringify({ ...alert, id: "" })],
    ["a number for a title", JSON.stringify({ ...alert, title: 5 })],
    ["an unknown status", JSON.stringify({ ...alert, status: "open" })],
    ["an unknown relation", JSON.stringify({ ...alert, relation: "friend" })],
    ["an unknown urgency", JSON.stringify({ ...alert, urgency: "medium" })],
    ["a text for a time", JSON.stringify({ ...alert, since: "now" })],
  ])("refuses %s", (_, text) => {
    expect(unpackAlert(text)).toBeUndefined();
  });

  it("leaves out links that are not of the web, and keeps the rest", () => {
    const link = alert.attachments[0]!;
    const back = unpackAlert(
      JSON.stringify({
        ...alert,
        url: "javascript:alert(1)",
        attachments: [{ ...link, url: "javascript:alert(1)" }, { ...link, url: "not a link" }, link, 7, null],
        paged: [{ name: "no id" }, ...alert.paged, "x"],
        extra: { __proto__: { admin: true } },
      }),
    );
    expect(back).toEqual({ ...alert, url: "" });
  });

  it("claims nothing about PagerDuty from a closing it cannot read", () => {
    expect(unpackAlert(JSON.stringify({ ...alert, closing: { state: "confirmed" } }))?.closing).toEqual({
      state: "none",
    });
  });
});
