import { describe, expect, it } from "vitest";
import type { Attachment } from "../../core/attachment.ts";
import { isSameSentry, recogniseAttachments, sentryReference, withSentryIssue } from "../../core/recogniser.ts";
import { alertsOf, sentryIssue } from "./fixtures.ts";

const SELF_HOSTED = ["faults.lumen.example:8443"];
const TITLE = "RangeError: Invalid currency code: EURO";

const look = (name: string, sentryHosts: readonly string[] = SELF_HOSTED): readonly Attachment[] =>
  recogniseAttachments({ alerts: alertsOf(name), sentryHosts });
const kinds = (attachments: readonly Attachment[]): string[] => attachments.map(({ kind }) => kind);
const facts = (attachment: Attachment | undefined): Record<string, string> =>
  Object.fromEntries((attachment?.facts ?? []).map(({ label, value }) => [label, value]));

/** One alert with the given links, from a sender that says nothing else. */
const withLinks = (...contexts: unknown[]): readonly unknown[] => [{ id: "Q1", body: { contexts, details: {} } }];
const link = (href: string, text?: string): unknown => ({ type: "link", href, ...(text ? { text } : {}) });

describe("Sentry's senders", () => {
  it("finds the issue of an issue alert, with the facts that help at first sight", () => {
    expect(look("sentry_issue_alert")).toEqual([
      {
        kind: "sentry_issue",
        key: "sentry.io/lumen/6120449017",
        title: TITLE,
        url: "https://lumen.sentry.io/issues/6120449017/",
        facts: [
          { label: "Level", value: "error" },
          { label: "Environment", value: "production" },
          { label: "Release", value: "cart@7.3.1" },
          { label: "Culprit", value: "POST /cart/totals" },
          { label: "Issue", value: "CART-9X" },
        ],
      },
    ]);
  });

  it.each([
    ["sentry_issue_alert_older", "sentry.io/lumen/6120449017", TITLE],
    [
      "sentry_issue_alert_self_hosted",
      "faults.lumen.example:8443/lumen/20417",
      "ConnectionRefusedError: [Errno 111] db-2:5432",
    ],
    ["sentry_short_id_event_link", "sentry.io/lumen/6120449017", TITLE],
    ["no_cef_details", "sentry.io/lumen/6120449017", TITLE],
    ["contexts_and_details_null", "sentry.io/lumen/6120449017", TITLE],
    ["page_2_of_2", "sentry.io/lumen/6120449017", TITLE],
    ["sentry_legacy_plugin", "faults.lumen.example:8443/lumen/20555", "Thumbnail worker out of memory"],
  ])("%s is the issue %s", (name, key, title) => {
    const attachments = look(name);
    expect(kinds(attachments)).toEqual(["sentry_issue"]);
    expect(attachments[0]).toMatchObject({ key, title });
  });

  it("takes the facts of the legacy plugin from its object of tags, and leaves its root address out", () => {
    const attachments = look("sentry_legacy_plugin");
    expect(facts(attachments[0])).toEqual({ Level: "warning", Release: "thumbs@2.0", Culprit: "thumbs.render" });
    expect(attachments).toHaveLength(1);
  });

  it("knows a metric alert by its rule, keeps the number of the alert and drops the tracking", () => {
    expect(look("sentry_metric_alert_rule_link")).toEqual([
      {
        kind: "sentry_metric_alert",
        key: "sentry.io/lumen/rule/2207",
        title: "Critical: Checkout p95 above 2 s",
        url: "https://lumen.sentry.io/alerts/rules/details/2207/?alert=914",
        facts: [
          { label: "Severity", value: "critical" },
          { label: "Measured", value: "2.4 s p95 in the last 15 minutes" },
        ],
      },
    ]);
  });

  it("knows a metric alert that links to an issue", () => {
    expect(look("sentry_metric_alert_issue_link")[0]).toMatchObject({
      kind: "sentry_metric_alert",
      key: "sentry.io/lumen/6120990001",
      title: "Critical: Checkout p95 above 2 s",
    });
  });

  it("has no Sentry attachment for an event without a group", () => {
    expect(look("sentry_issue_alert_without_group")).toEqual([]);
  });

  it("finds the link in the text of a mail, without the full stop after it", () => {
    expect(look("details_text")).toMatchObject([
      { kind: "sentry_issue", url: "https://lumen.sentry.io/issues/6120449017/", title: "Sentry issue 6120449017" },
    ]);
  });

  it("takes the organisation's own project path, the oldest form", () => {
    const url = "https://sentry.io/lumen/cart/issues/6120449017/?query=x";
    expect(recogniseAttachments({ alerts: withLinks(link(url)), sentryHosts: [] })).toMatchObject([
      { kind: "sentry_issue", key: "sentry.io/lumen/6120449017" },
    ]);
  });
});

