import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Person } from "../../core/incident.ts";
import type { Decision } from "../../core/protocol.ts";
import { MINUTE } from "../../core/time.ts";
import type { FakeIncident } from "./fake_pagerduty.ts";
import {
  alertIn,
  ANN,
  BEN,
  createWorld,
  decisionOf,
  EVE,
  laterIn,
  placeOf,
  signedIn,
  START,
  type World,
} from "./world.ts";

let world: World;
let alert: FakeIncident;
let incidentId: string;

beforeEach(async () => {
  world = await createWorld();
  alert = world.raise("P1");
  await world.event(alert);
  await world.confirmAll();
  incidentId = world.triggers.triages[0]?.incident_id ?? "";
});
afterEach(() => world.close());

async function decide(decision: Decision, phase: "decided" | "applied" = "decided") {
  const answer = await world.call("decide", { phase, decision, place: placeOf("1") });
  await world.confirmAll();
  return answer;
}

const signalsTo = (id: string, kind: string) =>
  world.triggers.signals.filter((signal) => signal.incident_id === id && signal.kind === kind);
const writes = () => world.pagerduty.calls.filter((call) => call.startsWith("PUT"));

async function openSecond(): Promise<string> {
  await world.event(world.raise("P2", { serviceId: "PSVC2", serviceName: "Search", assignees: ["PBEN"] }));
  await world.confirmAll();
  return world.triggers.triages[1]?.incident_id ?? "";
}

it("is on the timeline with who decided, when, and through what", async () => {
  await decide(decisionOf(incidentId, "dismiss", { by: BEN, via: "dismiss_button" }));
  const timeline = await world.store.transaction((tx) => tx.timeline(incidentId));
  expect(timeline.find(({ what }) => what === "incident.dismissed")).toMatchObject({
    actor: "slack:U0BEN",
    at: START,
    data: { via: "dismiss_button", at: START },
  });
});

it("through something that this version does not know is taken all the same", async () => {
  const decision = { ...decisionOf(incidentId, "create"), via: "telepathy" } as unknown as Decision;
  expect((await decide(decision)).status).toBe(200);
});

