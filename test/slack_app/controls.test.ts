import { describe, expect, it } from "vitest";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import {
  controlsBlocks,
  messageView,
  problemOfUpdate,
  updateView,
} from "../../slack-functions/offer_incident_controls/blocks.ts";
import { announcementBlocks, cardBlocks, feedBlocks, topicOf } from "../../slack-functions/shared/card.ts";
import { parseUpdate, updateBlocks } from "../../slack-functions/shared/latest_update.ts";
import { alert, AT, INCIDENTS, record, view } from "./builders.ts";

let counter = 0;

function expectValid(blocks: unknown, surface: "message" | "modal" = "message"): void {
  const checked = checkBlocks(blocks as unknown[], surface, () => `b${(counter += 1)}`);
  expect(checked.ok ? [] : checked).toEqual([]);
}

const UPDATE = { text: "Rolled back the release.\nWatching the error rate.", by: "U0DANA", at: AT, viewId: "V1" };

describe("the incident's controls", () => {
  it("offer lead, severity and update, and Acknowledge only while somebody else is paged", () => {
    const labels = (blocks: ReturnType<typeof controlsBlocks>) =>
      (blocks[1]?.["elements"] as { text?: { text: string }; placeholder?: { text: string } }[]).map(
        (element) => element.text?.text ?? element.placeholder?.text,
      );
    const active = record(INCIDENTS.active);
    const quiet = controlsBlocks(active, [alert()]);
    const paging = controlsBlocks(active, [alert({ paged: [{ pagerdutyUserId: "P2", name: "Ravi Menon" }] })]);
    for (const blocks of [quiet, paging]) expectValid(blocks);
    expect(labels(quiet)).toEqual(["I take the lead", "Severity", "Update…"]);
    expect(labels(paging)).toEqual(["I take the lead", "Acknowledge the page", "Severity", "Update…"]);
    expect(JSON.stringify(paging)).toContain("stops it for everybody and makes the alert yours in PagerDuty");
    expect(JSON.stringify(quiet)).not.toContain("stops it for everybody");
  });

  it("show the severity that was set as the chosen one", () => {
    const blocks = controlsBlocks(record(INCIDENTS.active, { severity: "SEV2" }), []);
    expectValid(blocks);
    expect(JSON.stringify(blocks)).toContain('"initial_option":{"text":{"type":"plain_text","text":"SEV2 major"}');
  });
});

describe("a severity", () => {
  it("stands on card, line in the feed, announcement and topic, also once resolved", () => {
    for (const incident of [INCIDENTS.active, INCIDENTS.resolved]) {
      const shown = view(incident, { record: record(incident, { severity: "SEV1" }) });
      for (const blocks of [cardBlocks(shown), feedBlocks(shown), announcementBlocks(shown)]) {
        expectValid(blocks);
        expect(JSON.stringify(blocks)).toContain("SEV1 critical");
      }
      expect(topicOf(shown.record)).toMatch(/^(Active|Resolved) · SEV1 · Checkout/);
    }
    expect(JSON.stringify(cardBlocks(view(INCIDENTS.active)))).not.toContain("SEV");
  });
});

describe("an update", () => {
  it("is one line on the card and whole on the announcement, with its author and time", () => {
    const shown = view(INCIDENTS.active, { record: record(INCIDENTS.active, { update: UPDATE }) });
    const card = JSON.stringify(cardBlocks(shown));
    expect(card).toContain("<@U0DANA>: Rolled back the release. Watching the error rate.");
    const announcement = JSON.stringify(announcementBlocks(shown));
    expect(announcement).toContain("Rolled back the release.\\nWatching the error rate.");
    expect(announcement).toMatch(/Latest update\* · <!date\^\d+\^\{time\}\|02:03 UTC> · <@U0DANA>/);
  });

  it("gives way to the summary once the incident is resolved", () => {
    const shown = view(INCIDENTS.resolved, { record: record(INCIDENTS.resolved, { update: UPDATE }) });
    expect(JSON.stringify([...cardBlocks(shown), ...announcementBlocks(shown)])).not.toContain("Latest update");
  });

  it("of any 2,000 characters fits its block, and its markup has no effect", () => {
    for (const text of ["<!channel> & *bold*\n".repeat(100), "&".repeat(2_000), "漢".repeat(2_000)]) {
      const update = { ...UPDATE, text };
      const shown = view(INCIDENTS.active, { record: record(INCIDENTS.active, { update }) });
      for (const blocks of [updateBlocks(update, "Update"), cardBlocks(shown), announcementBlocks(shown)]) {
        expectValid(blocks);
        const mrkdwn = JSON.stringify(blocks.filter((block) => !JSON.stringify(block).includes('"plain_text"')));
        expect(mrkdwn).not.toContain("<!channel>");
      }
    }
  });

  it("is refused with a sentence where it is empty or too long", () => {
    expect(problemOfUpdate("")).toContain("Write a sentence first");
    expect(problemOfUpdate("x".repeat(2_001))).toContain("too long");
    expect(problemOfUpdate("x".repeat(2_000))).toBeUndefined();
  });

  it("is written in a valid form, which turns into a sentence where it may not be used", () => {
    for (const form of [updateView(), messageView("This incident is closed.")]) {
      expectValid(form["blocks"], "modal");
    }
    expect(messageView("This incident is closed.")["submit"]).toBeUndefined();
  });

  it("that cannot be read from the record counts as none", () => {
    for (const kept of [undefined, "", "{", "[]", '{"by":"U1"}']) expect(parseUpdate(kept)).toBeUndefined();
    expect(parseUpdate(JSON.stringify(UPDATE))).toEqual(UPDATE);
  });
});