describe("what the webhook says before the alerts are known", () => {
  const clientUrl = "https://lumen.sentry.io/issues/6120449017/?referrer=pagerduty_integration";

  it("is a bare Sentry attachment", () => {
    expect(recogniseAttachments({ clientUrl, alerts: [], sentryHosts: [] })).toEqual([
      {
        kind: "sentry_issue",
        key: "sentry.io/lumen/6120449017",
        title: "Sentry issue 6120449017",
        url: "https://lumen.sentry.io/issues/6120449017/",
        facts: [],
      },
    ]);
  });

  it("becomes one attachment with the alert's own mention of the issue", () => {
    const attachments = recogniseAttachments({ clientUrl, alerts: alertsOf("sentry_issue_alert"), sentryHosts: [] });
    expect(attachments).toEqual(look("sentry_issue_alert"));
  });

  it("becomes one attachment with it where the link has the short id", () => {
    const short = "https://lumen.sentry.io/issues/CART-9X/events/b5e1c2d3a4f5968778695a4b3c2d1e0f/";
    const alerts = alertsOf("sentry_short_id_event_link");
    expect(recogniseAttachments({ clientUrl: short, alerts, sentryHosts: [] })).toHaveLength(1);
  });

  it("becomes a metric alert when the alert shows that it is one", () => {
    const metric = "https://lumen.sentry.io/issues/6120990001/";
    const alerts = alertsOf("sentry_metric_alert_issue_link");
    expect(kinds(recogniseAttachments({ clientUrl: metric, alerts, sentryHosts: [] }))).toEqual([
      "sentry_metric_alert",
    ]);
  });
});

describe("PagerDuty's own alert", () => {
  const pagerduty = {
    id: "Q2ALERT000001",
    number: 318,
    title: "Cart\nis  down",
    url: "https://lumen.pagerduty.com/incidents/Q2ALERT000001",
  };

  it("comes first, on one line, with its number", () => {
    const attachments = recogniseAttachments({ pagerduty, alerts: alertsOf("sentry_issue_alert"), sentryHosts: [] });
    expect(kinds(attachments)).toEqual(["pagerduty_alert", "sentry_issue"]);
    expect(attachments[0]).toEqual({
      kind: "pagerduty_alert",
      key: "Q2ALERT000001",
      title: "Cart is down",
      url: pagerduty.url,
      facts: [{ label: "Number", value: "#318" }],
    });
  });

  it.each(["", "javascript:alert(1)", "https://a:b@lumen.pagerduty.com/incidents/Q2"])(
    "is left out with the address %j",
    (url) => {
      expect(recogniseAttachments({ pagerduty: { ...pagerduty, url }, alerts: [], sentryHosts: [] })).toEqual([]);
    },
  );

  it("is not repeated among the other links", () => {
    const alerts = withLinks(link(pagerduty.url, "PagerDuty"));
    expect(kinds(recogniseAttachments({ pagerduty, alerts, sentryHosts: [] }))).toEqual(["pagerduty_alert"]);
  });
});