describe("create", () => {
  it("acknowledges as the presser when PagerDuty has assigned them, and leaves a note with the channel", async () => {
    expect((await decide(decisionOf(incidentId, "create"))).status).toBe(200);
    expect(alert.status).toBe("acknowledged");
    expect(writes()).toEqual(["PUT /incidents/P1 ann@example.com"]);
    expect(alert.notes).toEqual([
      "Ann Lee opened incident #1 in Slack: #inc-1-checkout https://acme.slack.example/archives/C1",
    ]);
    // News waits while Slack applies the decision: it would draw the card of before.
    expect(signalsTo(incidentId, "alert_changed")).toEqual([]);
    await decide(decisionOf(incidentId, "create"), "applied");
    expect(signalsTo(incidentId, "alert_changed").map(({ data }) => alertIn(data).status)).toEqual(["acknowledged"]);
  });

  it("looks nothing up between reading the alert and acknowledging it, since it may be resolved meanwhile", async () => {
    // Later than looked-up addresses are remembered.
    const elapsed = performance.now.bind(performance);
    const later = vi.spyOn(performance, "now").mockImplementation(() => elapsed() + 11 * MINUTE);
    const before = world.pagerduty.calls.length;
    await decide(decisionOf(incidentId, "create"));
    later.mockRestore();
    expect(alert.status).toBe("acknowledged");
    const calls = world.pagerduty.calls.slice(before).filter((call) => !call.includes("/notes"));
    expect(calls).toEqual(["GET /incidents/P1", "PUT /incidents/P1 ann@example.com"]);
  });

  it("acknowledges nothing when somebody else pressed, never as a fallback user", async () => {
    await decide(decisionOf(incidentId, "create", { by: BEN }));
    await expect.poll(() => alert.notes.length).toBe(1);
    expect(alert.status).toBe("triggered");
    expect(writes()).toEqual([]);
    const timeline = await world.store.transaction((tx) => tx.timeline(incidentId));
    expect(timeline.find(({ what }) => what === "alert.not_acknowledged")?.why).toBe("presser_is_not_assignee");
  });

  it("tries again while PagerDuty does not tell whose page it is, since it may be the presser's", async () => {
    await world.close();
    const busy = { method: "GET", path: /^\/users\/PANN$/, status: 500, times: 2 };
    world = await createWorld({ before: (pagerduty) => pagerduty.fail(busy) });
    alert = world.raise("P1");
    await world.event(alert);
    await world.confirmAll();
    await decide(decisionOf(world.triggers.triages[0]?.incident_id ?? "", "create"));
    expect(alert.status).toBe("triggered");
    await world.advance(MINUTE);
    expect(alert.status).toBe("acknowledged");
    expect(writes()).toEqual(["PUT /incidents/P1 ann@example.com"]);
  });

  it("knows people by the configured map before their Slack address", async () => {
    await world.close();
    world = await createWorld({ settings: { PAGERDUTY_USER_MAP: "U0EVE=ann@example.com" } });
    alert = world.raise("P1");
    await world.event(alert);
    await world.confirmAll();
    await decide(decisionOf(world.triggers.triages[0]?.incident_id ?? "", "create", { by: EVE }));
    expect(writes()).toEqual(["PUT /incidents/P1 ann@example.com"]);
  });

  it("never reopens what was resolved in PagerDuty meanwhile", async () => {
    alert.status = "resolved";
    await decide(decisionOf(incidentId, "create"));
    expect(writes()).toEqual([]);
    expect(alert.status).toBe("resolved");
  });

  it("takes no other JSON for a note that is there", async () => {
    world.pagerduty.fail({ method: "POST", path: /notes$/, status: 200, body: {} });
    await decide(decisionOf(incidentId, "create"));
    await world.advance(MINUTE);
    expect(alert.notes).toHaveLength(1);
  });

  it("writes the note in the fallback user's name when PagerDuty does not know the presser", async () => {
    await decide(decisionOf(incidentId, "create", { by: EVE }));
    expect(alert.notes).toHaveLength(1);
    expect(world.pagerduty.calls.filter((call) => call.startsWith("POST"))).toEqual([
      "POST /incidents/P1/notes eve@elsewhere.example",
      "POST /incidents/P1/notes bot@example.com",
    ]);
  });

  it("our own acknowledgement coming back as a webhook changes nothing twice", async () => {
    await decide(decisionOf(incidentId, "create"));
    const before = world.triggers.signals.length;
    await world.event(alert, { type: "incident.acknowledged", at: START + 900 });
    await world.event(alert, { type: "incident.annotated" });
    await world.confirmAll();
    expect(world.triggers.signals).toHaveLength(before);
    expect(alert.notes).toHaveLength(1);
  });
});

describe("a resolve right after an acknowledgement", () => {
  it("waits for it: acknowledged after it was resolved, the alert would be open again", async () => {
    const release = world.pagerduty.hold(/incidents\/P1$/);
    await world.call("decide", { phase: "applied", decision: decisionOf(incidentId, "create") });
    const request = { requestId: "r1", incidentId, by: ANN, at: START, summary: "" };
    await world.call("resolve", { ...request, resolveAlertIds: ["P1"], setAsideAlertIds: [] });
    release();
    await world.confirmAll();
    expect(writes()).toHaveLength(2);
    expect(alert.status).toBe("resolved");
  });
});

