import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recogniseAttachments } from "../../core/recogniser.ts";
import { fire, startWorld, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

async function attachmentsOf(kind: string) {
  const id = await fire(world, "PCHECK1", kind);
  const { alerts } = (await world.rest("get", `/incidents/${id}/alerts`)).data;
  return recogniseAttachments({ alerts, sentryHosts: [] });
}

describe("a sender fired from the panel", () => {
  it.each([
    ["datadog_monitor", "datadog_monitor"],
    ["grafana_alert", "grafana_rule"],
    ["alertmanager", "alertmanager"],
    ["cloudwatch_alarm", "cloudwatch_alarm"],
    ["new_relic", "newrelic_incident"],
  ])("%s raises an alert in which it is recognised, with facts", async (kind, attachmentKind) => {
    const [first] = await attachmentsOf(kind);
    expect(first?.kind).toBe(attachmentKind);
    expect(first?.facts.length).toBeGreaterThan(0);
  });

  it("that nobody knows is shown by its links, each with its host", async () => {
    const attachments = await attachmentsOf("unknown_sender");
    expect(attachments.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      "link: probes.example.net",
      "link: Status page (status.example.net)",
      "link: Runbook (runbooks.example.com)",
      "link: Dashboard (graphs.example.net)",
      "link: Log (logs.example.net)",
    ]);
    expect(JSON.stringify(attachments)).not.toContain("not-for-the-channel");
  });

  it("that means harm passes for nobody else", async () => {
    const attachments = await attachmentsOf("hostile_title");
    expect(new Set(attachments.map(({ kind }) => kind))).toEqual(new Set(["link"]));
    for (const { title, url } of attachments) expect(title).toContain(new URL(url).host);
  });

  it("fails anew each time, and takes a title of one's own", async () => {
    await fire(world, "PSEARC1", "grafana_alert");
    await fire(world, "PSEARC1", "grafana_alert");
    await world.post("/sandbox/pagerduty/fire", { serviceId: "PSEARC1", kind: "new_relic", title: "Mine" });
    const { incidents } = await world.view();
    expect(incidents.map(({ title }) => title)).toEqual([
      "Mine",
      "[FIRING:1] SlowAnswers (search)",
      "[FIRING:1] HighErrorShare (search)",
    ]);
  });
});

describe("a storm", () => {
  it("raises 50 alerts over 20 services, three at most for any of them", async () => {
    const { status, body } = await world.post("/sandbox/pagerduty/fire", { kind: "storm" });
    expect({ status, raised: body["raised"] }).toEqual({ status: 200, raised: 50 });
    const { incidents } = await world.view();
    const countOf = (name: string) => incidents.filter(({ service }) => service === name).length;
    const services = [...new Set(incidents.map(({ service }) => service))];
    expect(services).toHaveLength(20);
    expect(Math.max(...services.map(countOf))).toBe(3);
    // Every service has failed before any fails again.
    const oldestFirst = incidents.toReversed();
    expect(new Set(oldestFirst.slice(0, 20).map(({ service }) => service)).size).toBe(20);
    expect(incidents.every(({ assignees }) => assignees.length === 1)).toBe(true);
  });

  it("leaves the panel's list of services as it is, while PagerDuty's API knows them all", async () => {
    expect((await world.view()).services.map(({ name }) => name)).toEqual(["Checkout", "Search", "Accounts & Login"]);
    const { services } = (await world.rest("get", "/services", { query: { limit: "100" } })).data;
    expect(services).toHaveLength(100);
  });
});