describe("other senders", () => {
  it.each(["none", "details_null", "details_empty", "body_null", "page_1_of_2", "sensu_client_object"])(
    "%s has nothing to attach",
    (name) => expect(look(name)).toEqual([]),
  );

  it("names a link without words by its host", () => {
    expect(look("link_without_text")).toMatchObject([{ kind: "link", title: "backups.lumen.example" }]);
  });

  it("attaches each Sentry issue of an alert that several senders wrote to, before other links", () => {
    expect(look("mixed_senders").map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      "sentry_issue sentry.io/lumen/6120449017",
      "sentry_issue faults.lumen.example:8443/lumen/20417",
      "alertmanager https://alerts.lumen.example/#/alerts?receiver=pagerduty",
      "link https://runbooks.lumen.example/cart-latency",
      "link https://metrics.lumen.example/graph?g0.expr=cart_latency&g0.tab=1",
    ]);
  });

  it("keeps at most five other links, each once", () => {
    const links = Array.from({ length: 9 }, (_, index) => link(`https://wiki.lumen.example/${index}`, `Page ${index}`));
    const attachments = recogniseAttachments({ alerts: withLinks(...links, ...links), sentryHosts: [] });
    expect(attachments.map(({ url }) => url)).toEqual([0, 1, 2, 3, 4].map((n) => `https://wiki.lumen.example/${n}`));
  });
});

