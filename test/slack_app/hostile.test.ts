import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packAlert } from "../../core/alert_packing.ts";
import { SIGNAL_KINDS } from "../../core/protocol.ts";
import { needsSignature, signedData } from "../../core/signal_signature.ts";
import { toIso } from "../../core/time.ts";
import applySignal from "../../slack-functions/apply_signal/handler.ts";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import claim from "../../slack-functions/claim_triage/handler.ts";
import explain from "../../slack-functions/explain_alert/handler.ts";
import dismissForm from "../../slack-functions/fill_dismiss_form/handler.ts";
import resolveForm from "../../slack-functions/fill_resolve_form/handler.ts";
import undoForm from "../../slack-functions/fill_undo_form/handler.ts";
import openFromFeed from "../../slack-functions/open_from_feed/handler.ts";
import openTriage from "../../slack-functions/open_triage/handler.ts";
import { writeAlert } from "../../slack-functions/shared/alerts.ts";
import { newRecord, saveIncident } from "../../slack-functions/shared/incidents.ts";
import snooze from "../../slack-functions/snooze_triage/handler.ts";
import splitOut from "../../slack-functions/split_out/handler.ts";
import { hostileText, hostileVersion, pick, type Random, randomFrom } from "../hostile/inputs.ts";
import { alert, AT, INCIDENTS } from "./builders.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

const SEED = Number(process.env["HOSTILE_SEED"] ?? 20_260_302);
const EACH = 120;
const SECRET = "a-shared-secret-of-our-own";

type Inputs = Readonly<Record<string, unknown>>;

let fake: FakeApp;
let random: Random;
let tally: Record<string, number>;

// The functions' own code, over a Slack that answers at once.
vi.mock(import("../../slack-functions/shared/app.ts"), async (original) => ({
  ...(await original()),
  openApp: () => fake.app,
  openAppForClick: () => fake.app,
}));

vi.mock(import("../../slack-functions/shared/slack.ts"), async (original) => ({
  ...(await original()),
  createSlack: () => fake.app.slack,
}));

