import { describe, expect, it } from "vitest";
import { checkBlocks } from "../../sandbox/slack/blocks.ts";
import {
  DISMISS_ALSO,
  dismissView,
  mergeView,
  questionBlocks,
  recordingBlocks,
  targetOptions,
} from "../../slack-functions/ask_for_triage_decision/blocks.ts";
import { dismissalIn, dismissalOf } from "../../slack-functions/ask_for_triage_decision/dismissal.ts";
import { claimView } from "../../slack-functions/claim_triage/blocks.ts";
import { resolveView, retryView } from "../../slack-functions/fill_resolve_form/blocks.ts";
import { answeredAs, offerBlocks, type Offered } from "../../slack-functions/offer_later_alert/blocks.ts";
import { sentenceView, whyBlocks } from "../../slack-functions/explain_alert/blocks.ts";
import { shownIds, tickedIds } from "../../slack-functions/shared/alert_choices.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import type { Block } from "../../slack-functions/shared/card.ts";
import type { OpenIncident } from "../../slack-functions/shared/open_incidents.ts";
import { alert, AT, DANA, INCIDENTS, record, stored } from "./builders.ts";
import { fakeApp } from "./fake_app.ts";

let counter = 0;
const newId = () => `b${(counter += 1)}`;

function expectValid(blocks: unknown, surface: "message" | "modal"): void {
  const checked = checkBlocks(blocks as unknown[], surface, newId);
  expect(checked.ok ? [] : checked).toEqual([]);
}

function openIncident(index: number, patch: Partial<OpenIncident> = {}): OpenIncident {
  return {
    id: `inc_${index}`,
    number: String(index),
    title: `Failure ${index}`,
    serviceId: "PSEARC1",
    serviceName: "Search",
    status: "active",
    openedAt: AT - index,
    channelId: "C1",
    ...patch,
  };
}

describe("the question", () => {
  it("offers the three answers in their fixed order", () => {
    const blocks = questionBlocks([DANA.slackUserId], "what a press does");
    expectValid(blocks, "message");
    const actions = blocks.find((block) => block["type"] === "actions");
    const labels = (actions?.["elements"] as { text: { text: string } }[]).map((element) => element.text.text);
    expect(labels).toEqual(["Yes, create incident", "Part of another incident…", "Not an incident"]);
  });

  it("has no buttons from the press on", () => {
    const blocks = recordingBlocks("create", DANA.slackUserId);
    expectValid(blocks, "message");
    expect(JSON.stringify(blocks)).not.toContain("action_id");
  });
});

describe("the merge picker", () => {
  it("is a valid modal with a search from the first opening on", () => {
    const view = mergeView(record(INCIDENTS.triage, { unansweredCount: 2 }), "C1", "1.1");
    expectValid(view["blocks"], "modal");
    expect(JSON.stringify(view)).toContain("2 later alerts that nobody answered move along");
    expect(String((view["title"] as { text: string }).text).length).toBeLessThanOrEqual(24);
  });

  it("puts the same service first, never the incident itself, and searches in number, service and title", () => {
    const open = [
      openIncident(1, { serviceId: "PCHECK1", serviceName: "Checkout" }),
      openIncident(2),
      openIncident(3, { serviceId: "PCHECK1", serviceName: "Checkout", title: "Cart is empty" }),
    ];
    const self = { ...INCIDENTS.triage, id: "inc_1" };
    const found = targetOptions(open, self, "", AT);
    const groups = "option_groups" in found ? found.option_groups : [];
    expect(groups.map((group) => group.label.text)).toEqual(["Same service: Checkout", "Other services"]);
    expect(groups.flatMap((group) => group.options.map((option) => option.value))).toEqual(["inc_3", "inc_2"]);
    const searched = targetOptions(open, self, "cart #3", AT);
    expect("option_groups" in searched && searched.option_groups.flatMap((group) => group.options)).toHaveLength(1);
    expect(targetOptions(open, self, "nothing like it", AT)).toEqual({ options: [] });
  });

  it("keeps Slack's limits with a thousand open incidents of long titles", () => {
    const open = Array.from({ length: 1_000 }, (_, index) => openIncident(index, { title: "漢".repeat(300) }));
    const found = targetOptions(open, INCIDENTS.triage, "", AT);
    const options = "option_groups" in found ? found.option_groups.flatMap((group) => group.options) : [];
    expect(options).toHaveLength(100);
    for (const option of options) expect(option.text.text.length).toBeLessThanOrEqual(75);
  });
});

