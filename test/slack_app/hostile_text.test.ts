import { describe, expect, it } from "vitest";
import type { Alert } from "../../core/alert.ts";
import type { FeedLine } from "../../core/feed_line.ts";
import type { Incident, Person } from "../../core/incident.ts";
import type { CompanionAnswers } from "../../core/protocol.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import * as ask from "../../slack-functions/ask_for_triage_decision/blocks.ts";
import { claimView, sentenceView } from "../../slack-functions/claim_triage/blocks.ts";
import { whyBlocks } from "../../slack-functions/explain_alert/blocks.ts";
import { resolveView } from "../../slack-functions/fill_resolve_form/blocks.ts";
import { detachView, undoView } from "../../slack-functions/fill_undo_form/blocks.ts";
import * as controls from "../../slack-functions/offer_incident_controls/blocks.ts";
import { offerBlocks, offerText } from "../../slack-functions/offer_later_alert/blocks.ts";
import * as card from "../../slack-functions/shared/card.ts";
import { ChannelRefused } from "../../slack-functions/shared/channel.ts";
import { feedLineBlocks, feedLineText } from "../../slack-functions/shared/feed_line.ts";
import type { IncidentRecord } from "../../slack-functions/shared/incidents.ts";
import { updateBlocks } from "../../slack-functions/shared/latest_update.ts";
import { noChannelBlocks, noChannelText } from "../../slack-functions/shared/meeting_place.ts";
import { tableBlocks } from "../../slack-functions/shared/storm_table.ts";
import { takenBackText } from "../../slack-functions/undo_triage/words.ts";
import { alert, AT, DANA, INCIDENTS, record, view } from "./builders.ts";

const MARKUP =
  "<!channel> <!here|x> <@U0EVIL> <#C0EVIL> <https://evil.example|PagerDuty> *b* _i_ ~s~ `c`\n> q | &lt;!everyone&gt;";
/** Texts that senders, PagerDuty's users and people in Slack might write. */
const TEXTS: Readonly<Record<string, string>> = {
  markup: MARKUP,
  "3,000 characters of markup": MARKUP.repeat(40).slice(0, 3_000),
  "3,000 characters without a space": "x".repeat(3_000),
  "3,000 ampersands": "&".repeat(3_000),
  "3,000 backticks": "`".repeat(3_000),
  emoji: "🔥🔥👩‍🚒",
  CJK: "結帳服務無法使用".repeat(200),
  "right to left": "\u202e<!channel>שירות התשלומים\u202c",
  nothing: "",
};

/** A message's blocks and its text, or a modal's blocks. */
type Drawn = { readonly message: readonly unknown[]; readonly text?: string } | { readonly modal: unknown };

interface Stuff {
  readonly text: string;
  readonly by: Person;
  readonly alerts: readonly Alert[];
  readonly incidents: readonly Incident[];
  readonly recordOf: (incident: Incident) => IncidentRecord;
}

function stuffOf(text: string): Stuff {
  const by: Person = { slackUserId: "U0DANA", name: text, email: "dana@example.com" };
  const base: Partial<Alert> = {
    title: text,
    url: `https://acme.pagerduty.com/incidents/Q1|${text.slice(0, 200)}`,
    serviceName: text,
    priority: text,
    paged: [{ pagerdutyUserId: "P1", name: text, email: "x@example.com" }],
    attachments: [
      { kind: "sentry_issue", key: "s", title: text, url: `javascript:${text}`, facts: [{ label: text, value: text }] },
      { kind: "link", key: "l", title: text, url: `https://x.example/?q=${text}`, facts: [] },
    ],
  };
  const alerts = [
    alert(base),
    alert({ ...base, id: "Q2", closing: { state: "failed", problem: text } }),
    alert({ ...base, id: "Q3", relation: "offered", escalation: { at: AT, problem: text } }),
    alert({ ...base, id: "Q4", relation: "set_aside" }),
    alert({ ...base, id: "Q5", status: "resolved", resolution: { by: "person", name: text, at: AT } }),
  ];
  const incidents = Object.values(INCIDENTS).map((incident, index) => ({
    ...incident,
    id: `inc_${index}`,
    title: text,
    serviceName: text,
    number: text,
    ...("decidedBy" in incident ? { decidedBy: by } : {}),
    ...("note" in incident ? { note: text } : {}),
    ...("summary" in incident ? { summary: text, resolvedBy: by } : {}),
  }));
  const update = { text, by: "U0DANA", at: AT, viewId: "V1" };
  const recordOf = (incident: Incident) =>
    record(incident, {
      ...{ description: text, startedBy: by, lead: "U0DANA", channelName: text, laterIds: ["Q3"] },
      ...(text ? { update } : {}),
    });
  return { text, by, alerts, incidents, recordOf };
}

