import { beforeEach, describe, expect, it } from "vitest";
import { type FeedAlert, type FeedLine, type FeedLineData, feedSubject, readFeedLine } from "../../core/feed_line.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import { takeFeedLine } from "../../slack-functions/apply_signal/feed_line.ts";
import type { App } from "../../slack-functions/shared/app.ts";
import { feedLineBlocks, feedLineText } from "../../slack-functions/shared/feed_line.ts";
import type { SlackAnswer } from "../../slack-functions/shared/slack.ts";
import { AT } from "./builders.ts";

const HOSTILE = "<!channel> <@U0DANA> <https://evil.example|log in> *bold* `code` & \n> quote ".repeat(40);
const LINKS = { open: "https://slack.com/shortcuts/Ft3/c" };
const LINES: readonly FeedLine[] = [
  { kind: "alert" },
  { kind: "suppressed", number: "12", dismissedBy: "Dana Ortiz", until: AT },
  { kind: "backlog" },
  { kind: "first_start", at: AT, isComplete: true },
  { kind: "withdrawn" },
  { kind: "undelivered" },
  { kind: "unheard" },
  { kind: "webhooks_off", since: AT },
  { kind: "webhooks_off", since: AT, until: AT },
];

function feedAlert(index: number, patch: Partial<FeedAlert> = {}): FeedAlert {
  return {
    id: `P${index}`,
    title: `Failure ${index}`,
    url: `https://acme.pagerduty.com/incidents/P${index}`,
    serviceName: "Checkout",
    urgency: "high",
    status: "triggered",
    since: AT,
    ...patch,
  };
}

function dataOf(line: FeedLine, alerts: readonly FeedAlert[], count = alerts.length): FeedLineData {
  const open = alerts.filter(({ status }) => status !== "resolved").length;
  return { line, about: { count, open, since: AT, services: [{ name: "Checkout", count }], alerts } };
}

const buttonsOf = (blocks: readonly unknown[]) => JSON.stringify(blocks).split('"workflow_button"').length - 1;