describe("the guard", () => {
  it("takes none of the hostile links for Sentry's, and shows the rest under their real hosts", () => {
    const attachments = look("hostile_links");
    expect(kinds(attachments)).toEqual(["link", "link", "link", "link", "link"]);
    for (const { title, url } of attachments) {
      expect(new URL(url).username).toBe("");
      expect(title.endsWith(new URL(url).host) || title.endsWith(`(${new URL(url).host})`)).toBe(true);
    }
  });

  it.each([
    "https://lumen.sentry.io.attacker.example/issues/1/",
    "https://fake-sentry.io/issues/1/",
    "https://sentry.io.attacker.example/organizations/lumen/issues/1/",
    "https://a.b.sentry.io/issues/1/",
    "https://sentry.io:8443/organizations/lumen/issues/1/",
    "https://us.sentry.io/issues/1/",
    "https://faults.lumen.example/organizations/lumen/issues/1/",
    "https://faults.lumen.example:8444/organizations/lumen/issues/1/",
    "https://other.lumen.example:8443/organizations/lumen/issues/1/",
    "https://sentry.io/organizations/lumen/issues/1/../../../settings/",
    "https://sentry.io/settings/lumen/issues/1/",
    "https://sentry.io/organizations/lumen/issues/1;x/",
    "https://attacker.example/?u=https://lumen.sentry.io/issues/1/",
    "https://attacker.example/#https://lumen.sentry.io/issues/1/",
  ])("%s is an ordinary link", (url) => {
    const input = { alerts: withLinks(link(url)), sentryHosts: SELF_HOSTED };
    expect(kinds(recogniseAttachments(input))).not.toContain("sentry_issue");
    expect(sentryReference(input)).toBeUndefined();
  });

  it.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/hostname",
    "ftp://files.lumen.example/a",
    "https://lumen.sentry.io@attacker.example/issues/1/",
    "https://user:pass@lumen.sentry.io/issues/1/",
    "https://share.lumen.example/run?access_token=abc",
    "https://bucket.lumen.example/log?X-Amz-Signature=00",
    "https://app.lumen.example/#/run?api_key=abc",
    `https://lumen.example/${"a".repeat(2_000)}`,
    "//lumen.example/a",
    "not a link",
  ])("%s is not shown at all", (url) => {
    expect(recogniseAttachments({ alerts: withLinks(link(url, "View")), sentryHosts: [] })).toEqual([]);
  });

  it("shows the real host even behind the longest of texts and behind a text that looks like another host", () => {
    const alerts = withLinks(
      link("https://attacker.example/a", "lumen.sentry.io"),
      link("https://attacker.example/b", "x".repeat(900)),
      link("https://xn--e1awd7f.example/c", "\u202Esentry.io\u202C\u200B"),
    );
    const titles = recogniseAttachments({ alerts, sentryHosts: [] }).map(({ title }) => title);
    expect(titles[0]).toBe("lumen.sentry.io (attacker.example)");
    expect(titles[1]).toMatch(/… \(attacker\.example\)$/);
    expect(Array.from(titles[1] ?? "").length).toBeLessThanOrEqual(300);
    expect(titles[2]).toBe("sentry.io (xn--e1awd7f.example)");
  });

  it("relays no personal data and nothing under a name that looks like a secret", () => {
    const details = {
      groupID: "5",
      eventID: "b5e1c2d3a4f5968778695a4b3c2d1e0f",
      user: { email: "shopper@example.net", profile: "https://people.lumen.example/88041" },
      auth_token: "https://leak.lumen.example/1",
      env: [{ key: "session_id", value: "https://leak.lumen.example/2" }],
      nested: { deeper: { password: "https://leak.lumen.example/3", note: "https://fine.lumen.example/4" } },
      tags: [{ key: "user", value: "shopper@example.net" }],
    };
    const alerts = [{ body: { contexts: [link("https://lumen.sentry.io/issues/5/")], details } }];
    const text = JSON.stringify(recogniseAttachments({ alerts, sentryHosts: [] }));
    expect(text).toContain("https://fine.lumen.example/4");
    expect(text).not.toMatch(/shopper|88041|leak/);
  });

  it("keeps a title as text on one line of at most 300 characters", () => {
    const title = `<!channel> & <b>\n${"é".repeat(2_000)}`;
    const details = { groupID: "5", eventID: "b5e1c2d3a4f5968778695a4b3c2d1e0f", title };
    const alerts = [{ body: { contexts: [link("https://lumen.sentry.io/issues/5/")], details } }];
    const found = recogniseAttachments({ alerts, sentryHosts: [] })[0]?.title ?? "";
    expect(found.startsWith("<!channel> & <b> é")).toBe(true);
    expect(Array.from(found)).toHaveLength(300);
  });

  it("lends no facts to another issue that the message of an alert mentions", () => {
    const [alert] = structuredClone(alertsOf("sentry_issue_alert")) as { body: { details: { message: string } } }[];
    if (!alert) throw new Error("the fixture has an alert");
    alert.body.details.message = "same as https://lumen.sentry.io/issues/777/";
    const attachments = recogniseAttachments({ alerts: [alert], sentryHosts: [] });
    expect(attachments[1]).toMatchObject({ key: "sentry.io/lumen/777", title: "Sentry issue 777", facts: [] });
  });

  it.each([
    [[]],
    [[null, undefined, 1, "text", true, [], [[]], {}]],
    [[{ body: 1 }, { body: [] }, { body: { contexts: {}, details: 5, cef_details: "x" } }]],
    [
      [
        {
          body: {
            details: { groupID: { toString: 1 }, eventID: [], tags: [null, 1, [], {}] },
            cef_details: { client: {} },
          },
        },
      ],
    ],
    [[JSON.parse('{"body":{"details":{"__proto__":{"url":"https://x.example/"},"constructor":"x"}}}')]],
  ])("survives the alerts %j", (alerts: readonly unknown[]) => {
    expect(() => recogniseAttachments({ clientUrl: "::", alerts, sentryHosts: ["", "::", "a b"] })).not.toThrow();
    expect(() => sentryReference({ alerts, sentryHosts: [] })).not.toThrow();
  });

  it("stops looking in what is nested or repeated beyond measure", () => {
    let deep: unknown = "https://deep.lumen.example/";
    for (let level = 0; level < 10_000; level += 1) deep = [deep];
    const wide = Array.from({ length: 100_000 }, (_, index) => `https://wide.lumen.example/${index}`);
    const alerts = [{ body: { details: { deep, wide } } }];
    const started = performance.now();
    expect(recogniseAttachments({ alerts, sentryHosts: [] })).toHaveLength(5);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("Sentry under a path of its host", () => {
  const hosts = ["127.0.0.1:3000/sentry/"];

  it("is recognised there", () => {
    expect(look("sentry_issue_alert_under_a_path", hosts)[0]).toMatchObject({
      kind: "sentry_issue",
      key: "127.0.0.1:3000/sentry/lumen/77",
      url: "http://127.0.0.1:3000/sentry/organizations/lumen/issues/77/",
    });
  });

  it.each([
    "http://127.0.0.1:3000/organizations/lumen/issues/77/",
    "http://127.0.0.1:3000/sentry/../organizations/lumen/issues/77/",
    "http://127.0.0.1:3000/sentryx/organizations/lumen/issues/77/",
    "http://127.0.0.1:3001/sentry/organizations/lumen/issues/77/",
  ])("%s is not", (url) => {
    expect(kinds(recogniseAttachments({ alerts: withLinks(link(url)), sentryHosts: hosts }))).toEqual(["link"]);
  });

  it("leaves the front page of Sentry out", () => {
    for (const url of ["http://127.0.0.1:3000/sentry", "http://127.0.0.1:3000/sentry/"]) {
      expect(recogniseAttachments({ clientUrl: url, alerts: [], sentryHosts: hosts })).toEqual([]);
    }
  });
});

describe("the reference for asking Sentry", () => {
  const refer = (name: string, sentryHosts = SELF_HOSTED) => sentryReference({ alerts: alertsOf(name), sentryHosts });
  const eventId = "b5e1c2d3a4f5968778695a4b3c2d1e0f";

  it.each([
    ["sentry_issue_alert", { host: "sentry.io", org: "lumen", issueId: "6120449017", shortId: "CART-9X", eventId }],
    [
      "sentry_short_id_event_link",
      { host: "sentry.io", org: "lumen", issueId: "6120449017", shortId: "CART-9X", eventId },
    ],
    [
      "sentry_issue_alert_self_hosted",
      { host: "faults.lumen.example:8443", org: "lumen", issueId: "20417", shortId: "INDEXER-4C", eventId },
    ],
    ["sentry_metric_alert_issue_link", { host: "sentry.io", org: "lumen", issueId: "6120990001" }],
    [
      "sentry_legacy_plugin",
      {
        host: "faults.lumen.example:8443",
        org: "lumen",
        issueId: "20555",
        eventId: "0c9b8a7f6e5d4c3b2a19080706050403",
      },
    ],
  ])("of %s comes from its link and its ids", (name, reference) => {
    expect(refer(name)).toEqual(reference);
  });

  it("falls back to the group id and the key where no link can be trusted, at the configured Sentry", () => {
    expect(refer("hostile_links")).toEqual({
      host: "faults.lumen.example:8443",
      issueId: "6120449017",
      shortId: "CART-9X",
      eventId,
    });
  });

  it.each(["sentry_metric_alert_rule_link", "sentry_issue_alert_without_group", "datadog", "none", "body_null"])(
    "of %s does not exist",
    (name) => expect(refer(name)).toBeUndefined(),
  );

  it("comes from the webhook's link alone before the alerts are known", () => {
    const clientUrl = "https://lumen.sentry.io/issues/6120449017/?referrer=pagerduty_integration";
    expect(sentryReference({ clientUrl, alerts: [], sentryHosts: [] })).toEqual({
      host: "sentry.io",
      org: "lumen",
      issueId: "6120449017",
    });
  });
});

describe("which Sentry may be asked", () => {
  it.each([
    ["sentry.io", "https://sentry.io", true],
    ["sentry.io", "https://us.sentry.io/", true],
    ["sentry.io", "https://faults.lumen.example:8443", false],
    ["sentry.io", "https://sentry.io.attacker.example", false],
    ["faults.lumen.example:8443", "https://faults.lumen.example:8443/", true],
    ["faults.lumen.example:8443", "https://faults.lumen.example", false],
    ["127.0.0.1:3000/sentry", "http://127.0.0.1:3000/sentry", true],
    ["127.0.0.1:3000/sentry", "http://127.0.0.1:3000", false],
    ["faults.lumen.example", "https://sentry.io", false],
    ["", "not an address", false],
  ])("%s and %s: %s", (host, url, same) => {
    expect(isSameSentry(host, url)).toBe(same);
  });
});

describe("Sentry's answer", () => {
  const attachment = look("sentry_issue_alert")[0];
  if (!attachment) throw new Error("the fixture has a Sentry issue");

  it("adds what Sentry counts, in reading order", () => {
    expect(facts(withSentryIssue(attachment, sentryIssue()))).toEqual({
      Level: "error",
      Environment: "production",
      Release: "cart@7.3.1",
      Events: "18,204",
      Users: "942",
      "First seen": "2026-05-17 23:58 UTC",
      Culprit: "POST /cart/totals",
      "Last seen": "2026-05-18 00:09 UTC",
      Status: "unresolved (regressed)",
      Issue: "CART-9X",
    });
  });

  it("gives a bare link its title and its facts", () => {
    const bare = { ...attachment, title: "Sentry issue 6120449017", facts: [] };
    expect(withSentryIssue(bare, sentryIssue())).toMatchObject({ title: TITLE, url: attachment.url });
    expect(facts(withSentryIssue(bare, sentryIssue()))).toMatchObject({
      Release: "7.3.1",
      Culprit: "POST /cart/totals",
    });
  });

  it("renews what changes when it is asked again", () => {
    const first = withSentryIssue(attachment, sentryIssue());
    const later = withSentryIssue(first, { ...sentryIssue(), count: "20000", status: "resolved", substatus: null });
    expect(facts(later)).toMatchObject({ Events: "20,000", Status: "resolved", Environment: "production" });
  });

  it("lacks what Sentry leaves null, and takes a count as text or as number", () => {
    const bare = { ...attachment, facts: [] };
    const answer = {
      id: "6120449017",
      culprit: null,
      count: 7,
      userCount: "0",
      lastRelease: null,
      firstSeen: "yesterday",
    };
    expect(facts(withSentryIssue(bare, answer))).toEqual({ Events: "7", Users: "0" });
  });

  it.each([null, "text", [], {}, { id: "999" }, { id: {} }])("changes nothing when it is %j", (answer) => {
    expect(withSentryIssue(attachment, answer)).toBe(attachment);
  });

  it("never touches the attachment of a rule or of another kind", () => {
    const rule = look("sentry_metric_alert_rule_link")[0] ?? attachment;
    expect(withSentryIssue(rule, { id: "2207", title: "x" })).toBe(rule);
    const other = { ...attachment, kind: "link" } as const;
    expect(withSentryIssue(other, sentryIssue())).toBe(other);
  });

  it("cuts the title and puts it on one line", () => {
    const found = withSentryIssue(attachment, { ...sentryIssue(), title: `a\nb${"c".repeat(400)}` });
    expect(found.title.startsWith("a bc")).toBe(true);
    expect(found.title).toHaveLength(300);
  });
});

describe("two hundred alerts of half a megabyte each", () => {
  const rule = "Labels:\n - a = b\nSource: https://g.example/alerting/grafana/abc/view\n".repeat(7_000);
  const links = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, index) => [`k${index}`, `https://a.example/${index}${" ".repeat(220)}`]),
  );
  it.each([
    ["whose text names thousands of rules", { firing: rule, resolved: "", num_firing: "1", num_resolved: "0" }],
    ["with thousands of links", links],
  ])("%s hold nothing up for long", (_, details) => {
    const alerts = Array.from({ length: 200 }, () => ({ body: { details, cef_details: { client: "Grafana" } } }));
    const began = performance.now();
    expect(recogniseAttachments({ alerts, sentryHosts: [] }).length).toBeGreaterThan(0);
    // It was 20 s once, in which no webhook was answered.
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