describe("an acknowledgement that a person asked for", () => {
  const problem = async () => (await world.alerts(incidentId))[0]?.acknowledgeProblem;
  const ask = async (by: Person) => {
    await world.call("acknowledge", { incidentId, by, at: START });
    await world.confirmAll();
  };

  it("and PagerDuty did not give, is told on the card until somebody's goes through", async () => {
    await decide(decisionOf(incidentId, "create", { by: EVE }), "applied");
    expect(await problem()).toBeUndefined();
    await ask(EVE);
    expect(await problem()).toBe("PagerDuty does not know eve@elsewhere.example.");
    const news = signalsTo(incidentId, "alert_changed").map(({ data }) => alertIn(data));
    expect(news.at(-1)?.acknowledgeProblem).toBe("PagerDuty does not know eve@elsewhere.example.");
    await ask(ANN);
    expect(alert.status).toBe("acknowledged");
    expect(await problem()).toBeUndefined();
  });

  it("and was refused is told with PagerDuty's reason", async () => {
    await decide(decisionOf(incidentId, "create", { by: EVE }), "applied");
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 403, body: { error: { message: "Access denied" } } });
    await ask(ANN);
    expect(await problem()).toBe("PagerDuty does not let the companion's API key do this (403: Access denied).");
  });
});

