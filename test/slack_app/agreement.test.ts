import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { unpackAlert } from "../../core/alert_packing.ts";
import { isOpen, type Person, type TriageIncident } from "../../core/incident.ts";
import type { Decision } from "../../core/protocol.ts";
import { MINUTE } from "../../core/time.ts";
import { applySignal } from "../../slack-functions/apply_signal/handler.ts";
import { readAlert, writeAlert } from "../../slack-functions/shared/alerts.ts";
import type { App } from "../../slack-functions/shared/app.ts";
import { applyDecision } from "../../slack-functions/shared/apply_decision.ts";
import { newRecord, readIncident, saveIncident } from "../../slack-functions/shared/incidents.ts";
import { handOverPending } from "../../slack-functions/shared/pending.ts";
import { ANN, BEN, createWorld, decisionOf, START, type World } from "../companion/world.ts";
import { type FakeApp, fakeApp } from "./fake_app.ts";

let world: World;
let fake: FakeApp;
let app: App;
let isDown: boolean;
let ids: string[];

beforeEach(async () => {
  [world, fake, isDown] = [await createWorld(), fakeApp(START), false];
  app = { ...fake.app, companion: { call: reach } };
  for (const number of [1, 2, 3]) {
    const service = { serviceId: `PSVC${number}`, serviceName: `Service ${number}` };
    await world.event(world.raise(`P${number}`, service));
  }
  await world.confirmAll();
  // Deliveries of different incidents leave in any order.
  const triages = world.triggers.triages.toSorted((a, b) => a.service_id.localeCompare(b.service_id));
  ids = triages.map(({ incident_id: id }) => id);
  for (const { incident_id: id, number, title, service_id, service_name, alert } of triages) {
    const base = { id, number, title, serviceId: service_id, serviceName: service_name, openedAt: START };
    const incident: TriageIncident = { ...base, status: "triage" };
    const told = unpackAlert(alert);
    if (!told) throw new Error("The delivery has no alert.");
    await writeAlert(app, undefined, told, id);
    const place = {
      channelId: `C${number}`,
      channelName: `inc-${number}`,
      channelUrl: `https://acme.slack.com/${number}`,
    };
    const messages = { cardTs: `${number}.1`, questionTs: `${number}.2`, questionExecutionId: `Fx-${id}` };
    await saveIncident(app, newRecord(incident), incident, { ...place, ...messages, alertIds: [told.id] });
  }
});
afterEach(() => world.close());

/** The real companion, unless it is down. */
const reach: App["companion"]["call"] = async (call, body) => {
  if (isDown) return { ok: false, again: true, status: 0, problem: "down" };
  const answer = await world.call(call, body);
  if (answer.status === 200) return { ok: true, answer: answer.body };
  const problem = (answer.body as unknown as { message?: string }).message ?? "";
  return answer.status === 425
    ? { ok: false, again: true, status: 425, problem }
    : { ok: false, again: false, problem };
};

const merge = (from: number, into: number, by: Person = ANN) =>
  decisionOf(ids[from]!, "merge", { mergeInto: ids[into]!, by });
const inSlack = async (index: number) => (await readIncident(app.slack, ids[index]!))?.incident;
const inCompanion = async (index: number) => {
  const row = await world.store.transaction((tx) => tx.incident(ids[index]!));
  return row?.incident;
};

async function expectAgreement(): Promise<void> {
  for (const index of [0, 1, 2]) {
    const [slack, companion] = [await inSlack(index), await inCompanion(index)];
    const facts = (incident: typeof slack) => [
      incident?.status,
      incident?.status === "merged" ? incident.mergedInto : "",
      incident && incident.status !== "triage" ? (incident.decidedBy as Person).slackUserId : "",
    ];
    expect(facts(slack)).toEqual(facts(companion));
  }
}

