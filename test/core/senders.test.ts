import { describe, expect, it } from "vitest";
import type { Attachment } from "../../core/attachment.ts";
import { recogniseAttachments } from "../../core/recogniser.ts";
import { alertsOf } from "./fixtures.ts";

const recognise = (alerts: readonly unknown[], clientUrl?: string): readonly Attachment[] =>
  recogniseAttachments({ alerts, sentryHosts: [], ...(clientUrl ? { clientUrl } : {}) });
const first = (name: string): Attachment | undefined => recognise(alertsOf(name))[0];
const facts = (attachment: Attachment | undefined): Record<string, string> =>
  Object.fromEntries((attachment?.facts ?? []).map(({ label, value }) => [label, value]));
const withLinks = (...hrefs: string[]): readonly unknown[] => [
  { body: { contexts: hrefs.map((href) => ({ type: "link", href })), details: {} } },
];
const kindsOf = (...hrefs: string[]): string[] => recognise(withLinks(...hrefs)).map(({ kind }) => kind);

describe("Datadog", () => {
  it("gives the monitor, with where it failed and what it asks", () => {
    expect(first("datadog")).toEqual({
      kind: "datadog_monitor",
      key: "app.datadoghq.com/7710442",
      title: "Queue depth on host:q-4",
      url: "https://app.datadoghq.com/monitors#7710442?group=host%3Aq-4",
      facts: [
        { label: "Severity", value: "error" },
        { label: "Environment", value: "prod" },
        { label: "Host", value: "q-4" },
        { label: "Query", value: "avg(last_5m):max:queue.depth{host:q-4} > 10000" },
        { label: "Message", value: "Depth above 10k" },
        { label: "Priority", value: "normal" },
      ],
    });
  });

  it.each([
    "https://app.datadoghq.eu/monitors/12",
    "https://us3.datadoghq.com/monitors/12?from_ts=1",
    "https://lumen.us5.datadoghq.com/monitors#12",
    "https://ap1.datadoghq.com/monitors/12/edit",
    "https://app.ddog-gov.com/monitors/12",
  ])("is known by %s", (url) => expect(kindsOf(url)).toEqual(["datadog_monitor"]));

  it("leaves its list of monitors an ordinary link", () => {
    expect(recognise(alertsOf("datadog")).map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      "datadog_monitor: Queue depth on host:q-4",
      "link: Triggered Monitors (app.datadoghq.com)",
    ]);
  });
});

describe("CloudWatch", () => {
  it("gives the alarm, with its state, the reason and the region", () => {
    expect(first("cloudwatch")).toMatchObject({
      kind: "cloudwatch_alarm",
      key: "eu-north-1/cart queue age",
      title: "cart queue age",
    });
    expect(facts(first("cloudwatch"))).toEqual({
      State: "OK → ALARM",
      Reason: "Threshold crossed: 2 datapoints (412.0, 430.0) were above 300.0",
      Region: "EU (Stockholm)",
      Metric: "Lumen/Cart QueueAge",
      Description: "The cart queue is not drained",
    });
  });

  it.each([
    "https://eu-north-1.console.aws.amazon.com/cloudwatch/home?region=eu-north-1#alarmsV2:alarm/cart%20queue%20age",
    "https://console.amazonaws-us-gov.com/cloudwatch/home?region=us-gov-west-1#alarmsV2:alarm/x?~(y)",
    "https://console.amazonaws.cn/cloudwatch/home?region=cn-north-1#s=Alarms&alarm=x",
  ])("is known by %s", (url) => expect(kindsOf(url)).toEqual(["cloudwatch_alarm"]));

  it("survives an alarm's name that is no proper encoding", () => {
    expect(kindsOf("https://console.aws.amazon.com/cloudwatch/home#alarm=%E0%A4%A")).toEqual(["cloudwatch_alarm"]);
  });
});