describe("one decision for each triage", () => {
  it("the same one again is fine and does nothing more", async () => {
    const decision = decisionOf(incidentId, "create");
    for (let times = 0; times < 3; times += 1) expect((await decide(decision)).status).toBe(200);
    expect((await decide(decision, "applied")).status).toBe(200);
    expect(alert.notes).toHaveLength(1);
    expect(writes()).toHaveLength(1);
  });

  it("another one is told which one stands and changes nothing", async () => {
    await decide(decisionOf(incidentId, "create"));
    const answer = await decide(decisionOf(incidentId, "dismiss", { id: "Fx-other", by: BEN }));
    expect(answer).toMatchObject({ status: 200, body: { ok: true, stands: { decision: "create", by: ANN } } });
    expect(alert.status).toBe("acknowledged");
  });

  it("wins once among many different ones at the same moment", async () => {
    const target = await openSecond();
    const choices = ["create", "merge", "dismiss"] as const;
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        world.call("decide", {
          phase: "decided",
          decision: decisionOf(incidentId, choices[index % 3] ?? "create", { id: `Fx${index}`, mergeInto: target }),
        }),
      ),
    );
    expect(new Set(answers.map(({ body }) => body.stands.id)).size).toBe(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it("of an unknown incident is declined; of one that Slack named itself it is to come again", async () => {
    expect((await decide(decisionOf("inc_nothing", "create"))).status).toBe(404);
    expect((await decide(decisionOf("inc_mfx123", "create"))).status).toBe(425);
  });

  it("is sent again as a signal when nobody says within a minute that it was applied, once", async () => {
    const decision = decisionOf(incidentId, "create");
    await decide(decision);
    await world.advance(MINUTE - 1);
    expect(signalsTo(incidentId, "apply_decision")).toEqual([]);
    await world.advance(1);
    // What waited for the decision to be applied goes first: an older number would be passed over after a newer one.
    await world.confirmAll();
    expect(signalsTo(incidentId, "apply_decision").map(({ data }) => signedIn(data))).toEqual([{ decision }]);
    await decide(decision, "applied");
    await world.advance(10 * MINUTE);
    expect(signalsTo(incidentId, "apply_decision")).toHaveLength(1);
  });

  it("is not sent again when it was applied", async () => {
    await decide(decisionOf(incidentId, "create"));
    await decide(decisionOf(incidentId, "create"), "applied");
    await world.advance(10 * MINUTE);
    expect(signalsTo(incidentId, "apply_decision")).toEqual([]);
  });

  it("counts as decided and applied when only the second message arrives", async () => {
    expect((await decide(decisionOf(incidentId, "dismiss"), "applied")).status).toBe(200);
    expect(alert.status).toBe("resolved");
    await world.advance(2 * MINUTE);
    expect(signalsTo(incidentId, "apply_decision")).toEqual([]);
  });
});

describe("dismiss", () => {
  it("resolves the alert in PagerDuty in the presser's name, says why, and confirms it to the channel", async () => {
    await decide(decisionOf(incidentId, "dismiss", { by: BEN, note: "known\nnoise" }), "applied");
    expect(alert.status).toBe("resolved");
    expect(writes()).toEqual(["PUT /incidents/P1 ben@example.com"]);
    expect(alert.notes).toEqual(["Ben Ito dismissed this in Slack: False alarm. known noise"]);
    const [known] = await world.alerts(incidentId);
    expect(known).toMatchObject({ status: "resolved", closing: { state: "confirmed", at: START } });
    expect(alertIn(signalsTo(incidentId, "alert_changed").at(-1)?.data ?? "").closing.state).toBe("confirmed");
  });

  it("keeps the channel until PagerDuty has confirmed the resolve, since it is where people are told", async () => {
    world.pagerduty.fail({ method: "PUT", path: /P1$/, status: 403, times: 1 });
    world.pagerduty.fail({ method: "GET", path: /P1$/, status: 403, times: 4 });
    await decide(decisionOf(incidentId, "dismiss"), "applied");
    for (const wait of [1, 2, 4, 3]) await world.advance(wait * MINUTE);
    await world.confirmAll();
    expect(signalsTo(incidentId, "archive_due")).toEqual([]);
    for (let times = 0; times < 4; times += 1) await world.advance(10 * MINUTE);
    expect(alert.status).toBe("resolved");
    await world.confirmAll();
    expect(signalsTo(incidentId, "archive_due")).toHaveLength(1);
  });

  it("archives the channel after the grace period, and later when somebody wrote", async () => {
    await decide(decisionOf(incidentId, "dismiss"), "applied");
    await world.advance(10 * MINUTE - 1);
    expect(signalsTo(incidentId, "archive_due")).toEqual([]);
    await world.advance(1);
    const [due] = signalsTo(incidentId, "archive_due");
    expect(JSON.parse(due?.data ?? "")).toEqual({ graceMs: 10 * MINUTE });
    // Slack's message times have parts of a millisecond.
    const notBefore = START + 17 * MINUTE - 0.75;
    const deliveryId = due?.delivery_id ?? "";
    await world.call("confirm", { deliveryId, incidentId, outcome: "postponed", notBefore });
    await world.advance(7 * MINUTE - 1);
    expect(signalsTo(incidentId, "archive_due")).toHaveLength(1);
    await world.advance(1);
    expect(signalsTo(incidentId, "archive_due")).toHaveLength(2);
  });

  it("gives later alerts that nobody answered a triage of their own", async () => {
    for (const id of ["P2", "P3"]) await world.event(world.raise(id));
    await world.confirmAll();
    await decide(decisionOf(incidentId, "dismiss"));
    const own = world.triggers.triages[1];
    expect(alertIn(own?.alert ?? "").id).toBe("P2");
    expect((await world.alerts(own?.incident_id ?? "")).map(({ id, relation }) => [id, relation])).toEqual([
      ["P2", "attached"],
      ["P3", "offered"],
    ]);
    expect(world.pagerduty.incidents.get("P2")?.status).toBe("triggered");
    expect((await world.alerts(incidentId)).map(({ id }) => id)).toEqual(["P1"]);
  });

  it("lets a later alert open a triage of its own, since alerts never join a closed incident", async () => {
    await decide(decisionOf(incidentId, "dismiss"));
    await world.event(world.raise("P2"));
    await world.event(world.raise("P3"));
    await world.confirmAll();
    expect(world.triggers.triages.map((one) => alertIn(one.alert).id)).toEqual(["P1", "P2"]);
    const timeline = await world.store.transaction((tx) => tx.timeline(world.triggers.triages[1]?.incident_id ?? ""));
    expect(timeline[0]).toMatchObject({ what: "incident.opened", why: "incident_closed" });
  });
});

describe("merge", () => {
  it("hands the alerts, the offers and the window over to the target, and tells it", async () => {
    const target = await openSecond();
    await world.event(world.raise("P3"));
    await world.confirmAll();
    await decide(decisionOf(incidentId, "merge", { mergeInto: target }), "applied");
    expect((await world.alerts(target)).map(({ id, relation }) => `${id} ${relation}`).sort()).toEqual([
      "P1 attached",
      "P2 attached",
      "P3 offered",
    ]);
    expect(await world.alerts(incidentId)).toEqual([]);
    const told = signalsTo(target, "alert_changed").map(({ data }) => `${alertIn(data).id} ${alertIn(data).relation}`);
    expect(new Set(told)).toEqual(new Set(["P1 attached"]));
    await world.event(world.raise("P4"));
    await world.advance(10 * MINUTE);
    const offers = signalsTo(target, "later_alert").map(({ data }) => laterIn(data).alerts.map(({ id }) => id));
    expect([offers[0], offers.at(-1)]).toEqual([["P3"], ["P4", "P3"]]);
    expect(signalsTo(incidentId, "archive_due")).toHaveLength(1);
    expect(signalsTo(target, "archive_due")).toEqual([]);
  });

  it("acknowledges and notes as create does", async () => {
    const target = await openSecond();
    await decide(decisionOf(target, "create", { by: BEN }));
    await decide(decisionOf(incidentId, "merge", { mergeInto: target }));
    expect(alert.status).toBe("acknowledged");
    expect(alert.notes[0]).toContain("Ann Lee made this part of incident #2 in Slack");
  });

  it("follows the target into what that was merged into", async () => {
    const second = await openSecond();
    await world.event(world.raise("P3", { serviceId: "PSVC3", serviceName: "Mail" }));
    await world.confirmAll();
    const third = world.triggers.triages[2]?.incident_id ?? "";
    await decide(decisionOf(second, "merge", { mergeInto: third }));
    expect((await decide(decisionOf(incidentId, "merge", { mergeInto: second }))).status).toBe(200);
    expect((await world.alerts(third)).map(({ id }) => id).sort()).toEqual(["P1", "P2", "P3"]);
  });

  it("into itself or into what is closed is declined, and the triage stays open", async () => {
    const second = await openSecond();
    await decide(decisionOf(second, "dismiss"));
    const closed = await decide(decisionOf(incidentId, "merge", { mergeInto: second }));
    expect(closed).toMatchObject({ status: 409, body: { error: "merge_into_closed" } });
    const self = await decide(decisionOf(incidentId, "merge", { mergeInto: incidentId }));
    expect(self).toMatchObject({ status: 409, body: { error: "merge_into_self" } });
    expect((await decide(decisionOf(incidentId, "create", { by: ANN }))).status).toBe(200);
  });

  it("of two into each other gives one", async () => {
    const second = await openSecond();
    const answers = await Promise.all([
      decide(decisionOf(incidentId, "merge", { mergeInto: second })),
      decide(decisionOf(second, "merge", { mergeInto: incidentId })),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe("acknowledge, asked for", () => {
  const ask = async (by: typeof ANN) => {
    const answer = await world.call("acknowledge", { incidentId, by, at: START });
    await world.confirmAll();
    return answer.status;
  };

  it("acknowledges in the presser's own name, assignee or not", async () => {
    expect(await ask(BEN)).toBe(200);
    expect(writes()).toEqual(["PUT /incidents/P1 ben@example.com"]);
    expect(alert.status).toBe("acknowledged");
  });

  it("uses nobody else's name where PagerDuty does not know the presser", async () => {
    await ask(EVE);
    expect(writes()).toEqual(["PUT /incidents/P1 eve@elsewhere.example"]);
    expect(alert.status).toBe("triggered");
  });

  it("leaves alone what is not triggered any more", async () => {
    alert.status = "resolved";
    await ask(ANN);
    expect(writes()).toEqual([]);
  });
});