function viewOf({ alerts, recordOf, text }: Stuff, incident: Incident): card.CardView {
  return view(incident, {
    record: recordOf(incident),
    alerts: alerts.map((one) => ({ alert: one, incidentId: incident.id, revision: 1, writer: "w" })),
    mergedInto: { number: text, channelId: text },
    reopenedFrom: { number: text, channelId: "C2" },
    unsent: true,
  });
}

const feedLine =
  (line: FeedLine) =>
  ({ text, alerts }: Stuff): Drawn => {
    const named = alerts.map(({ id, title, url, serviceName, urgency, status, since }) => {
      return {
        id,
        title,
        url,
        serviceName,
        urgency,
        status,
        since,
        opened: { number: text, by: "U0DANA", channelId: text },
      };
    });
    const services = [{ name: text, count: 3 }];
    const data = { line, about: { count: 9, open: 3, since: AT, services, alerts: named } };
    return {
      message: feedLineBlocks(text, data, { open: "https://slack.com/shortcuts/Ft1/a" }),
      text: feedLineText(data),
    };
  };

const first = ({ incidents }: Stuff): Incident => incidents[0]!;
const preview = ({ alerts, text }: Stuff): CompanionAnswers["undoPreview"] => {
  return { ok: true, resolved: alerts, waiting: alerts, back: alerts, isKnown: true, pages: [text], windowHeldBy: "" };
};
const openIncident = (stuff: Stuff) => ({ ...first(stuff), status: "triage" as const, channelId: stuff.text });

/** Every builder of blocks, and every text beside blocks. */
const BUILDERS: Readonly<Record<string, (stuff: Stuff) => readonly Drawn[]>> = {
  card: (stuff) =>
    stuff.incidents.map((one) => ({
      message: card.cardBlocks(viewOf(stuff, one)),
      text: card.cardText(stuff.recordOf(one)),
    })),
  "line of an incident in the feed": (stuff) =>
    stuff.incidents.map((one) => ({ message: card.feedBlocks(viewOf(stuff, one)) })),
  announcement: (stuff) => stuff.incidents.map((one) => ({ message: card.announcementBlocks(viewOf(stuff, one)) })),
  question: (stuff) => [
    { message: ask.questionBlocks([stuff.text], "what"), text: ask.questionText(first(stuff)) },
    { message: ask.recordingBlocks("create", stuff.text) },
  ],
  "merge picker": (stuff) => [{ modal: ask.mergeView(stuff.recordOf(first(stuff)), "C1", "1.1") }],
  "dismiss form": (stuff) => {
    const later = stuff.alerts.filter(({ relation }) => relation === "offered");
    const dismissal = {
      incident: first(stuff),
      whatEnds: "It ends.",
      dismissedIds: ["Q1"],
      listed: stuff.alerts.slice(0, 2),
      later,
      moreLater: 1,
    };
    return [{ modal: ask.dismissView(dismissal, "C1", "1.1") }];
  },
  "resolve form": (stuff) => [
    { modal: resolveView(first(stuff), stuff.alerts, stuff.text.slice(0, 100) && "A note.", DANA) },
  ],
  "undo forms": (stuff) => [
    ...stuff.incidents.map((one) => ({
      modal: undoView({
        record: stuff.recordOf(one),
        preview: preview(stuff),
        target: stuff.recordOf(one),
        newer: stuff.recordOf(one),
        isChannelLost: true,
      }),
    })),
    { modal: detachView(first(stuff), stuff.alerts) },
  ],
  "words of an undo": (stuff) =>
    stuff.incidents.map((before) => {
      const asked = { by: stuff.by, inPagerduty: "leave" } as never;
      return { message: [], text: takenBackText({ before, asked, newer: stuff.recordOf(first(stuff)) }) };
    }),
  offer: (stuff) => {
    const alerts = [
      ...stuff.alerts.map((one) => ({ alert: one })),
      { alert: stuff.alerts[0]!, answered: { by: stuff.text } },
    ];
    const offer = { alerts, unanswered: 3, bySetting: 1, isLive: true };
    const alone = { ...offer, alerts: alerts.slice(0, 1), unanswered: 1, bySetting: 0 };
    return [offer, alone].map((one) => ({ message: offerBlocks(one), text: offerText(one) }));
  },
  controls: (stuff) => [
    { message: controls.controlsBlocks(stuff.recordOf(first(stuff)), stuff.alerts) },
    { modal: controls.messageView(stuff.text || "x") },
  ],
  update: (stuff) => [
    { message: stuff.text ? updateBlocks({ text: stuff.text, by: "U0DANA", at: AT, viewId: "V" }, "Update") : [] },
  ],
  "start form": (stuff) => [
    { modal: claimView(stuff.text, [openIncident(stuff)], AT) },
    { modal: sentenceView("A sentence.") },
  ],
  explanation: ({ text, alerts }) => {
    const step = { at: AT, did: text || "x", otherwise: text || "x", by: text };
    const explained = alerts.map(({ number, title, url, serviceName, id }) => ({
      number,
      title,
      url,
      serviceName,
      alertId: id,
      steps: [step],
    }));
    const answer = { ok: true, incident: { id: "i", number: text, channelId: text }, alerts: explained, more: 2 };
    return [{ message: whyBlocks(answer as never) }];
  },
  "storm's table": (stuff) => [
    {
      message: tableBlocks(
        stuff.incidents.map((one) => ({
          record: { ...stuff.recordOf(one), channelUrl: stuff.text },
          alerts: stuff.alerts,
        })),
        { askAgain: "https://slack.com/shortcuts/Ft2/b" },
        [stuff.text],
      ),
    },
  ],
  "why there is no channel": ({ text }) => {
    const refused = new ChannelRefused(`Slack refused to create #inc-1: ${text}.`, text);
    return [{ message: noChannelBlocks(refused, "here"), text: noChannelText(refused, "here") }];
  },
  "line for alerts": (stuff) => [feedLine({ kind: "alert" })(stuff)],
  "line for what was dismissed": (stuff) => [
    feedLine({ kind: "suppressed", number: stuff.text, dismissedBy: stuff.text, until: AT })(stuff),
  ],
  "line for a backlog": (stuff) => [feedLine({ kind: "backlog" })(stuff)],
};