/** No incident is part of itself, over however many others. */
async function expectNoCycle(): Promise<void> {
  for (const start of [0, 1, 2]) {
    const seen = new Set<string>();
    let at = await inSlack(start);
    while (at?.status === "merged") {
      expect(seen).not.toContain(at.id);
      seen.add(at.id);
      at = (await readIncident(app.slack, at.mergedInto))?.incident;
    }
    expect(at).toBeDefined();
  }
}

/** Lets the companion's signals of this kind reach Slack; @returns who is asked anew. */
async function deliver(kind: string): Promise<string[]> {
  await world.confirmAll();
  const asked: string[] = [];
  for (const signal of world.triggers.signals.filter((one) => one.kind === kind)) {
    const record = await readIncident(app.slack, signal.incident_id);
    const outcome = record && (await applySignal(app, record, signal.kind, signal.data));
    if (outcome?.askIncidentId) asked.push(outcome.askIncidentId);
  }
  return asked;
}

const said = () => fake.calls.map(({ args }) => String(args["text"]));

describe("an alert that went elsewhere", () => {
  it("stays there when older news of the incident that it left come late", async () => {
    const alert = world.pagerduty.incidents.get("P1")!;
    await world.event(alert, { type: "incident.acknowledged", status: "acknowledged" });
    await world.settle();
    const late = world.triggers.signals.find(({ kind }) => kind === "alert_changed")!;
    await applyDecision(app, merge(0, 1));
    await world.advance(MINUTE);
    await world.event(alert, { type: "incident.resolved", status: "resolved" });
    await deliver("alert_changed");
    const before = await readAlert(app.slack, "P1");
    expect(before).toMatchObject({ incidentId: ids[1], alert: { status: "resolved" } });
    const left = await readIncident(app.slack, late.incident_id);
    await applySignal(app, left!, late.kind, late.data);
    expect(await readAlert(app.slack, "P1")).toEqual(before);
  });
});

describe("merges at once", () => {
  it("of A into B and B into A: one is merged, the other stays in triage and says why", async () => {
    await Promise.all([applyDecision(app, merge(0, 1)), applyDecision(app, merge(1, 0, BEN))]);
    await expectNoCycle();
    await expectAgreement();
    const statuses = [(await inSlack(0))?.status, (await inSlack(1))?.status];
    expect(statuses.toSorted()).toEqual(["merged", "triage"]);
    expect(said().join("\n")).toMatch(/An incident cannot become part of itself\. This is still in triage\./);
  });

  it("of A into B and B into A while the companion was down: the second is taken back and asked about anew", async () => {
    isDown = true;
    await applyDecision(app, merge(0, 1));
    // The second step had read its target before the first one was applied.
    const stale = await readIncident(app.slack, ids[0]!);
    const open = { ...stale!.incident, status: "triage" } as TriageIncident;
    const held = fake.datastores.get("incidents")!.get(ids[0]!)!;
    await saveIncident(app, stale!, open);
    await applyDecision(app, merge(1, 0, BEN));
    fake.datastores.get("incidents")!.set(ids[0]!, held);
    isDown = false;
    await handOverPending(app);
    expect(await deliver("decision_refused")).toEqual([ids[1]]);
    await expectNoCycle();
    await expectAgreement();
    expect((await inSlack(1))?.status).toBe("triage");
    const alerts = [await readAlert(app.slack, "P1"), await readAlert(app.slack, "P2")];
    expect(alerts.map((stored) => stored?.incidentId)).toEqual([ids[1], ids[1]]);
    expect(said().join("\n")).toContain("This is in triage again; please decide below.");
  });

  it("in a chain, A into B and B into C, lead to C in whatever order they come", async () => {
    await applyDecision(app, merge(0, 1));
    await applyDecision(app, merge(1, 2));
    await expectNoCycle();
    await expectAgreement();
    for (const id of ["P1", "P2", "P3"]) expect((await readAlert(app.slack, id))?.incidentId).toBe(ids[2]);
  });

  it("into an incident that was merged itself meanwhile follow it", async () => {
    await applyDecision(app, merge(1, 2));
    await applyDecision(app, merge(0, 1));
    expect(await inSlack(0)).toMatchObject({ status: "merged", mergedInto: ids[2] });
    await expectAgreement();
    expect((await readAlert(app.slack, "P1"))?.incidentId).toBe(ids[2]);
  });

  it("into an incident that was dismissed meanwhile are refused, and the question says so", async () => {
    await applyDecision(app, decisionOf(ids[1]!, "dismiss"));
    await applyDecision(app, merge(0, 1), "1.9");
    await expectAgreement();
    expect((await inSlack(0))?.status).toBe("triage");
    const question = fake.made("chat.update").find(({ ts }) => ts === "1.9");
    expect(question?.["text"]).toMatch(
      /^The chosen incident is closed; choose an open one\. This is still in triage\./,
    );
  });

  it("that the companion took are applied though the target was closed before the step ran", async () => {
    const decision = merge(0, 1);
    await world.call("decide", { phase: "decided", decision });
    await applyDecision(app, decisionOf(ids[1]!, "create"));
    const target = await readIncident(app.slack, ids[1]!);
    const resolved = {
      ...target!.incident,
      status: "resolved",
      resolvedBy: BEN,
      resolvedAt: START,
      summary: "",
    } as const;
    await saveIncident(app, target!, resolved as never);
    await applyDecision(app, decision);
    expect(await inSlack(0)).toMatchObject({ status: "merged", mergedInto: ids[1] });
    expect(isOpen((await inCompanion(0))!)).toBe(false);
    expect((await readAlert(app.slack, "P1"))?.incidentId).toBe(ids[0]);
  });
});

