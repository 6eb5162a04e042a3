/** What the canned server says: a night with one incident in triage, one active, and a quiet feed. */
import type { Block, ChannelView, MessageView, PagerdutyView, RunView } from "../../sandbox/page_api.ts";
import { APP, CHANNELS, PEOPLE, SERVICES, TEAM } from "../../sandbox/seed.ts";
import type { Said } from "./page_fixture.ts";

/** Minutes before "now", as a Slack timestamp. */
export const NOW = Date.UTC(2026, 2, 14, 2, 7, 30);
const at = (minutesAgo: number, sequence = 0) =>
  `${Math.floor(NOW / 1_000) - Math.round(minutesAgo * 60)}.${String(sequence).padStart(6, "0")}`;

export const TRIAGE_CHANNEL = "C0TRIAGE142";
export const CARD_TS = at(3, 1);
export const QUESTION_TS = at(3, 2);

let blockNumber = 0;
export function block(type: string, rest: Record<string, unknown>): Block {
  blockNumber += 1;
  return { type, block_id: `b${blockNumber}`, ...rest };
}
export const section = (text: string, rest: Record<string, unknown> = {}) =>
  block("section", { text: { type: "mrkdwn", text }, ...rest });
export const context = (text: string) => block("context", { elements: [{ type: "mrkdwn", text }] });
export const plain = (text: string) => ({ type: "plain_text", text });
export const button = (text: string, action_id: string, rest: Record<string, unknown> = {}) => ({
  type: "button",
  text: plain(text),
  action_id,
  ...rest,
});

export function message(rest: Partial<MessageView> & Pick<MessageView, "ts" | "channel">): MessageView {
  return {
    user: APP.botUserId,
    text: "",
    blocks: [],
    replyCount: 0,
    isEphemeral: false,
    isEdited: false,
    isSystem: false,
    ...rest,
  };
}

function channel(rest: Partial<ChannelView> & Pick<ChannelView, "id" | "name">): ChannelView {
  return {
    isDirectMessage: false,
    isMember: true,
    isArchived: false,
    topic: "",
    purpose: "",
    memberIds: PEOPLE.map(({ slackId }) => slackId),
    bookmarks: [],
    pinnedTs: [],
    unread: 0,
    mentions: 0,
    ...rest,
  };
}

const date = (minutesAgo: number) => `<!date^${Math.floor(Number(at(minutesAgo)))}^{time}|some time ago>`;

function cardBlocks(): Block[] {
  return [
    block("header", { text: plain("Checkout: TypeError: Cannot read properties of undefined (reading 'total')") }),
    section(":red_circle: *In triage* · *#142* · nobody has decided yet"),
    block("section", {
      fields: [
        { type: "mrkdwn", text: "*Service*\nCheckout" },
        { type: "mrkdwn", text: `*Since*\n${date(3)}` },
        { type: "mrkdwn", text: "*Urgency*\nHigh" },
        { type: "mrkdwn", text: "*Paging*\nDana Ortiz is being paged" },
        { type: "mrkdwn", text: "*Later alerts*\n1 waits for an answer" },
      ],
    }),
    section(
      "*PagerDuty*  <https://acme.pagerduty.com/incidents/PQ1|TypeError: Cannot read properties #812>\ntriggered",
    ),
    section(
      "*Sentry*  <http://127.0.0.1:3000/sentry/organizations/acme/issues/1/|CHECKOUT-7F: TypeError in cart.total>",
    ),
    context("Level: *error*  ·  Environment: *production*  ·  Release: *checkout@4.2.0*  ·  Events: *38*"),
    block("actions", {
      elements: [
        {
          type: "workflow_button",
          text: plain("Buttons not working?"),
          action_id: "ask_again",
          workflow: { trigger: { url: "http://127.0.0.1:3000/slack/shortcuts/Ft1/x" } },
        },
      ],
    }),
  ];
}

function questionBlocks(): Block[] {
  return [
    section("<@U0DANA> *Is this an incident?*"),
    block("actions", {
      elements: [
        button("Yes, create incident", "create", { style: "primary" }),
        button("Part of another incident…", "merge"),
        button("Not an incident", "dismiss", { style: "danger" }),
      ],
    }),
    context("*Yes* also acknowledges the page, because PagerDuty has assigned you. The page goes on until then."),
  ];
}