describe("New Relic", () => {
  it("gives the incident, though it sends no details", () => {
    expect(first("newrelic")).toEqual({
      kind: "newrelic_incident",
      key: "7700/8800",
      title: "Apdex below 0.7 on cart",
      url: "https://rpm.newrelic.com/accounts/7700/incidents/8800",
      facts: [{ label: "Severity", value: "warning" }],
    });
  });

  it("leaves its newer issues ordinary links, whose form is not known", () => {
    expect(kindsOf("https://one.newrelic.com/alerts/issue?account=7700")).toEqual(["link"]);
  });
});

describe("Grafana", () => {
  it("gives each rule once, with what its alerts have in common, and the panels by their names", () => {
    const [errors, queue, ...rest] = recognise(alertsOf("grafana"));
    expect(errors).toMatchObject({
      kind: "grafana_rule",
      key: "graphs.lumen.example/grafana/ddx2k9",
      title: "CartErrors (graphs.lumen.example)",
    });
    expect(facts(errors)).toEqual({ Firing: "2", Severity: "critical", Region: "eu-north-1" });
    expect(queue).toMatchObject({ title: "CartQueue (graphs.lumen.example)" });
    expect(facts(queue)).toEqual({ Firing: "1", Region: "eu-north-1", Summary: "The queue grows", Value: "D=31" });
    expect(rest.map(({ title }) => title)).toEqual([
      "Silence (graphs.lumen.example)",
      "Dashboard (graphs.lumen.example)",
      "Panel (graphs.lumen.example)",
      "Silence (graphs.lumen.example)",
    ]);
  });

  it("is not attached by its front page alone before the alert is known", () => {
    const root = "https://graphs.lumen.example/";
    expect(recognise([], root)).toEqual([]);
    expect(recognise(withLinks(root), root)).toHaveLength(1);
  });
});

describe("Alertmanager", () => {
  it.each(["alertmanager_text_details", "alertmanager_list_details"])("gives the same for %s", (name) => {
    expect(first(name)).toEqual({
      kind: "alertmanager",
      key: "https://alerts.lumen.example/#/alerts?receiver=pagerduty",
      title: "CartLatency (alerts.lumen.example)",
      url: "https://alerts.lumen.example/#/alerts?receiver=pagerduty",
      facts: [
        { label: "Firing", value: "1" },
        { label: "Service", value: "cart" },
      ],
    });
  });

  it("names its other links by what stands before them", () => {
    const titles = (name: string) => recognise(alertsOf(name)).map(({ title }) => title);
    expect(titles("alertmanager_text_details").slice(1)).toEqual([
      "Runbook (runbooks.lumen.example)",
      "Source (metrics.lumen.example)",
    ]);
    expect(titles("alertmanager_list_details").slice(1)).toEqual([
      "Runbook (runbooks.lumen.example)",
      "Generator (metrics.lumen.example)",
    ]);
  });

  it("says how many fire and why nothing else is known where the details were too big", () => {
    const attachment = first("alertmanager_oversize");
    expect(attachment?.title).toBe("[FIRING:731] CartLatency (alerts.lumen.example)");
    expect(facts(attachment)).toEqual({ Firing: "731", Error: expect.stringContaining("exceeds the maximum size") });
  });

  it.each([
    [{ firing: 3, resolved: null, num_firing: {}, num_resolved: [] }],
    [
      {
        firing: [null, 1, "x", { labels: 5, annotations: [], generatorURL: {} }],
        resolved: [],
        num_firing: -1,
        num_resolved: 0,
      },
    ],
    [{ firing: " - = \nSource:\nLabels:\nAnnotations:\n - x = y", resolved: "", num_firing: "", num_resolved: "x" }],
    ["a text of one's own template"],
  ])("survives the details %j", (details) => {
    const url = "https://alerts.lumen.example/#/alerts?receiver=pagerduty";
    const alert = { summary: "Down", body: { details, cef_details: { client: "Alertmanager", client_url: url } } };
    expect(recognise([alert])[0]).toMatchObject({ kind: "alertmanager", title: "Down (alerts.lumen.example)" });
  });

  it("says of many alerts only what they share, in time that does not grow without bound", () => {
    const firing = Array.from({ length: 20_000 }, (_, index) => ({
      labels: { alertname: "CartLatency", severity: "page", instance: `cart-${index}` },
      annotations: { summary: `cart-${index} is slow` },
    }));
    const url = "https://alerts.lumen.example/#/alerts?receiver=pagerduty";
    const details = { firing, resolved: [], num_firing: 20_000, num_resolved: 2 };
    const started = performance.now();
    const found = recognise([{ body: { details, cef_details: { client_url: url } } }])[0];
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(facts(found)).toEqual({ Firing: "20000, 2 resolved", Severity: "page" });
  });
});