beforeEach(async () => {
  fake = fakeApp(AT);
  const companion = { url: "https://triage.example.com", secret: SECRET };
  fake = { ...fake, app: { ...fake.app, settings: { ...fake.app.settings, companion } } };
  random = randomFrom(SEED);
  tally = {};
  fake.on("users.info", ({ user }) => ({ ok: true, user: { id: user, name: String(user) } }));
  fake.on("conversations.info", () => ({ ok: true, channel: { is_archived: false, is_member: true } }));
  fake.on("conversations.create", () => ({ ok: true, channel: { id: "C0NEW", name: "inc-1" } }));
  // What a function writes about what it could not do is not what is looked at here.
  for (const method of ["warn", "error"] as const) vi.spyOn(console, method).mockReturnValue(undefined);
  for (const status of ["triage", "active", "dismissed", "merged", "resolved"] as const) {
    const incident = { ...INCIDENTS[status], id: `inc_${status}` };
    await writeAlert(fake.app, undefined, alert(), incident.id);
    await saveIncident(fake.app, newRecord(incident), incident, { channelId: "C1", cardTs: "1.1", alertIds: ["Q1"] });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  console.log(`hostile inputs to the slack app (seed ${SEED}): ${JSON.stringify(tally)}`);
  expect(({} as Inputs)["polluted"]).toBeUndefined();
});

const interactivity = { interactivity_pointer: "p", interactor: { id: "U0DANA", secret: "" } };

async function run(handler: unknown, inputs: Inputs): Promise<void> {
  const context = { inputs, env: {}, team_id: "T1", token: "Fx1", event: { function_execution_id: "Fx1" } };
  const before = fake.calls.length;
  await (handler as (given: unknown) => Promise<Inputs>)(context);
  const end = fake.calls.slice(before).find(({ method }) => method.startsWith("functions.complete"));
  const kind = end === undefined ? "waits" : end.method === "functions.completeSuccess" ? "outputs" : "error";
  // An error is a sentence of ours; what was thrown unforeseen says so.
  if (kind === "error") expect(String(end?.args["error"])).not.toMatch(/unexpected happened/);
  tally[kind] = (tally[kind] ?? 0) + 1;
}

/** Everything that Slack keeps for us, and everything that people would have seen. */
function kept(): string {
  const filled = [...fake.datastores].filter(([, items]) => items.size > 0);
  return JSON.stringify(filled.map(([name, items]) => [name, [...items]]));
}
const SEEN = /^(?:chat\.(?:postMessage|update|delete)|conversations\.(?!info|members|history|replies)|pins|bookmarks)/;

const statuses = ["inc_triage", "inc_active", "inc_dismissed", "inc_merged", "inc_resolved"];

describe("a link trigger, which any member can call with anything", () => {
  const forged = (): string => {
    const id = `${random() < 0.3 ? pick(random, statuses) : ""}${hostileText(random)}`;
    return statuses.includes(id) ? `${id}~` : id;
  };
  it.each([
    ["resolve", resolveForm, "incident_id"],
    ["dismiss", dismissForm, "incident_id"],
    ["undo", undoForm, "incident_id"],
    ["why", explain, "incident_id"],
    ["ask again", ask, "incident_id"],
    ["snooze", snooze, "incident_id"],
    ["split out", splitOut, "incident_id"],
    ["open triage", openFromFeed, "key"],
  ] as const)("%s: forged ids change nothing", async (_, handler, name) => {
    const before = kept();
    for (let index = 0; index < EACH; index += 1) {
      const user_id = pick(random, ["U0DANA", "U0DANA", "", "<!channel>", "__proto__"]);
      const more = {
        alert_id: forged(),
        until: pick<unknown>(random, [0, -1, 1e300, Number.NaN, AT]),
        pagerduty: forged(),
      };
      await run(handler, { ...more, [name]: forged(), user_id, interactivity });
    }
    expect(kept()).toBe(before);
    // People are told something by themselves only, if at all.
    expect(fake.calls.filter(({ method }) => SEEN.test(method) && method !== "chat.postMessage")).toEqual([]);
    for (const { channel } of fake.made("chat.postMessage")) expect(String(channel)).toMatch(/^U0DANA$/);
  });
});

describe("a webhook trigger, by whoever has found out its address", () => {
  const packed = packAlert(alert(), 3_500);
  const triage = {
    delivery_id: "d1",
    sequence: "1",
    incident_id: "inc_new",
    number: "7",
    title: "t",
    service_id: "PSVC1",
    service_name: "Checkout",
    opened_at: toIso(AT),
    window_closes_at: toIso(AT),
    alert: packed,
    reopened_from: "",
    storm: "",
  };

  it("of a triage never throws", async () => {
    for (let index = 0; index < 3 * EACH; index += 1) {
      const inputs: Record<string, unknown> = { ...triage, incident_id: `inc_${index}` };
      for (let fields = 1 + Math.floor(random() * 3); fields > 0; fields -= 1) {
        inputs[pick(random, Object.keys(triage))] = hostileText(random);
      }
      if (random() < 0.5) inputs["alert"] = hostileVersion(random, JSON.parse(packed) as object);
      await run(openTriage, inputs);
    }
  });

  it.each(SIGNAL_KINDS)("of a signal of the kind %s never throws", async (kind) => {
    const data = {
      alert: JSON.parse(packed) as object,
      number: 1,
      direct: true,
      escalates: false,
      graceMs: 1,
      movedTo: "inc_2",
      alerts: [],
      laterCount: 1,
      unanswered: 1,
      bySetting: 0,
      attached: 1,
      decision: {
        id: "Fx1",
        incidentId: "inc_triage",
        decision: "dismiss",
        by: { slackUserId: "U1", name: "n" },
        at: AT,
        note: "",
      },
    };
    for (let index = 0; index < EACH; index += 1) {
      const text = random() < 0.7 ? hostileVersion(random, data) : hostileText(random);
      const incident_id = random() < 0.8 ? pick(random, statuses) : hostileText(random);
      const sequence = random() < 0.8 ? String(index + 1) : hostileText(random);
      const signal = { delivery_id: `d${index}`, sequence, kind, incident_id, data: text };
      // What the companion itself would have signed goes further in.
      const isSigned = needsSignature(kind) && random() < 0.7;
      await run(applySignal, isSigned ? { ...signal, data: await signedData([SECRET], signal) } : signal);
    }
  });

  it("of a kind that nobody knows does nothing", async () => {
    const before = kept();
    for (let index = 0; index < EACH; index += 1) {
      await run(applySignal, {
        delivery_id: "d",
        sequence: "0",
        kind: hostileText(random),
        incident_id: pick(random, statuses),
        data: "",
      });
    }
    expect(kept()).toBe(before);
  });
});

it("the form of triage by hand never throws", async () => {
  for (let index = 0; index < EACH; index += 1) {
    await run(claim, {
      title: hostileText(random),
      service_name: hostileText(random),
      description: hostileText(random),
      user_id: "U0DANA",
      interactivity,
    });
  }
});
