import { describe, expect, it } from "vitest";
import type { CompanionAnswers } from "../../core/protocol.ts";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import { detachView, sentenceView, type UndoForm, undoView } from "../../slack-functions/fill_undo_form/blocks.ts";
import { alert, INCIDENTS, record } from "./builders.ts";

let counter = 0;
const newId = () => `b${(counter += 1)}`;
const problemsOf = (blocks: unknown, surface: "message" | "modal") => {
  const checked = checkBlocks(blocks as unknown[], surface, newId);
  return checked.ok ? [] : checked;
};

const PREVIEW: CompanionAnswers["undoPreview"] = {
  ok: true,
  resolved: [alert({ status: "resolved" })],
  waiting: [],
  back: [],
  isKnown: true,
  pages: ["Checkout on-call"],
  windowHeldBy: "",
};
const form = (patch: Partial<UndoForm> = {}): UndoForm => ({
  record: record(INCIDENTS.dismissed),
  preview: PREVIEW,
  isChannelLost: false,
  ...patch,
});
const textOf = (view: unknown) => JSON.stringify(view);
const chosen = (view: unknown) => /"initial_option":\{.*?"value":"(\w+)"/.exec(textOf(view))?.[1];
const values = (view: unknown) =>
  [...textOf(view).matchAll(/"value":"(leave|acknowledge|page)"/g)].map((one) => one[1]);

describe("the undo form", () => {
  it("is a valid modal with short titles in every shape", () => {
    const hostile = "<!channel> *x* ".repeat(300);
    const many = Array.from({ length: 200 }, (_, index) => alert({ id: `Q${index}`, title: hostile }));
    const target = record(INCIDENTS.resolved, { channelId: "C2" });
    const views = [
      sentenceView("Looking…"),
      detachView(INCIDENTS.active, many.slice(0, 60)),
      ...[INCIDENTS.dismissed, INCIDENTS.merged, INCIDENTS.resolved].flatMap((incident) => [
        undoView(form({ record: record(incident) })),
        undoView({ record: record(incident), isChannelLost: true, target, newer: target }),
        undoView(
          form({
            record: record(incident),
            target,
            preview: { ...PREVIEW, resolved: many, waiting: many, back: many, pages: [hostile] },
          }),
        ),
      ]),
    ];
    for (const view of views) {
      expect(problemsOf(view["blocks"], "modal")).toEqual([]);
      for (const part of ["title", "submit", "close"]) {
        expect((view[part] as { text: string } | undefined)?.text.length ?? 0).toBeLessThanOrEqual(24);
      }
      const markup = [...textOf(view).matchAll(/"type":"mrkdwn","text":"((?:[^"\\\\]|\\\\.)*)"/g)].map((one) => one[1]);
      expect(markup.join("\n")).not.toContain("<!channel>");
    }
  });

  it("says whom paging would reach, and chooses to acknowledge for whom PagerDuty knows", () => {
    const view = undoView(form());
    expect(textOf(view)).toContain("Pages whoever is on call: Checkout on-call");
    expect(textOf(view)).toContain("Cannot be taken back");
    expect(chosen(view)).toBe("acknowledge");
  });

  it("speaks of one alert as of one", () => {
    expect(textOf(undoView(form()))).toContain("What should happen to it in PagerDuty?");
    const two = [alert({ status: "resolved" }), alert({ id: "Q2", status: "resolved" })];
    const several = textOf(undoView(form({ preview: { ...PREVIEW, resolved: two } })));
    expect(several).toContain("What should happen to them in PagerDuty?");
    expect(several).toContain("Leave them resolved");
  });

  it("wants something ticked where alerts are taken off, unless Slack needs several groups for them", () => {
    const optional = (count: number) =>
      (
        detachView(
          INCIDENTS.active,
          Array.from({ length: count }, (_, index) => alert({ id: `Q${index}` })),
        )["blocks"] as { type: string; optional?: boolean }[]
      )
        .filter(({ type }) => type === "input")
        .map((block) => block.optional);
    expect(optional(3)).toEqual([false]);
    expect(optional(11)).toEqual([true, true]);
  });

  it("offers no acknowledging to whom PagerDuty does not know, and leaves PagerDuty alone unless told otherwise", () => {
    const view = undoView(form({ preview: { ...PREVIEW, isKnown: false } }));
    expect(values(view)).not.toContain("acknowledge");
    expect(chosen(view)).toBe("leave");
  });

  it("keeps every choice without the companion, says so, and pages nobody by default", () => {
    const view = undoView({ record: record(INCIDENTS.dismissed), isChannelLost: false });
    expect(new Set(values(view))).toEqual(new Set(["leave", "acknowledge", "page"]));
    expect(chosen(view)).toBe("leave");
    expect(textOf(view)).toContain("companion cannot be reached");
  });

  it("asks nothing about PagerDuty where nothing was resolved from here", () => {
    expect(values(undoView(form({ preview: { ...PREVIEW, resolved: [] } })))).toEqual([]);
    expect(values(undoView(form({ record: record(INCIDENTS.merged), target: record(INCIDENTS.active) })))).toEqual([]);
  });

  it("of a merge whose target was closed says that the alerts come back as they are", () => {
    const view = undoView(form({ record: record(INCIDENTS.merged), target: record(INCIDENTS.resolved) }));
    expect(textOf(view)).toContain("was closed meanwhile by <@U0DANA>");
    expect(textOf(view)).toContain("as they are now");
  });

  it("points to the newer triage that keeps the window, and to the new channel that it needs", () => {
    const view = undoView(form({ newer: record(INCIDENTS.active, { channelId: "C9" }), isChannelLost: true }));
    expect(textOf(view)).toContain("<#C9> is open for this service");
    expect(textOf(view)).toContain("goes on in a new channel");
  });
});