/** Everything in which Slack would see markup. */
function markupIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markupIn);
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields["type"] === "mrkdwn") return [String(fields["text"])];
  return Object.values(fields).flatMap(markupIn);
}

let made = 0;

/** Slack's own markup of ours (times, mentions of known people, links) is there; what is refused is the sender's. */
function expectHarmless(drawn: Drawn): void {
  const blocks = "message" in drawn ? drawn.message : (drawn.modal as { blocks: readonly unknown[] }).blocks;
  const checked = checkBlocks([...blocks], "message" in drawn ? "message" : "modal", () => `b${(made += 1)}`);
  expect(checked.ok ? [] : checked).toEqual([]);
  const text = "text" in drawn ? [drawn.text ?? ""] : [];
  for (const one of text) expect(one.length).toBeLessThanOrEqual(4_000);
  for (const shown of [...markupIn(blocks), ...text]) {
    expect(shown).not.toMatch(/<!(?!date\^)|<@U0EVIL|<#C0EVIL|<https?:\/\/evil|<javascript/);
  }
}

describe.each(Object.keys(TEXTS))("a text of %s", (name) => {
  it.each(Object.keys(BUILDERS))("fits into every %s, pings nobody and forges no link", (builder) => {
    for (const drawn of BUILDERS[builder]!(stuffOf(TEXTS[name]!))) expectHarmless(drawn);
  });

  it("fits into a topic and into the picker's options", () => {
    const stuff = stuffOf(TEXTS[name]!);
    for (const incident of stuff.incidents) {
      expect(card.topicOf(stuff.recordOf(incident)).length).toBeLessThanOrEqual(250);
    }
    const found = ask.targetOptions([{ ...openIncident(stuff), id: "inc_2" }], first(stuff), "", AT);
    const groups = "option_groups" in found ? found.option_groups : [];
    for (const { text } of groups.flatMap(({ label, options }) => [{ text: label }, ...options])) {
      expect(text.text.length).toBeGreaterThan(0);
      expect(text.text.length).toBeLessThanOrEqual(75);
    }
  });
});