describe("an address that only looks like a vendor's", () => {
  it.each([
    "https://app.datadoghq.com.attacker.example/monitors/12",
    "https://fakedatadoghq.com/monitors/12",
    "http://app.datadoghq.com/monitors/12",
    "https://app.datadoghq.com:8443/monitors/12",
    "https://app.datadoghq.com/monitors/12x",
    "https://attacker.example/app.datadoghq.com/monitors/12",
    "https://console.aws.amazon.com.attacker.example/cloudwatch/home#alarm=x",
    "https://a.b.console.aws.amazon.com/cloudwatch/home#alarm=x",
    "https://console.aws.amazon.com/other/cloudwatch/#alarm=x",
    "https://rpm.newrelic.com.attacker.example/accounts/1/incidents/2",
    "https://attacker.example/accounts/1/incidents/2",
    "https://attacker.example/#https://rpm.newrelic.com/accounts/1/incidents/2",
  ])("%s is an ordinary link under its real host", (url) => {
    const [attachment] = recognise(withLinks(url));
    expect(attachment).toMatchObject({ kind: "link", title: new URL(url).host });
  });

  it("of a product that anybody may run is shown with its real host", () => {
    const url = "https://attacker.example/alerting/grafana/abc/view";
    expect(recognise(withLinks(url))[0]).toMatchObject({
      kind: "grafana_rule",
      title: "Grafana rule abc (attacker.example)",
    });
  });

  it("borrows no facts from an alert that is about another thing", () => {
    const [alert] = structuredClone(alertsOf("datadog")) as { body: { details: { body: string } } }[];
    if (!alert) throw new Error("the fixture has an alert");
    alert.body.details.body = "see https://app.datadoghq.com/monitors/999";
    expect(recognise([alert])[1]).toMatchObject({ title: "Datadog monitor 999", facts: [] });
    const name = "https://console.aws.amazon.com/cloudwatch/home?region=eu-north-1#alarm=other";
    const other = [...alertsOf("cloudwatch")] as { body: { details: object } }[];
    const mentioned = structuredClone(other[0]!);
    mentioned.body.details = { ...mentioned.body.details, note: name };
    expect(recognise([mentioned])[1]).toMatchObject({ title: "other", facts: [] });
  });
});

describe("other senders", () => {
  it("Sensu's object in the place of a client is no sender's name", () => {
    expect(recognise(alertsOf("sensu_client_object"))).toEqual([]);
  });

  it("are shown by their links, each under its name and its real host", () => {
    const details = {
      runbook_url: "https://wiki.lumen.example/carts",
      note: "Dashboard: https://graphs.lumen.example/d/1\nsee https://help.lumen.example/a",
      nested: { links: ["https://status.lumen.example/x"] },
    };
    const titles = recognise([{ body: { details, cef_details: { client: "Homemade" } } }]).map(({ title }) => title);
    expect(titles).toEqual([
      "Runbook (wiki.lumen.example)",
      "Dashboard (graphs.lumen.example)",
      "help.lumen.example",
      "status.lumen.example",
    ]);
  });
});