describe("a line of the feed", () => {
  it.each(LINES.map((line) => [line.kind, line] as const))("about %s is valid and pings nobody", (_, line) => {
    const hostile = { title: HOSTILE, serviceName: HOSTILE };
    const data = dataOf(
      line,
      [1, 2, 3, 4, 5].map((index) => feedAlert(index, hostile)),
      300,
    );
    const blocks = feedLineBlocks("a:key", data, LINKS);
    let counter = 0;
    const checked = checkBlocks(blocks, "message", () => `b${(counter += 1)}`);
    expect(checked.ok ? [] : checked).toEqual([]);
    for (const text of [JSON.stringify(blocks), feedLineText(data)]) {
      expect(text).not.toContain("<!channel>");
      expect(text).not.toContain("<@U0DANA>");
      expect(text).not.toContain("<https://evil.example|");
    }
  });

  it("offers to open a triage for each alert that it names, but for one that has a triage already", () => {
    const opened = { number: "7", by: "U0LENA", channelId: "C07" };
    const blocks = feedLineBlocks("k", dataOf({ kind: "backlog" }, [feedAlert(1), feedAlert(2, { opened })]), LINKS);
    expect(buttonsOf(blocks)).toBe(1);
    expect(JSON.stringify(blocks)).toContain("triage #7 opened by <@U0LENA> in <#C07>");
  });

  it("about one failure names its newest alert only and counts the rest", () => {
    const blocks = feedLineBlocks("k", dataOf({ kind: "alert" }, [feedAlert(2), feedAlert(1)]), LINKS);
    expect(buttonsOf(blocks)).toBe(1);
    expect(JSON.stringify(blocks)).toContain("2 times since");
    expect(JSON.stringify(blocks)).not.toContain("Failure 1");
  });

  it("of alerts that came and went has nothing to press", () => {
    const alerts = [feedAlert(1, { status: "resolved" })];
    expect(buttonsOf(feedLineBlocks("k", dataOf({ kind: "withdrawn" }, alerts), LINKS))).toBe(0);
  });

  it("of news that Slack did not take offers Retry while it is lost, and no longer", () => {
    const standing = (news: "lost" | "on_its_way" | "taken") =>
      feedAlert(1, { opened: { number: "7", by: "", channelId: "C07", news } });
    const draw = (news: "lost" | "on_its_way" | "taken") =>
      feedLineBlocks("k", dataOf({ kind: "unheard" }, [standing(news)]), LINKS);
    expect(JSON.stringify(draw("lost"))).toContain('"text":"Retry"');
    expect(JSON.stringify(draw("lost"))).toContain("what its card says may be out of date");
    expect(buttonsOf(draw("on_its_way"))).toBe(0);
    expect(JSON.stringify(draw("on_its_way"))).toContain("#7 in <#C07> · sent again");
    expect(buttonsOf(draw("taken"))).toBe(0);
    expect(JSON.stringify(draw("taken"))).toContain("by now its card is up to date");
    const both = feedLineText(dataOf({ kind: "unheard" }, [standing("taken"), standing("lost")]));
    expect(both).toContain("what their cards say may be out of date");
  });

  it("names a triage that was started by hand, with Retry, and says nothing of PagerDuty", () => {
    const opened = { number: "7", by: "", channelId: "C07", news: "lost" } as const;
    const data = dataOf({ kind: "unheard" }, [feedAlert(1, { id: "inc_7", url: "", byHand: true, opened })]);
    const blocks = feedLineBlocks("k", data, LINKS);
    expect(JSON.stringify(blocks)).toContain("Failure 1 · started by hand · #7 in <#C07>");
    expect(JSON.stringify(blocks)).toContain('{"name":"alert_id","value":"inc_7"}');
    expect(readFeedLine(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });

  it.each(LINES)("is read as it was sent: $kind", (line) => {
    const opened = { number: "7", by: "", channelId: "", news: "taken" as const };
    const data = dataOf(line, [feedAlert(1, { opened })]);
    expect(readFeedLine(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });

  it("of a kind that is not known is no line", () => {
    expect(readFeedLine({ line: { kind: "weather" } })).toBeUndefined();
    expect(readFeedLine(undefined)).toBeUndefined();
  });
});

describe("the signal of a line", () => {
  let posted: { ts: string; text: string; blocks: unknown[] }[];
  let stored: Record<string, unknown>[];
  /** How many writes a read is behind. */
  let lag: number;
  let app: App;

  /** Channels that somebody archived. */
  let archived: string[];

  const call = (method: string, args: Readonly<Record<string, unknown>>): SlackAnswer => {
    if (archived.includes(String(args["channel"]))) {
      return { ok: false, error: method === "chat.update" ? "is_inactive" : "is_archived" };
    }
    const item = stored.at(-1 - lag);
    if (lag > 0) lag -= 1;
    switch (method) {
      case "apps.datastore.get":
        return { ok: true, item: item ?? {} };
      case "apps.datastore.put":
        stored.push(args["item"] as Record<string, unknown>);
        return { ok: true };
      case "chat.postMessage": {
        const ts = `${posted.length + 1}.0`;
        posted.push({ ts, text: String(args["text"]), blocks: args["blocks"] as unknown[] });
        return { ok: true, ts };
      }
      case "chat.update": {
        const found = posted.find(({ ts }) => ts === args["ts"]);
        if (!found) return { ok: false, error: "message_not_found" };
        found.text = String(args["text"]);
        return { ok: true };
      }
      case "conversations.history":
        return { ok: true, messages: posted };
      default:
        throw new Error(`${method} was not expected.`);
    }
  };
  const take = (sequence: number, count: number) =>
    takeFeedLine(app, feedSubject("k"), sequence, JSON.stringify(dataOf({ kind: "alert" }, [feedAlert(1)], count)));

  beforeEach(() => {
    [posted, stored, lag, archived] = [[], [], 0, []];
    app = {
      slack: { call: (method: string, args: Readonly<Record<string, unknown>>) => Promise.resolve(call(method, args)) },
      settings: { triageChannelId: "C0FEED", links: LINKS },
      now: AT,
      pause: () => Promise.resolve(),
    } as unknown as App;
  });

  it("posts once and edits afterwards", async () => {
    expect(await take(1, 1)).toBe("applied");
    expect(await take(2, 5)).toBe("applied");
    expect(posted).toHaveLength(1);
    expect(posted[0]?.text).toContain("5 times");
  });

  it("that comes again, or late, changes nothing", async () => {
    await take(2, 5);
    expect(await take(2, 5)).toBe("already_applied");
    expect(await take(1, 1)).toBe("already_applied");
    expect(posted[0]?.text).toContain("5 times");
  });

  it("is not over before its write shows to the next reader", async () => {
    lag = 3;
    await take(1, 1);
    expect(lag).toBe(0);
  });

  it("finds what an attempt posted that died before it could write that down", async () => {
    await take(1, 1);
    stored = [];
    await take(1, 1);
    expect(posted).toHaveLength(1);
  });

  it("posts anew where a person deleted the line", async () => {
    await take(1, 1);
    posted = [];
    await take(2, 2);
    expect(posted).toHaveLength(1);
    expect(stored.at(-1)).toMatchObject({ ts: "1.0", sequence: 2 });
  });

  it("goes to the announcements where the feed was archived, and is edited there", async () => {
    app = { ...app, settings: { ...app.settings, announceChannelId: "C0ANN" } };
    await take(1, 1);
    archived = ["C0FEED"];
    posted = [];
    await take(2, 2);
    expect(stored.at(-1)).toMatchObject({ channel: "C0ANN", ts: "1.0", sequence: 2 });
    await take(3, 3);
    expect(posted).toHaveLength(1);
  });

  it("comes again with a sentence that says what to mend where no channel takes it", async () => {
    archived = ["C0FEED"];
    await expect(take(1, 1)).rejects.toThrow("(is_archived). Look at TRIAGE_CHANNEL_ID.");
    expect(stored).toEqual([]);
  });

  it("goes to the announcements where there is no feed", async () => {
    app = { ...app, settings: { announceChannelId: "C0ANN", links: LINKS } };
    await take(1, 1);
    expect(stored.at(-1)).toMatchObject({ channel: "C0ANN" });
  });
});