describe("the dismiss form", () => {
  const dismissal = {
    incident: INCIDENTS.triage,
    whatEnds: "This ends the page of Dana.",
    dismissedIds: ["Q1"],
    listed: [],
    later: [alert({ id: "O1", relation: "offered" }), alert({ id: "S1", relation: "attached" })],
    moreLater: 3,
  };

  it("lists later alerts: what the setting attached is ticked, what nobody answered is not", () => {
    const view = dismissView(dismissal, "C1", "1.1");
    const box = (view["blocks"] as { block_id?: string; element?: Record<string, unknown> }[]).find(
      ({ block_id }) => block_id === DISMISS_ALSO,
    );
    const values = (options: unknown) => (options as { value: string }[]).map(({ value }) => value);
    expect(values(box?.element?.["options"])).toEqual(["O1", "S1"]);
    expect(values(box?.element?.["initial_options"])).toEqual(["S1"]);
    expect(JSON.stringify(box)).toContain("So do the 3 that are not listed.");
  });

  it("has a reason chosen from the start and says what it ends", () => {
    const view = dismissView(dismissal, "C1", "1.1");
    expectValid(view["blocks"], "modal");
    expect(JSON.stringify(view)).toContain('"initial_option":{"text":{"type":"plain_text","text":"False alarm"}');
    expect(JSON.stringify(view)).toContain("This ends the page of Dana.");
  });
});

describe("what dismissing ends", () => {
  const ends = async (...alerts: Parameters<typeof alert>) => {
    const fake = fakeApp(AT);
    await writeAlert(fake.app, undefined, alert(...alerts), "inc_1");
    return (await dismissalOf(fake.app, record(INCIDENTS.triage, { alertIds: ["Q1"] }))).whatEnds;
  };

  it("is a page only while somebody is being paged", async () => {
    expect(await ends({})).toBe("This resolves the alert in PagerDuty and ends the page of Dana Ortiz.");
    expect(await ends({ status: "acknowledged" })).toBe(
      "This resolves the alert in PagerDuty, which Dana Ortiz acknowledged.",
    );
    expect(await ends({ status: "resolved" })).toBe("No page is open for it.");
  });
});

describe("dismissing an incident that took others in", () => {
  const listed = [alert({ id: "A1" }), alert({ id: "A2", serviceId: "PSEARC1", serviceName: "Search" })];
  const view = dismissView(
    { incident: INCIDENTS.triage, whatEnds: "This ends it.", dismissedIds: ["A0"], listed, later: [], moreLater: 0 },
    "C1",
    "1.1",
  );

  it("lists every alert, ticked, with its service where there are several", () => {
    expectValid(view["blocks"], "modal");
    expect(shownIds(view["blocks"] as unknown[])).toEqual(["A1", "A2"]);
    expect(JSON.stringify(view)).toContain("Search: ");
    expect(JSON.stringify(view)).toContain("What is not ticked gets a triage of its own.");
  });

  it("takes exactly what was ticked, and what was not listed, from the form", () => {
    const option = { value: "A2" };
    const state = { values: { "attached:0": { attached: { selected_options: [option] } } } };
    expect(dismissalIn({ state, private_metadata: view["private_metadata"] })).toMatchObject({
      decision: "dismiss",
      dismissAlertIds: ["A0", "A2"],
    });
    expect(dismissalIn({ state, private_metadata: "{}" })).not.toHaveProperty("dismissAlertIds");
  });
});