export function cannedWorkspace(): Pick<Said, "workspace" | "messages"> {
  const triage = `<#${TRIAGE_CHANNEL}>`;
  const messages: MessageView[] = [
    message({ ts: at(3, 0), channel: TRIAGE_CHANNEL, isSystem: true, text: "Dana Ortiz joined the channel" }),
    message({
      ts: CARD_TS,
      channel: TRIAGE_CHANNEL,
      text: "In triage: Checkout: TypeError (#142)",
      blocks: cardBlocks(),
      isEdited: true,
      replyCount: 1,
    }),
    message({ ts: QUESTION_TS, channel: TRIAGE_CHANNEL, text: "Is this an incident?", blocks: questionBlocks() }),
    message({
      ts: at(1, 3),
      channel: TRIAGE_CHANNEL,
      threadTs: CARD_TS,
      text: "Checkout failed again: PaymentTimeoutError. Attach it?",
      blocks: [
        section(
          `*Checkout failed again* at ${date(1)}\n<https://acme.pagerduty.com/incidents/PQ2|PaymentTimeoutError after 30000 ms #813>\ntriggered · Dana Ortiz is being paged`,
        ),
        block("actions", {
          elements: [button("Attach", "attach", { style: "primary" }), button("Keep separate", "keep_separate")],
        }),
        context("*Attach* makes it part of this incident. *Keep separate* opens a triage of its own."),
      ],
    }),
    message({
      ts: at(0.9, 4),
      channel: TRIAGE_CHANNEL,
      user: "U0DANA",
      text: "I see it in the cart too, looking at the last deploy. &lt;b&gt;not bold&lt;/b&gt; `cart.total()`",
    }),
    message({
      ts: at(0.8, 5),
      channel: TRIAGE_CHANNEL,
      user: "U0DANA",
      text: "anybody from <#C0FEED>? :eyes: <https://example.com/run|runbook>",
    }),
    message({
      ts: at(0.5, 6),
      channel: TRIAGE_CHANNEL,
      isEphemeral: true,
      text: "PagerDuty stops paging <@U0DANA> when you press *Yes*.",
    }),
    message({
      ts: at(3, 7),
      channel: CHANNELS.feed.id,
      text: "triage",
      blocks: [
        section(
          `:red_circle: *In triage* · *#142* · nobody has decided yet\n*Checkout*: TypeError: Cannot read properties of undefined · ${triage}`,
        ),
      ],
    }),
    message({
      ts: at(1500, 8),
      channel: CHANNELS.general.id,
      user: "U0LENA",
      text: "Deploy freeze starts tomorrow at noon.",
    }),
  ];
  return {
    messages,
    workspace: {
      version: 1,
      now: NOW,
      manualClock: true,
      team: TEAM.name,
      users: [
        ...PEOPLE.map(({ slackId, handle, name, title, color }) => ({
          id: slackId,
          handle,
          name,
          title,
          color,
          isBot: false,
        })),
        { id: APP.botUserId, handle: "pagertriage", name: APP.name, title: "", color: "#143a42", isBot: true },
      ],
      channels: [
        channel({ id: CHANNELS.general.id, name: "general", purpose: CHANNELS.general.purpose }),
        channel({ id: CHANNELS.feed.id, name: "triage-feed", purpose: CHANNELS.feed.purpose, unread: 2 }),
        channel({ id: CHANNELS.announce.id, name: "incidents", purpose: CHANNELS.announce.purpose }),
        channel({
          id: TRIAGE_CHANNEL,
          name: "inc-142-checkout",
          topic: "In triage · Checkout · TypeError: Cannot read properties of undefined",
          memberIds: ["U0DANA", APP.botUserId],
          bookmarks: [
            { id: "Bk1", title: "PagerDuty alert", link: "https://acme.pagerduty.com/incidents/PQ1", emoji: ":pager:" },
          ],
          pinnedTs: [CARD_TS],
          mentions: 1,
          unread: 2,
        }),
        channel({ id: "C0TRIAGE141", name: "inc-141-search", isMember: false }),
        channel({ id: "C0OLD", name: "inc-140-accounts-login", isArchived: true }),
        channel({ id: "D0BOT", name: APP.name, isDirectMessage: true }),
      ],
      shortcuts: [
        {
          url: "http://127.0.0.1:3000/slack/shortcuts/Ft2/y",
          name: "Start triage",
          description: "Open a triage channel by hand; nobody is paged",
        },
      ],
      notices: [],
    },
  };
}