describe("one decision", () => {
  const other = (decision: Decision["decision"], id: string) => decisionOf(ids[0]!, decision, { id, by: BEN });

  it("stands where two questions were answered while the companion was down: the first one, in Slack too", async () => {
    isDown = true;
    const held = { ...fake.datastores.get("incidents")!.get(ids[0]!)! };
    await applyDecision(app, decisionOf(ids[0]!, "create"));
    // The second run reads the record as it was before.
    fake.datastores.get("incidents")!.set(ids[0]!, held);
    await applyDecision({ ...app, now: START + 1 }, other("dismiss", "Fx-second"));
    isDown = false;
    await handOverPending(app);
    await world.advance(1);
    await deliver("apply_decision");
    expect(await inSlack(0)).toMatchObject({ status: "active", decidedBy: ANN });
    await expectAgreement();
  });

  it("is known as applied although that was said while a sync handed over that it was made", async () => {
    const decision = decisionOf(ids[0]!, "create");
    isDown = true;
    fake.on("chat.update", () => {
      throw new Error("the run dies");
    });
    await expect(applyDecision(app, decision)).rejects.toThrow("the run dies");
    fake.on("chat.update", () => ({ ok: true }));
    isDown = false;
    const syncing: App["companion"]["call"] = async (call, body) => {
      const answer = await reach(call, body);
      // The companion had answered the sync, which has not taken the entry away, when it was killed again.
      isDown = true;
      await applyDecision(app, decision);
      return answer;
    };
    await handOverPending({ ...app, companion: { call: syncing } });
    isDown = false;
    await handOverPending(app);
    const row = await world.store.transaction((tx) => tx.incident(ids[0]!));
    expect(row?.appliedAt).toBeDefined();
  });

  it("is applied a minute later where the step died that was to apply it", async () => {
    await world.call("decide", { phase: "decided", decision: decisionOf(ids[0]!, "create") });
    expect((await inSlack(0))?.status).toBe("triage");
    await world.advance(MINUTE);
    await deliver("apply_decision");
    expect((await inSlack(0))?.status).toBe("active");
    await expectAgreement();
    await world.advance(10 * MINUTE);
    expect(world.triggers.signals.filter(({ kind }) => kind === "apply_decision")).toHaveLength(1);
  });
});
