import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { emojiName, PICTURES } from "../../sandbox/page/text/emoji_pictures.tsx";
import { type Inline, type MrkdwnReader, parseMrkdwn } from "../../sandbox/page/text/mrkdwn.ts";
import { formatSlackDate } from "../../sandbox/page/text/slack_date.ts";
import { typedText } from "../../sandbox/page/text/typed_text.ts";
import { linkTarget } from "../../sandbox/page/slack_links.ts";
import { formatRoute, parseRoute } from "../../sandbox/page/route.ts";

const reader: MrkdwnReader = { formatDate: (at, format) => `${at}/${format}`, emojiName };

/** The elements of a text that has neither quotes nor code blocks. */
function inline(text: string): readonly Inline[] {
  return parseMrkdwn(text, reader).flatMap(({ elements }) => elements);
}
const links = (text: string) => inline(text).filter(({ type }) => type === "link");
const shown = (text: string) =>
  inline(text)
    .map((part) =>
      part.type === "text" ? part.text : part.type === "link" ? (part.text ?? part.url) : `[${part.type}]`,
    )
    .join("");

describe("mrkdwn on the page", () => {
  it("never makes a link of escaped brackets", () => {
    expect(links("&lt;https://evil.example|Runbook&gt;")).toEqual([{ type: "link", url: "https://evil.example" }]);
    expect(shown("&lt;https://evil.example|Runbook&gt;")).toBe("<https://evil.example|Runbook>");
    expect(shown("&lt;@U0DANA&gt; &lt;!channel&gt;")).toBe("<@U0DANA> <!channel>");
    expect(shown("&amp;lt;b&amp;gt;")).toBe("&lt;b&gt;");
  });

  it.each([["<javascript:alert(1)|x>"], ["<data:text/html,hi|x>"], ["<file:///etc/passwd|x>"], ["<vbscript:x|x>"]])(
    "makes no link of %s",
    (text) => {
      expect(links(text)).toEqual([]);
      expect(shown(text)).toBe("x");
    },
  );

  it("has a picture of every emoji that our messages use", () => {
    const root = fileURLToPath(new URL("../../slack-functions", import.meta.url));
    const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const text = sources.map((name) => readFileSync(join(root, name), "utf8")).join("\n");
    const used = [...text.matchAll(/:([a-z]+(?:_[a-z]+)*):(?=[ `"])/g)].map(([, name]) => name ?? "");
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => !Object.hasOwn(PICTURES, name))).toEqual([]);
  });

  it("shows what is no markup as it stands", () => {
    const plain = ["12:30:45", "1*2*3", "snake_case_name", "order__id", "a * b * c", "2 ~ 3 ~ 4", "# heading", "a:b:c"];
    for (const text of plain) expect(inline(text)).toEqual([{ type: "text", text }]);
  });

  it("reads bold, italic, strike and code, nested and beside punctuation", () => {
    expect(inline("*a _b_*")).toEqual([
      { type: "text", text: "a ", style: { bold: true } },
      { type: "text", text: "b", style: { bold: true, italic: true } },
    ]);
    expect(inline("(*x*), ~y~")).toEqual([
      { type: "text", text: "(" },
      { type: "text", text: "x", style: { bold: true } },
      { type: "text", text: "), " },
      { type: "text", text: "y", style: { strike: true } },
    ]);
    expect(inline("`*a* <@U1> &lt;`")).toEqual([{ type: "text", text: "*a* <@U1> <", style: { code: true } }]);
  });

  it("does not let a mark begin in one line and end in another, or inside a link", () => {
    expect(inline("*a\nb*")).toEqual([{ type: "text", text: "*a\nb*" }]);
    expect(links("<https://x.example/a_b_c|*t*>")).toEqual([
      { type: "link", url: "https://x.example/a_b_c", text: "*t*" },
    ]);
  });

  it("reads people, channels, broadcasts, dates and emoji", () => {
    expect(
      inline("<@U0DANA> <#C0FEED> <!here> <!date^1700000000^{time}|x> :fire: 🚨").filter(({ type }) => type !== "text"),
    ).toEqual([
      { type: "user", user_id: "U0DANA" },
      { type: "channel", channel_id: "C0FEED" },
      { type: "broadcast", range: "here" },
      { type: "date", timestamp: 1_700_000_000, format: "{time}" },
      { type: "emoji", name: "fire" },
      { type: "emoji", name: "rotating_light" },
    ]);
  });

  it("keeps quotes and code blocks apart from the text around them", () => {
    expect(parseMrkdwn("before\n&gt; said\nafter\n```\ncode *x*\n```\nend", reader)).toEqual([
      { type: "rich_text_section", elements: [{ type: "text", text: "before" }] },
      { type: "rich_text_quote", elements: [{ type: "text", text: "said" }] },
      { type: "rich_text_section", elements: [{ type: "text", text: "after" }] },
      { type: "rich_text_preformatted", elements: [{ type: "text", text: "code *x*" }] },
      { type: "rich_text_section", elements: [{ type: "text", text: "end" }] },
    ]);
  });

  it("ends a bare address before punctuation and before an escaped bracket", () => {
    expect(links("see https://x.example/a?b=1&amp;c=2.")).toEqual([
      { type: "link", url: "https://x.example/a?b=1&c=2" },
    ]);
    expect(links("(https://x.example)&gt;")).toEqual([{ type: "link", url: "https://x.example" }]);
  });

  it("reads a long hostile text in reasonable time", () => {
    const started = performance.now();
    for (const text of ["*".repeat(3_000), "*a ".repeat(1_000), "<".repeat(3_000), "_a*b~".repeat(600)]) inline(text);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("Slack's dates on the page", () => {
  const dates = { locale: "en-US", timeZone: "Europe/Berlin", now: Date.UTC(2026, 2, 14, 2, 7) };
  const seconds = dates.now / 1_000;

  it("are shown in the reader's zone", () => {
    expect(formatSlackDate(seconds, "{date_num} {time}", dates)).toMatch(/^03\/14\/2026 3:07\sAM$/u);
  });
  it("say today, yesterday and how long ago", () => {
    expect(formatSlackDate(seconds - 60, "{date_pretty}", dates)).toBe("today");
    expect(formatSlackDate(seconds - 86_400, "{date_short_pretty}", dates)).toBe("yesterday");
    expect(formatSlackDate(seconds - 300, "{ago}", dates)).toBe("5 minutes ago");
  });
  it("keep an unknown placeholder visible", () => {
    expect(formatSlackDate(seconds, "{nonsense}!", dates)).toBe("{nonsense}!");
  });
});

describe("links in the workspace", () => {
  const origin = "http://localhost:3000";
  it.each([
    ["https://acme.slack.com/archives/C0FEED", { kind: "channel", channel: "C0FEED" }],
    [
      "https://acme.slack.com/archives/C0FEED/p1700000000000100",
      { kind: "channel", channel: "C0FEED", ts: "1700000000.000100" },
    ],
    ["https://slack.com/app_redirect?channel=C0FEED", { kind: "channel", channel: "C0FEED" }],
    [
      "http://127.0.0.1:3000/slack/shortcuts/Ft1/x",
      { kind: "link_trigger", url: "http://127.0.0.1:3000/slack/shortcuts/Ft1/x" },
    ],
    [
      "http://127.0.0.1:9999/slack/shortcuts/Ft1/x",
      { kind: "outside", href: "http://127.0.0.1:9999/slack/shortcuts/Ft1/x" },
    ],
    [
      "https://slack.com.evil.example/archives/C0FEED",
      { kind: "outside", href: "https://slack.com.evil.example/archives/C0FEED" },
    ],
    [
      "http://127.0.0.1:3000/sentry/organizations/acme/issues/1/",
      { kind: "outside", href: "http://127.0.0.1:3000/sentry/organizations/acme/issues/1/" },
    ],
    ["javascript:alert(1)", { kind: "blocked" }],
    ["nonsense", { kind: "blocked" }],
  ])("%s leads to the right place", (href, target) => {
    expect(linkTarget(href, origin)).toEqual(target);
  });

  it("survive in the page's own address", () => {
    const route = { user: "U0DANA", channel: "C0FEED", thread: "1700000000.000100" };
    expect(parseRoute(formatRoute(route), "U0RAVI")).toEqual(route);
    expect(parseRoute("", "U0RAVI")).toEqual({ user: "U0RAVI" });
  });
});

describe("what a person types", () => {
  const names = {
    users: [{ id: "U0DANA", handle: "dana", name: "Dana", title: "", color: "", isBot: false }],
    channels: [],
  };
  it("is escaped, with people by their ids", () => {
    expect(typedText("<!channel> @dana & @nobody a@dana.example", names)).toBe(
      "&lt;!channel&gt; <@U0DANA> &amp; @nobody a@dana.example",
    );
  });
  it("stays as it is in a command", () => {
    expect(typedText("/invite @dana", names)).toBe("/invite @dana");
  });
});
