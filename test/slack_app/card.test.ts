import { describe, expect, it } from "vitest";
import type { Alert } from "../../core/alert.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import {
  announcementBlocks,
  cardBlocks,
  type CardView,
  feedBlocks,
  topicOf,
} from "../../slack-functions/shared/card.ts";
import { AT, INCIDENTS, record, stored, view } from "./builders.ts";

const ISSUE = { kind: "sentry_issue", key: "k", title: "Error", url: "https://acme.sentry.io/issues/1/" } as const;
const HOSTILE = "<!channel> <@U0DANA> <https://evil.example|log in> *bold* `code` & \n> quote ".repeat(40);
let counter = 0;

function problemsOf(blocks: readonly unknown[]): unknown {
  const checked = checkBlocks(blocks, "message", () => `b${(counter += 1)}`);
  return checked.ok ? [] : checked;
}

function textOf(cardView: CardView): string {
  return JSON.stringify(cardBlocks(cardView));
}

describe("the card", () => {
  it("says while the page goes on that it was not acknowledged and why", () => {
    const acknowledgeProblem = "PagerDuty does not know ann@example.com.";
    const text = "Not acknowledged: PagerDuty does not know ann@example.com.";
    expect(textOf(view(INCIDENTS.active, { alerts: [stored({ acknowledgeProblem })] }))).toContain(text);
    const over = stored({ acknowledgeProblem, status: "acknowledged" });
    expect(textOf(view(INCIDENTS.active, { alerts: [over] }))).not.toContain(text);
  });

  for (const incident of Object.values(INCIDENTS)) {
    it(`is valid Block Kit while ${incident.status}, as are its line in the feed and its announcement`, () => {
      const shown = view(incident);
      expect(problemsOf(cardBlocks(shown))).toEqual([]);
      expect(problemsOf(feedBlocks(shown))).toEqual([]);
      expect(problemsOf(announcementBlocks(shown))).toEqual([]);
      expect(topicOf(shown.record).length).toBeLessThanOrEqual(250);
    });

    it(`stays valid and pings nobody while ${incident.status} with a title full of Slack markup`, () => {
      const attachments = [
        {
          kind: "link" as const,
          key: "k",
          title: HOSTILE,
          url: "https://x.example/",
          facts: [{ label: HOSTILE, value: HOSTILE }],
        },
      ];
      const hostile: Partial<Alert> = { title: HOSTILE, serviceName: HOSTILE, priority: HOSTILE, attachments };
      const shown = view({ ...incident, title: HOSTILE, serviceName: HOSTILE }, { alerts: [stored(hostile)] });
      for (const blocks of [cardBlocks(shown), feedBlocks(shown), announcementBlocks(shown)]) {
        expect(problemsOf(blocks)).toEqual([]);
        const mrkdwn = JSON.stringify(blocks.filter((block) => block["type"] !== "header"));
        expect(mrkdwn).not.toContain("<!channel>");
        expect(mrkdwn).not.toContain("<https://evil.example|");
        // Whoever pressed is mentioned; the title's own mention must not be one.
        expect(mrkdwn.split("<@U0DANA>").length - 1).toBeLessThanOrEqual(2);
      }
    });
  }

  it("says who is being paged, and that a page was stopped or is over", () => {
    const paged = [{ pagerdutyUserId: "P1", name: "Dana Ortiz", email: "dana@example.com" }];
    const line = (status: Alert["status"]) => textOf(view(INCIDENTS.triage, { alerts: [stored({ status, paged })] }));
    expect(line("triggered")).toContain("Paging Dana Ortiz");
    expect(line("acknowledged")).toContain("Stopped: acknowledged, with Dana Ortiz");
    expect(line("resolved")).toContain("Over: resolved in PagerDuty");
    expect(textOf(view(INCIDENTS.triage, { alerts: [] }))).toContain("Nobody was paged");
  });

  it("tells a triage that PagerDuty resolved by itself from one that a person resolved or merged there", () => {
    const line = (resolution: Alert["resolution"]) =>
      textOf(
        view(INCIDENTS.triage, { alerts: [stored({ status: "resolved", ...(resolution ? { resolution } : {}) })] }),
      );
    expect(line({ by: "itself", at: AT })).toContain("PagerDuty resolved it by itself at");
    const again =
      "it healed while an acknowledgement from here was on its way, which opened it again, so it was resolved again";
    expect(line({ by: "itself", at: AT, again: true })).toContain(again);
    expect(line({ by: "person", at: AT, name: "<!channel>" })).toContain("&lt;!channel&gt; resolved it in PagerDuty");
    const merged = line({ by: "merge", at: AT, into: "Q9", number: 9 });
    expect(merged).toContain("merged in PagerDuty into #9, where the page goes on");
    expect(merged).not.toContain("Over: resolved");
  });

  it("says that an alert was reopened, which triage it comes from, and that its service changed", () => {
    const again = stored({ reopenedAt: AT, serviceId: "PMAIL", serviceName: "Mail" });
    const shown = view(INCIDENTS.triage, { alerts: [again], reopenedFrom: { number: "142", channelId: "C142" } });
    expect(textOf(shown)).toContain("PagerDuty reopened the alert of #142 in <#C142>");
    expect(textOf(shown)).toContain("reopened in PagerDuty at");
    expect(textOf(shown)).toContain("service Mail");
    expect(problemsOf(cardBlocks(shown))).toEqual([]);
  });

  it("does not say that the page was stopped without naming whom a later alert pages", () => {
    const ravi = [{ pagerdutyUserId: "P2", name: "Ravi Menon" }];
    const alerts = [stored({ status: "acknowledged" }), stored({ id: "Q2", relation: "offered", paged: ravi })];
    const text = textOf(view(INCIDENTS.active, { alerts }));
    expect(text).toContain("Stopped: acknowledged, with Dana Ortiz\\nLater alerts: Paging Ravi Menon");
  });

  it("shows for each alert whether PagerDuty confirmed that it is resolved", () => {
    const closings: Alert["closing"][] = [
      { state: "wanted" },
      { state: "confirmed", at: AT },
      { state: "failed", problem: "PagerDuty answered 403" },
    ];
    const [wanted, confirmed, failed] = closings.map((closing) =>
      textOf(view(INCIDENTS.resolved, { alerts: [stored({ closing })] })),
    );
    expect(wanted).toContain("has not confirmed it yet");
    expect(confirmed).toContain("PagerDuty confirmed it");
    expect(failed).toContain("Not resolved: PagerDuty answered 403");
  });

  it("says which alerts were left open in PagerDuty, and whom they page", () => {
    const alerts = [
      stored({ closing: { state: "confirmed", at: AT }, status: "resolved" }),
      stored({ id: "Q2", number: 8, title: "Late", relation: "set_aside" }),
      stored({ id: "Q3", number: 9, relation: "set_aside", status: "resolved" }),
    ];
    const text = JSON.stringify(cardBlocks(view(INCIDENTS.resolved, { alerts })));
    expect(text).toContain("Left open: Paging Dana Ortiz");
    expect(text).toContain("Left open in PagerDuty: <https://acme.pagerduty.com/incidents/Q1|Alert #8: Late>");
    expect(text).not.toContain("#9");
  });

  it("offers to ask PagerDuty again for what it refused, once the incident is closed", () => {
    const refused = [stored({ closing: { state: "failed", problem: "It said no." } })];
    for (const incident of [INCIDENTS.resolved, INCIDENTS.dismissed]) {
      expect(textOf(view(incident, { alerts: refused }))).toContain("Try again…");
      expect(textOf(view(incident))).not.toContain("Try again…");
    }
    expect(textOf(view(INCIDENTS.active, { alerts: refused }))).not.toContain("Try again…");
  });

  it("of a merged incident says where its alerts are followed, not how they were", () => {
    const text = JSON.stringify(cardBlocks(view(INCIDENTS.merged, { mergedInto: { number: "2", channelId: "C2" } })));
    expect(text).toContain("Its alerts are followed in #2 in <#C2>");
    expect(text).not.toContain("Paging");
    expect(text).not.toContain("Triggered");
  });

  it("never has more blocks than Slack takes, however much is attached", () => {
    const facts = [{ label: "Level", value: "error" }];
    const attachments = [1, 2, 3, 4].map((n) => ({ ...ISSUE, key: `k${n}`, title: `Error ${n}`, facts }));
    const alerts = Array.from({ length: 9 }, (_, index) =>
      stored({ id: `Q${index}`, title: `Alert ${index}`, attachments }),
    );
    const blocks = cardBlocks(view(INCIDENTS.active, { alerts, unsent: true }));
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(JSON.stringify(blocks)).toMatch(/and \d+ more attached alerts/);
  });

  it("tells since when it fails, where its triage was opened long after the alert", () => {
    const since = AT - 3_600_000;
    const began = `<!date^${since / 1_000}^{time}|01:03 UTC>`;
    expect(textOf(view(INCIDENTS.triage, { alerts: [stored({ since })] }))).toContain(`*Since*\\n${began}`);
    expect(textOf(view(INCIDENTS.resolved, { alerts: [stored({ since })] }))).toContain("2 h after it began");
    // What went elsewhere, or was only offered, began something else.
    for (const other of [stored({ since, relation: "offered" }), { ...stored({ since }), incidentId: "inc_2" }]) {
      expect(textOf(view(INCIDENTS.triage, { alerts: [stored(), other] }))).not.toContain(began);
    }
  });

  it("says how long the decision took, also where it took no minute", () => {
    const quick = { ...INCIDENTS.active, decidedAt: AT + 59_000 };
    expect(textOf(view(quick))).toContain("created by <@U0DANA> within a minute");
    expect(textOf(view(INCIDENTS.active))).toContain("created by <@U0DANA> after 4 min");
  });

  it("counts the later alerts, and how many of them nobody answered", () => {
    const alerts = [stored(), stored({ id: "Q2", relation: "offered" }), stored({ id: "Q3", relation: "set_aside" })];
    const shown = view(INCIDENTS.triage, {
      alerts,
      record: record(INCIDENTS.triage, { laterCount: 2, unansweredCount: 1 }),
    });
    expect(textOf(shown)).toContain("2 · 1 waits for an answer in the thread");
  });

  it("leaves out a button whose link is not configured", () => {
    expect(textOf(view(INCIDENTS.active))).toContain("Resolve incident");
    expect(textOf(view(INCIDENTS.active, { links: {} }))).not.toContain("workflow_button");
    expect(textOf(view(INCIDENTS.triage))).toContain("Buttons not working?");
  });

  it("says that PagerDuty was not told while something waits for the companion", () => {
    expect(textOf(view(INCIDENTS.dismissed, { unsent: true }))).toContain("PagerDuty has not been told yet");
  });

  it("stays within a message's 50 blocks with a hundred alerts", () => {
    const alerts = Array.from({ length: 100 }, (_, index) => stored({ id: `Q${index}` }));
    const blocks = cardBlocks(view(INCIDENTS.active, { alerts }));
    expect(problemsOf(blocks)).toEqual([]);
    expect(JSON.stringify(blocks)).toContain("94 more attached alerts");
  });
});
