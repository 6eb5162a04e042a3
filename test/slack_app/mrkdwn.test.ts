import { describe, expect, it } from "vitest";
import { channelLink, escapeText, link, mention, safeUrl, time } from "../../slack-functions/shared/mrkdwn.ts";

describe("text from outside", () => {
  it("keeps what people read and loses what Slack would act on", () => {
    expect(escapeText("a <!channel> & <@U1>")).toBe("a &lt;!channel&gt; &amp; &lt;@U1&gt;");
    expect(escapeText("order_id in check_out.py")).toBe("order_id in check_out.py");
    expect(escapeText("*bold* _it_ `code`").replaceAll("\u200b", "")).toBe("*bold* _it_ `code`");
    expect(escapeText("*bold*")).not.toBe("*bold*");
    expect(escapeText("two\nlines\u202e")).toBe("two lines");
  });

  it("is cut on characters, not in the middle of one", () => {
    expect(escapeText("😀".repeat(10), 3)).toBe("😀😀…");
  });
});

describe("links", () => {
  it("go only to http and https, without credentials, and cannot end their own markup", () => {
    expect(link("https://a.example/x?y=1|2>", "see <b>|here")).toBe(
      "<https://a.example/x?y=1%7C2%3E|see &lt;b&gt;¦here>",
    );
    for (const bad of ["javascript:alert(1)", "ftp://a.example", "https://u:p@a.example/", "not a url", ""]) {
      expect(safeUrl(bad), bad).toBeUndefined();
      expect(link(bad, "label")).toBe("label");
    }
  });
});

describe("references", () => {
  it("to users and channels take Slack's ids only", () => {
    expect(mention("U0DANA")).toBe("<@U0DANA>");
    expect(mention("U1> <!channel")).toBe("somebody");
    expect(channelLink("C1")).toBe("<#C1>");
    expect(channelLink("!channel")).toBe("its channel");
  });

  it("to times are shown in the reader's zone, with UTC for those who cannot", () => {
    expect(time(Date.parse("2026-03-02T02:03:00Z"))).toBe("<!date^1772416980^{time}|02:03 UTC>");
  });
});
