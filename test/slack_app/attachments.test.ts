import { describe, expect, it } from "vitest";
import { type Attachment, ATTACHMENT_KINDS } from "../../core/attachment.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import { attachmentBlocks } from "../../slack-functions/shared/attachments.ts";

function attachment(patch: Partial<Attachment> = {}): Attachment {
  return {
    kind: "grafana_rule",
    key: "k",
    title: "CartErrors",
    url: "https://graphs.example.com/r",
    facts: [],
    ...patch,
  };
}
const links = (count: number, url = "https://wiki.example.com/") =>
  Array.from({ length: count }, (_, index) => attachment({ kind: "link", title: `Page ${index}`, url: url + index }));

function drawn(attachments: readonly Attachment[], max = 4, known = ""): string {
  const blocks = attachmentBlocks(attachments, max, known);
  if (blocks.length > 0) expect(checkBlocks(blocks, "message", () => "b")).toMatchObject({ ok: true });
  return JSON.stringify(blocks);
}

describe("an alert's attachments", () => {
  it("each stand under the name of what they are, all but PagerDuty's own", () => {
    const text = drawn(
      ATTACHMENT_KINDS.map((kind) => attachment({ kind })),
      10,
    );
    const names = [...text.matchAll(/\*([^*]+)\* {2}</g)].map(([, name]) => name);
    expect(names).toEqual([
      "Sentry",
      "Sentry metric alert",
      "Datadog monitor",
      "Grafana rule",
      "Alertmanager",
      "CloudWatch alarm",
      "New Relic incident",
      "Links",
    ]);
    expect(drawn([attachment({ kind: "pagerduty_alert" })])).toBe("[]");
  });

  it("have their links on one line, at most five", () => {
    const blocks = attachmentBlocks(links(9), 2);
    expect(blocks).toHaveLength(1);
    expect(JSON.stringify(blocks).match(/<https/g)).toHaveLength(5);
  });

  it("leave a link out that finds no room in the line any more", () => {
    const text = drawn(links(5, `https://wiki.example.com/${"a".repeat(900)}`));
    expect(text.match(/<https/g)).toHaveLength(3);
  });

  it("do not say again what stands above them", () => {
    expect(drawn([attachment()], 4, "CartErrors")).toContain("|Open it>");
    expect(drawn([attachment({ kind: "sentry_issue" })], 4, "CartErrors")).toContain("|Open the error>");
  });
});