export function cannedPagerduty(): PagerdutyView {
  return {
    services: SERVICES.map(({ id, name }) => ({ id, name, onCall: "Dana Ortiz" })),
    users: PEOPLE.map(({ pagerdutyId, name }) => ({ id: pagerdutyId, name })),
    incidents: [
      {
        id: "PQ2",
        number: 813,
        title: "PaymentTimeoutError: no answer from the payment provider after 30000 ms",
        status: "triggered",
        urgency: "high",
        service: "Checkout",
        serviceId: "PCHECK1",
        assignees: ["Dana Ortiz"],
        createdAt: NOW - 60_000,
        notes: [],
        log: [{ at: NOW - 60_000, text: "Triggered through Sentry" }],
      },
      {
        id: "PQ1",
        number: 812,
        title: "TypeError: Cannot read properties of undefined (reading 'total')",
        status: "acknowledged",
        urgency: "high",
        service: "Checkout",
        serviceId: "PCHECK1",
        assignees: ["Dana Ortiz"],
        createdAt: NOW - 180_000,
        notes: [
          {
            at: NOW - 170_000,
            by: "Pager Triage",
            text: `Triage in Slack: https://acme.slack.com/archives/${TRIAGE_CHANNEL}`,
          },
        ],
        log: [
          { at: NOW - 180_000, text: "Triggered through Sentry" },
          { at: NOW - 100_000, text: "Dana Ortiz acknowledged" },
        ],
      },
      {
        id: "PQ0",
        number: 811,
        title: "Search: query latency above 2 s",
        status: "resolved",
        urgency: "low",
        service: "Search",
        serviceId: "PSEARC1",
        assignees: [],
        createdAt: NOW - 7_200_000,
        notes: [],
        log: [],
      },
    ],
    webhooks: [
      { id: "W3", eventType: "incident.triggered", at: NOW - 60_000, status: 202, attempts: 1 },
      { id: "W2", eventType: "incident.acknowledged", at: NOW - 100_000, status: 0, attempts: 3 },
      { id: "W1", eventType: "incident.triggered", at: NOW - 180_000, status: 202, attempts: 1 },
    ],
  };
}

export function cannedRuns(): RunView[] {
  const step = (functionId: string, title: string, rest: Partial<RunView["steps"][number]>) =>
    ({ functionId, title, status: "not_started", inputs: {}, outputs: {}, log: [], ...rest }) as const;
  return [
    {
      id: "Wx2",
      workflow: "triage_alert",
      title: "Triage an alert",
      trigger: "webhook triage_alert",
      startedAt: NOW - 179_000,
      status: "running",
      steps: [
        step("open_triage", "Open triage", {
          status: "completed",
          startedAt: NOW - 179_000,
          durationMs: 412,
          inputs: { incident_id: "01J", number: "142", alert: '{"id":"PQ1"}' },
          outputs: { channel_id: TRIAGE_CHANNEL },
          log: ["conversations.create ok", "chat.postMessage ok"],
        }),
        step("ask_for_triage_decision", "Ask for the triage decision", {
          status: "waiting",
          executionId: "Fx9",
          startedAt: NOW - 178_000,
          inputs: { channel_id: TRIAGE_CHANNEL },
        }),
        step("apply_triage_decision", "Apply the decision", {}),
      ],
    },
    {
      id: "Wx1",
      workflow: "handle_signal",
      title: "Handle a signal",
      trigger: "webhook handle_signal",
      startedAt: NOW - 600_000,
      status: "failed",
      steps: [
        step("apply_signal", "Apply a signal", {
          status: "failed",
          durationMs: 2_300,
          error: "incidents.get: internal_error",
        }),
      ],
    },
  ];
}