describe("the resolve form", () => {
  it("ticks the attached alerts and not the offers, over any number of them", () => {
    const attached = Array.from({ length: 25 }, (_, index) => alert({ id: `A${index}` }));
    const offered = [alert({ id: "O1", relation: "offered" })];
    const view = resolveView(
      INCIDENTS.active,
      [...attached, ...offered, alert({ id: "X", relation: "set_aside" })],
      "",
      DANA,
    );
    expectValid(view["blocks"], "modal");
    expect(shownIds(view["blocks"] as unknown[])).toEqual([...attached, ...offered].map((one) => one.id));
    const state = Object.fromEntries(
      (
        view["blocks"] as {
          block_id?: string;
          element?: { type: string; action_id: string; initial_options?: unknown };
        }[]
      )
        .filter((block) => block.element?.type === "checkboxes")
        .map((block) => [
          block.block_id!,
          { [block.element!.action_id]: { selected_options: block.element!.initial_options ?? [] } },
        ]),
    );
    expect(tickedIds(state)).toEqual(attached.map((one) => one.id));
  });

  it("says whose page it ends, unless it is only the presser's own", () => {
    const said = (alerts: Parameters<typeof resolveView>[1], by = DANA) =>
      /This ends the page of [^"]*/.exec(JSON.stringify(resolveView(INCIDENTS.active, alerts, "", by)["blocks"]))?.[0];
    const ravi = { pagerdutyUserId: "PRAVI", name: "Ravi <!here>", email: "ravi@example.com" };
    const dana = { pagerdutyUserId: "PDANA", name: "Dana Ortiz", email: "Dana@example.com" };
    expect(said([alert({ paged: [dana] })])).toBeUndefined();
    expect(said([alert({ paged: [dana, ravi] })])).toBe("This ends the page of Ravi &lt;!here&gt;.");
    expect(said([alert({ paged: [dana] })], { slackUserId: "U0LENA", name: "Lena" })).toContain("Dana Ortiz");
    expect(said([alert({ paged: [ravi], status: "resolved" })])).toBeUndefined();
  });

  it("says who acknowledged and may be at work, where that ends no page", () => {
    const ravi = { pagerdutyUserId: "PRAVI", name: "Ravi Menon", email: "ravi@example.com" };
    const text = JSON.stringify(
      resolveView(INCIDENTS.active, [alert({ paged: [ravi], status: "acknowledged" })], "", DANA),
    );
    expect(text).toContain("Acknowledged by Ravi Menon, who may be at work on it.");
    expect(text).not.toContain("ends the page");
    expect(text).toContain("What is not ticked stays as it is in PagerDuty");
  });

  it("is valid without any alert", () => {
    expectValid(resolveView(INCIDENTS.active, [], "", DANA)["blocks"], "modal");
  });

  it("of a closed incident lists what PagerDuty refused and why, to be asked for again", () => {
    const failed = Array.from({ length: 7 }, (_, n) =>
      alert({ id: `Q${n}`, title: "<!channel> ".repeat(40), closing: { state: "failed", problem: "It said no." } }),
    );
    const view = retryView(INCIDENTS.resolved, failed);
    expectValid(view["blocks"], "modal");
    const text = JSON.stringify(view["blocks"]);
    expect(text).toContain("It said no.");
    expect(text).toContain("and 2 more");
    expect(text).not.toContain("<!channel>");
  });
});

describe("the form before a triage by hand", () => {
  it("says that nobody is paged, whether or not something is open", () => {
    for (const open of [undefined, [], [openIncident(1)]]) {
      const view = claimView("Search", open, AT);
      expectValid(view["blocks"], "modal");
      expect(JSON.stringify(view)).toContain("Nobody is paged by this.");
    }
    expect(JSON.stringify(claimView("Search", [openIncident(1)], AT))).toContain("<#C1>");
  });
});

describe("the offer of later alerts", () => {
  const offered = (count: number): Offered[] =>
    Array.from({ length: count }, (_, index) => ({ alert: alert({ id: `O${index}`, relation: "offered" }) }));
  const labels = (blocks: readonly Block[]) =>
    blocks
      .filter((block) => block["type"] === "actions")
      .flatMap((block) => (block["elements"] as { text: { text: string } }[]).map(({ text }) => text.text));

  it("of one asks to attach, keep separate or set aside", () => {
    const blocks = offerBlocks({ alerts: offered(1), unanswered: 1, bySetting: 0, isLive: true });
    expectValid(blocks, "message");
    expect(labels(blocks)).toEqual(["Attach", "Keep separate", "Set aside"]);
    expect(JSON.stringify(blocks)).not.toContain("overflow");
  });

  it("of many names a few, counts the others and asks about all at once", () => {
    const blocks = offerBlocks({ alerts: offered(5), unanswered: 500, bySetting: 0, isLive: true });
    expectValid(blocks, "message");
    expect(labels(blocks)).toEqual(["Attach all 500", "Keep all separate", "Set all aside"]);
    expect(JSON.stringify(blocks)).toContain("and 495 more");
    expect(blocks.filter((block) => "accessory" in block)).toHaveLength(5);
  });

  it("says who answered, and has no buttons for what was answered", () => {
    const [first, second] = offered(2);
    const done = { ...first!, answered: { answer: "set_aside", by: DANA.slackUserId } } as const;
    const blocks = offerBlocks({ alerts: [done, second!], unanswered: 1, bySetting: 0, isLive: true });
    expectValid(blocks, "message");
    expect(JSON.stringify(blocks)).toContain("<@U0DANA> set it aside");
    expect(blocks.filter((block) => "accessory" in block)).toHaveLength(1);
    const over = offerBlocks({ alerts: [done], unanswered: 0, bySetting: 0, isLive: false });
    expect(JSON.stringify(over)).not.toContain("action_id");
    // Nobody would correct it once PagerDuty moves on.
    expect(JSON.stringify(over)).not.toContain("Paging");
  });

  it("tells of what was answered before how, as far as that is on record", () => {
    const answered = (patch: Parameters<typeof stored>[0], ofIncident = "inc_1") =>
      answeredAs(stored(patch), ofIncident);
    expect(answered({ relation: "attached" })).toEqual({ answer: "attach" });
    expect(answered({ relation: "set_aside" })).toEqual({ answer: "set_aside" });
    expect(answered({ relation: "separate" })).toEqual({ answer: "keep_separate" });
    expect(answered({ relation: "attached" }, "inc_2")).toEqual({ answer: "keep_separate" });
    expect(answered({ relation: "offered" })).toEqual({});
  });

  it("of alerts that the service's setting attached only tells, and lets each be kept separate", () => {
    const alerts = [{ alert: alert({ id: "S1", relation: "attached" }) }];
    const blocks = offerBlocks({ alerts, unanswered: 0, bySetting: 1, isLive: true });
    expectValid(blocks, "message");
    expect(JSON.stringify(blocks)).toContain("1 attached without asking");
    expect(labels(blocks)).toEqual([]);
    expect(JSON.stringify(blocks)).toContain("Keep separate");
  });
});

describe("the explanation", () => {
  it("is a valid modal for as many alerts and steps as the companion tells, and pings nobody", () => {
    const step = { at: AT, did: "It <!channel> was done.", otherwise: "Otherwise *not*.", by: DANA.slackUserId };
    const told = { alertId: "Q1", number: 7, title: "<!here> x", url: "https://x.example/", serviceName: "Checkout" };
    const alerts = Array.from({ length: 10 }, () => ({ ...told, steps: Array.from({ length: 6 }, () => step) }));
    const blocks = whyBlocks({ ok: true, incident: { number: "1", channelId: "C1" }, alerts, more: 3 });
    expectValid(blocks, "modal");
    expect(JSON.stringify(blocks)).not.toMatch(/<!(channel|here)>/);
    expectValid(sentenceView("Looking it up…")["blocks"], "modal");
  });

  it("names who did it in the sentence, where that is known", () => {
    const told = { alertId: "Q1", number: 7, title: "x", url: "https://x.example/", serviceName: "Checkout" };
    const step = { at: AT, did: "Somebody set it aside.", otherwise: "No.", by: DANA.slackUserId };
    const steps = [step, { at: AT, did: "Somebody attached it.", otherwise: "No." }];
    const text = JSON.stringify(whyBlocks({ ok: true, alerts: [{ ...told, steps }], more: 0 }));
    expect(text).toContain("<@U0DANA> set it aside.");
    expect(text).toContain("Somebody attached it.");
  });
});
