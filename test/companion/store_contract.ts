import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Job } from "../../companion/jobs.ts";
import type { AlertFacts, IncidentRow, NewJob, Store, Transaction } from "../../companion/store/store.ts";
import type { Incident } from "../../core/incident.ts";

const AT = 1_770_000_000_000;

function incidentOf(id: string): Incident {
  return { status: "triage", id, number: "1", title: "t", serviceId: "S1", serviceName: "One", openedAt: AT };
}

function factsOf(id: string): AlertFacts {
  return {
    id,
    number: 1,
    title: "naïve 😀 \u0001",
    url: "",
    serviceId: "S1",
    serviceName: "One",
    urgency: "high",
    status: "triggered",
    since: AT,
    paged: [],
    attachments: [],
    closing: { state: "none" },
  };
}

/**
 * Every store must pass this file; add a case here before mending one store.
 * @param open gives an empty store
 */
export function storeContract(name: string, open: () => Promise<Store>): void {
  describe(`the store over ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const tx = <Outcome>(work: (tx: Transaction) => Promise<Outcome>): Promise<Outcome> => store.transaction(work);
    const addIncident = (id: string) =>
      tx((t) => t.addIncident({ incident: incidentOf(id), sequence: 0, laterCount: 0, windowClosesAt: AT }));
    const addAlert = (id: string) => tx((t) => t.saveAlert({ facts: factsOf(id), statusAt: AT, peopleAt: AT }));
    const event = (keys: string[]) => ({ keys, eventId: keys[0] ?? "", receivedAt: AT, body: "{}" });
    const jobOf = (id: string, job: Job, rest: Partial<NewJob> = {}): NewJob => ({
      id,
      job,
      subject: "I1",
      sequence: 1,
      createdAt: AT,
      notBefore: AT,
      ...rest,
    });
    const triage: Job = { kind: "slack_triage", alertId: "A1" };
    const sync: Job = { kind: "slack_signal", signal: "sync" };
    const news: Job = { kind: "slack_signal", signal: "alert_changed", alertId: "A1" };

    it("keeps a row of settings for each service and urgency, and gives a service its own and everybody's", async () => {
      const own = { serviceId: "S1", urgency: "high", settings: { admission: "feed" } } as const;
      const all = { serviceId: "*", urgency: "*", settings: { window: { kind: "none" } } } as const;
      const other = { serviceId: "S2", urgency: "*", settings: {} } as const;
      await tx(async (t) => {
        await t.saveSettingsRow({ ...own, settings: { admission: "ignore" } });
        for (const row of [own, all, other]) await t.saveSettingsRow(row);
      });
      const rows = await tx((t) => t.settingsRows("S1"));
      expect(rows).toHaveLength(2);
      expect(rows).toEqual(expect.arrayContaining([own, all]));
      await tx((t) => t.removeSettingsRow("S1", "high"));
      expect(await tx((t) => t.allSettingsRows())).toEqual([all, other]);
    });

    it("counts what a line of the feed names, alerts and incidents without any, and finds the lines of an incident", async () => {
      for (const id of ["I1", "I2"]) await addIncident(id);
      await addAlert("A1");
      const place = { key: "k", serviceName: "Checkout", since: AT };
      const figures = await tx(async (t) => {
        await t.saveFeedLine("k", { kind: "unheard" }, AT);
        await t.placeInFeed({ ...place, alertId: "A1", isOver: true, openedAs: "I2", openedBy: "" });
        for (const since of [AT, AT]) await t.placeIncidentInFeed({ ...place, incidentId: "I1", since });
        return t.feedFigures("k", 5);
      });
      expect(figures).toEqual({ count: 2, open: 1, since: AT, services: [{ name: "Checkout", count: 2 }] });
      expect(await tx((t) => t.feedIncidents("k", 5))).toEqual(["I1"]);
      for (const id of ["I1", "I2"]) expect(await tx((t) => t.feedKeysOf(id))).toEqual(["k"]);
    });

    it("remembers what it takes to undo something, and nothing where nothing was done", async () => {
      await addIncident("I1");
      expect((await tx((t) => t.undoMemory("I1"))).undoneDecisionIds).toEqual([]);
      const memory = {
        undoneDecisionIds: ["Fx1"],
        movedAlerts: [{ alertId: "A1", relation: "attached" as const }],
        movedWindows: ["S1"],
      };
      await tx((t) => t.saveUndoMemory("I1", { ...memory, undoneDecisionIds: [] }));
      await tx((t) => t.saveUndoMemory("I1", memory));
      expect(await tx((t) => t.undoMemory("I1"))).toEqual(memory);
    });

    it("keeps one copy of a webhook delivered many times at once", async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => tx((t) => t.addEvent(event(["w1", "e1"])))));
      expect(outcomes.filter((outcome) => outcome === "stored")).toHaveLength(1);
      expect(await tx((t) => t.addEvent(event(["w2", "e1"])))).toBe("duplicate");
      // The second key of a repetition is remembered too.
      expect(await tx((t) => t.addEvent(event(["w2", "e9"])))).toBe("duplicate");
    });

    it("gives events in the order of their arrival, each until it is finished", async () => {
      for (const key of ["b", "a", "c"]) await tx((t) => t.addEvent(event([key])));
      const seen = [];
      for (;;) {
        const next = await tx((t) => t.nextEvent());
        if (!next) break;
        seen.push(next.eventId);
        await tx((t) => t.finishEvent(next.seq, next.eventId === "a" ? "failed" : "done"));
      }
      expect(seen).toEqual(["b", "a", "c"]);
    });

    it("does all of a transaction or nothing", async () => {
      const failing = tx(async (t) => {
        await t.addEvent(event(["w1"]));
        await t.count("incident");
        throw new Error("half way");
      });
      await expect(failing).rejects.toThrow("half way");
      expect(await tx((t) => t.nextEvent())).toBeUndefined();
      expect(await tx((t) => t.count("incident"))).toBe(1);
    });

    it("gives every number once", async () => {
      const numbers = await Promise.all(Array.from({ length: 50 }, () => tx((t) => t.count("incident"))));
      expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    });

    it("gives a free window to exactly one of many", async () => {
      await Promise.all(Array.from({ length: 30 }, (_, index) => addIncident(`I${index}`)));
      const claims = await Promise.all(
        Array.from({ length: 30 }, (_, index) => tx((t) => t.claimWindow("S1", `I${index}`, AT, AT + 100, 0))),
      );
      expect(new Set(claims.map(({ incidentId }) => incidentId)).size).toBe(1);
      expect(claims.map(({ alertCount }) => alertCount).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
    });

    it.each([
      ["1 before its end joins", 99, "I1", 2],
      ["at its end opens a new one", 100, "I2", 1],
      ["before its beginning joins", -50, "I1", 2],
    ])("an alert %s", async (_, later, incidentId, alertCount) => {
      await addIncident("I1");
      await addIncident("I2");
      await tx((t) => t.claimWindow("S1", "I1", AT, AT + 100, 0));
      const claimed = await tx((t) => t.claimWindow("S1", "I2", AT + later, AT + later + 100, 0));
      expect(claimed).toMatchObject({ incidentId, alertCount });
    });

    it.each([
      ["extends it", 50, 150],
      ["extends it up to its greatest age", 99, 180],
      ["leaves its end alone where it is dated before it", -40, 100],
      ["1 before its extended end extends it again", [80, 179], 180],
    ])("an alert in a rolling window %s", async (_, later, expected) => {
      await addIncident("I1");
      await addIncident("I2");
      await tx((t) => t.claimWindow("S1", "I1", AT, AT + 100, 180));
      for (const at of [later].flat()) await tx((t) => t.claimWindow("S1", "I2", AT + at, AT + at + 100, 180));
      expect(await tx((t) => t.window("S1"))).toMatchObject({
        incidentId: "I1",
        openedAt: AT,
        closesAt: AT + expected,
      });
    });

    it("an alert at the end of a window that is as old as it may become opens a new one", async () => {
      await addIncident("I1");
      await addIncident("I2");
      for (const at of [0, 90, 170]) await tx((t) => t.claimWindow("S1", "I1", AT + at, AT + at + 100, 180));
      await tx((t) => t.claimWindow("S1", "I2", AT + 180, AT + 280, 180));
      expect(await tx((t) => t.window("S1"))).toMatchObject({ incidentId: "I2", openedAt: AT + 180 });
    });

    it("a shorter setting never shortens an open window", async () => {
      await addIncident("I1");
      await tx((t) => t.claimWindow("S1", "I1", AT, AT + 100, 0));
      await tx((t) => t.claimWindow("S1", "I2", AT + 10, AT + 20, 15));
      expect(await tx((t) => t.window("S1"))).toMatchObject({ incidentId: "I1", closesAt: AT + 100 });
    });

    it("keeps an alert's keys when its other facts are saved without them", async () => {
      const row = { facts: factsOf("P1"), statusAt: AT, peopleAt: AT };
      await tx((t) => t.saveAlert({ ...row, keys: ["k1"] }));
      await tx((t) => t.saveAlert(row));
      expect((await tx((t) => t.alert("P1")))?.keys).toEqual(["k1"]);
    });

    it("says once that something is done for the first time", async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => tx((t) => t.isFirst("m", AT))));
      expect(answers).toEqual([true, false, false, false, false]);
    });

    it("calls a service by its newest name, and forgets one that was deleted", async () => {
      await tx((t) => t.rememberService("S1", "New", AT + 1));
      await tx((t) => t.rememberService("S1", "Old", AT));
      expect(await tx((t) => t.services())).toEqual([{ id: "S1", name: "New", isDeleted: false }]);
      await addIncident("I1");
      await tx((t) => t.claimWindow("S1", "I1", AT, AT + 100, 0));
      await tx((t) => t.forgetService("S1", AT + 50));
      expect(await tx((t) => t.services())).toEqual([{ id: "S1", name: "New", isDeleted: true }]);
      expect(await tx((t) => t.serviceByName("New"))).toBeUndefined();
      expect(await tx((t) => t.window("S1"))).toMatchObject({ closesAt: AT + 50 });
    });

    it("moves, closes and replaces windows", async () => {
      await addIncident("I1");
      await addIncident("I2");
      await tx((t) => t.claimWindow("S1", "I1", AT, AT + 100, 0));
      await tx((t) => t.moveWindows("I1", "I2"));
      await tx((t) => t.closeWindows("I1", AT + 1));
      expect(await tx((t) => t.window("S1"))).toMatchObject({ incidentId: "I2", closesAt: AT + 100 });
      await tx((t) => t.closeWindows("I2", AT + 10));
      await tx((t) => t.closeWindows("I2", AT + 50));
      expect(await tx((t) => t.window("S1"))).toMatchObject({ closesAt: AT + 10 });
      await tx((t) => t.replaceWindow("S1", "I1", AT + 5, AT + 105));
      expect(await tx((t) => t.window("S1"))).toMatchObject({ incidentId: "I1", alertCount: 1, closesAt: AT + 105 });
    });

    it("finds services by name whatever the case, in any language", async () => {
      await tx((t) => t.rememberService("S1", "Größe  X", 1));
      await tx((t) => t.rememberService("S1", "Größe Y", 1));
      expect(await tx((t) => t.serviceByName(" GRÖßE y "))).toEqual({ id: "S1", name: "Größe Y" });
      expect(await tx((t) => t.serviceByName("Größe X"))).toBeUndefined();
    });

    it("gives incidents and alerts back as they were written", async () => {
      await addIncident("I1");
      await addAlert("A1");
      const decision = {
        id: "Fx",
        incidentId: "I1",
        decision: "create",
        by: { slackUserId: "U1", name: "é" },
        at: AT,
        note: "",
      } as const;
      const place = { channelId: "C1", channelName: "n", channelUrl: "https://x.example" };
      const row: IncidentRow = {
        incident: incidentOf("I1"),
        sequence: 0,
        laterCount: 3,
        laterToldAt: AT,
        level: { urgency: "high", rise: { number: 1, alertId: "A1", why: "more_urgent" } },
        windowClosesAt: AT + 9,
        place,
        decision,
        appliedAt: AT,
      };
      await tx((t) => t.saveIncident(row));
      expect(await tx((t) => t.incident("I1"))).toEqual(row);
      expect(await tx((t) => t.incident("I2"))).toBeUndefined();
      expect(await tx((t) => t.alert("A1"))).toEqual({ facts: factsOf("A1"), statusAt: AT, peopleAt: AT });
    });

    it("counts deliveries of an incident even while others write the incident", async () => {
      await addIncident("I1");
      const row = await tx((t) => t.incident("I1"));
      expect(await tx((t) => t.nextSequence("I1"))).toBe(1);
      if (row) await tx((t) => t.saveIncident({ ...row, laterCount: 1 }));
      expect(await tx((t) => t.nextSequence("I1"))).toBe(2);
    });

    it("lets an alert have one home at most, and any number of incidents that it was kept from", async () => {
      for (const id of ["I1", "I2", "I3"]) await addIncident(id);
      await addAlert("A1");
      await tx((t) => t.relate("I1", "A1", "offered", AT, 4));
      expect(await tx((t) => t.laterAlertCount("I1"))).toBe(1);
      await expect(tx((t) => t.relate("I2", "A1", "attached", AT))).rejects.toThrow();
      await tx((t) => t.relate("I1", "A1", "separate", AT));
      await tx((t) => t.relate("I2", "A1", "separate", AT + 1));
      await tx((t) => t.relate("I3", "A1", "attached", AT + 2));
      expect((await tx((t) => t.relations("A1"))).map(({ relation }) => relation)).toEqual([
        "separate",
        "separate",
        "attached",
      ]);
      await tx((t) => t.unrelate("I3", "A1"));
      expect(await tx((t) => t.alertsOf("I3"))).toEqual([]);
      expect(await tx((t) => t.alertsOf("I1"))).toMatchObject([{ facts: { id: "A1" }, relation: "separate" }]);
    });

    it("gives a job to one of many, and to nobody while the lease holds", async () => {
      await tx((t) => t.enqueue(jobOf("J1", triage)));
      expect(await tx((t) => t.mayClaimJob("J1", AT))).toBe(true);
      const claims = await Promise.all(Array.from({ length: 10 }, () => tx((t) => t.claimJob("J1", AT, AT + 1_000))));
      expect(await tx((t) => t.mayClaimJob("J1", AT + 999))).toBe(false);
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
      expect(await tx((t) => t.claimJob("J1", AT + 999, AT + 2_000))).toBeUndefined();
      expect(await tx((t) => t.claimJob("J1", AT + 1_000, AT + 2_000))).toMatchObject({ attempts: 2, job: triage });
    });

    it("holds jobs back until their time", async () => {
      await tx((t) => t.enqueue(jobOf("J1", triage, { notBefore: AT + 10 })));
      expect(await tx((t) => t.dueJobs(["slack_triage"], AT + 9, 10))).toEqual([]);
      expect(await tx((t) => t.claimJob("J1", AT + 9, AT + 99))).toBeUndefined();
      expect(await tx((t) => t.dueJobs(["slack_triage"], AT + 10, 10))).toHaveLength(1);
    });

    it("gives only the first open delivery of each incident, triage before signals", async () => {
      await tx((t) => t.enqueue(jobOf("N1", news)));
      await tx((t) => t.enqueue(jobOf("T1", triage)));
      await tx((t) => t.enqueue(jobOf("N2", news, { subject: "I2" })));
      await tx((t) => t.enqueue(jobOf("N3", news, { subject: "I2" })));
      await tx((t) => t.enqueue(jobOf("S1", sync, { subject: "" })));
      await tx((t) => t.enqueue(jobOf("S2", sync, { subject: "" })));
      const due = (kind: "slack_triage" | "slack_signal") =>
        tx(async (t) => (await t.dueDeliveries(kind, AT, 10)).map(({ id }) => id));
      expect(await due("slack_triage")).toEqual(["T1"]);
      expect(await due("slack_signal")).toEqual(["N2", "S1", "S2"]);
      await tx((t) => t.updateJob("T1", { state: "sent", notBefore: AT + 50 }));
      expect(await due("slack_signal")).toEqual(["N2", "S1", "S2"]);
      expect((await tx((t) => t.unconfirmedDeliveries(AT + 50))).map(({ id }) => id)).toEqual(["T1"]);
      await tx((t) => t.updateJob("T1", { state: "done", finishedAt: AT }));
      await tx((t) => t.updateJob("N2", { state: "failed", finishedAt: AT }));
      expect(await due("slack_signal")).toEqual(["N1", "N3", "S1", "S2"]);
    });

    it("gives effects on one alert one at a time and in their order, past those that wait after a failure", async () => {
      const by = { slackUserId: "U1", name: "Ann" };
      const resolve: Job = { kind: "pagerduty_resolve", alertId: "A1", by, at: AT };
      const kinds = ["pagerduty_acknowledge", "pagerduty_resolve", "pagerduty_note"] as const;
      await tx((t) => t.enqueue(jobOf("E1", { kind: "pagerduty_acknowledge", alertId: "A1", by, rule: "asked" })));
      await tx((t) => t.enqueue(jobOf("E2", resolve)));
      await tx((t) => t.enqueue(jobOf("E3", { kind: "pagerduty_note", alertId: "A1", by, text: "" })));
      await tx((t) => t.enqueue(jobOf("E4", { ...resolve, alertId: "A2" }, { subject: "I2" })));
      const due = (at: number) => tx(async (t) => (await t.dueJobs(kinds, at, 10)).map(({ id }) => id));
      expect(await due(AT)).toEqual(["E1", "E3", "E4"]);
      expect(await tx((t) => t.claimJob("E2", AT, AT + 99))).toBeUndefined();
      expect(await tx((t) => t.claimJob("E1", AT, AT + 99))).toBeDefined();
      expect(await tx((t) => t.claimJob("E2", AT, AT + 99))).toBeUndefined();
      await tx((t) => t.updateJob("E1", { notBefore: AT + 50 }));
      expect(await due(AT)).toEqual(["E2", "E3", "E4"]);
      expect(await tx((t) => t.claimJob("E2", AT, AT + 99))).toBeDefined();
      // Its time has come, but the other one is in hand.
      expect(await tx((t) => t.claimJob("E1", AT + 50, AT + 99))).toBeUndefined();
      // Not wanted any more, it is in hand all the same; what is in nobody's hand is over at once.
      await tx((t) => t.dropJob("E2", AT + 50, "taken_back"));
      await tx((t) => t.dropJob("E3", AT + 50, "taken_back"));
      expect(await due(AT + 50)).toEqual(["E4"]);
      await tx((t) => t.updateJob("E2", { state: "done", finishedAt: AT }));
      expect(await due(AT + 50)).toEqual(["E1", "E4"]);
    });

    it("does aside what holds by itself, and all of it or nothing", async () => {
      const failing = store.aside(async (t) => {
        await t.addEvent(event(["w1"]));
        throw new Error("half way");
      });
      await expect(failing).rejects.toThrow("half way");
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => store.aside((t) => t.addEvent(event(["w1", "e1"])))),
      );
      expect(outcomes.filter((outcome) => outcome === "stored")).toHaveLength(1);
      expect(await store.aside((t) => t.nextEvent())).toMatchObject({ eventId: "w1" });
    });

    it("tells what is in the outbox", async () => {
      await tx((t) => t.enqueue(jobOf("J1", triage)));
      await tx((t) => t.enqueue(jobOf("J2", triage, { createdAt: AT + 5, subject: "I2" })));
      await tx((t) => t.updateJob("J2", { state: "sent", outcome: "", lastError: "x", sends: 2, failures: 1 }));
      expect(await tx((t) => t.outboxFigures())).toEqual([{ kind: "slack_triage", depth: 2, oldestAt: AT }]);
      expect(await tx((t) => t.sentCount())).toBe(1);
      expect(await tx((t) => t.job("J2"))).toMatchObject({ state: "sent", lastError: "x", sends: 2, failures: 1 });
      expect((await tx((t) => t.openJobs("I1", ["slack_triage"]))).map(({ id }) => id)).toEqual(["J1"]);
    });

    it("has one timer of a kind for a subject, and fires it when it is due", async () => {
      await tx((t) => t.setTimer("archive", "I1", AT + 10));
      await tx((t) => t.setTimer("archive", "I1", AT + 20));
      await tx((t) => t.setTimerOnce("archive", "I1", AT));
      await tx((t) => t.setTimer("reapply_decision", "I1", AT + 15));
      expect(await tx((t) => t.dueTimers(AT + 19, 10))).toEqual([{ kind: "reapply_decision", subject: "I1" }]);
      await tx((t) => t.clearTimer("reapply_decision", "I1"));
      expect(await tx((t) => t.dueTimers(AT + 20, 10))).toEqual([{ kind: "archive", subject: "I1" }]);
    });

    it("takes a nonce once, and forgets it with the other old things", async () => {
      const uses = await Promise.all(Array.from({ length: 5 }, () => tx((t) => t.useNonce("n", AT))));
      expect(uses.filter(Boolean)).toHaveLength(1);
      await tx((t) => t.addEvent(event(["w1"])));
      await tx((t) => t.forget({ nonces: AT, done: AT, failed: AT }));
      expect(await tx((t) => t.useNonce("n", AT))).toBe(false);
      await tx((t) => t.forget({ nonces: AT + 1, done: AT + 1, failed: AT + 1 }));
      expect(await tx((t) => t.useNonce("n", AT))).toBe(true);
      expect(await tx((t) => t.addEvent(event(["w1"])))).toBe("stored");
    });

    it("forgets what is over, what failed later, and nothing that waits", async () => {
      await addIncident("I1");
      for (const id of ["done", "failed", "ready"]) await tx((t) => t.enqueue(jobOf(id, news)));
      for (const state of ["done", "failed"] as const) {
        await tx((t) => t.updateJob(state, { state, finishedAt: AT }));
      }
      await tx((t) => t.addEvent(event(["waiting"])));
      await tx((t) => t.rememberAnswer("claim", "r1", { ok: true }, AT));
      for (const id of ["q1", "q2"]) {
        await tx((t) => t.addQuarantined({ keys: [id], webhookId: id, receivedAt: AT, why: "w", body: "" }));
      }
      const jobs = () =>
        tx(async (t) => [await t.job("done"), await t.job("failed"), await t.job("ready")].map(Boolean));
      await tx((t) => t.forget({ nonces: AT + 1, done: AT + 1, failed: AT }));
      expect(await jobs()).toEqual([false, true, true]);
      expect(await tx((t) => t.answered("claim", "r1"))).toBeUndefined();
      expect(await tx((t) => t.quarantinedCount(10))).toBe(2);
      expect(await tx((t) => t.quarantinedCount(1))).toBe(1);
      await tx((t) => t.forget({ nonces: AT + 1, done: AT + 1, failed: AT + 1 }));
      expect(await jobs()).toEqual([false, false, true]);
      expect(await tx((t) => t.quarantinedCount(10))).toBe(0);
      expect(await tx((t) => t.nextEvent())).toMatchObject({ eventId: "waiting" });
    });

    it("remembers what it answered, for each kind of request apart", async () => {
      await tx((t) => t.rememberAnswer("claim", "r1", { ok: true }, AT));
      expect(await tx((t) => t.answered("claim", "r1"))).toEqual({ ok: true });
      expect(await tx((t) => t.answered("resolve", "r1"))).toBeUndefined();
    });

    it("keeps the timeline in its order", async () => {
      const entry = {
        at: AT,
        incidentId: "I1",
        actor: "companion",
        why: "no_window",
        cause: "e1",
        data: { a: [1] },
      } as const;
      await tx((t) => t.record({ ...entry, what: "incident.opened" }));
      await tx((t) => t.record({ ...entry, at: AT - 5, what: "alert.offered" }));
      expect((await tx((t) => t.timeline("I1"))).map(({ what, data }) => [what, data])).toEqual([
        ["incident.opened", { a: [1] }],
        ["alert.offered", { a: [1] }],
      ]);
    });

    it("keeps what cannot be read aside, once", async () => {
      const aside = { keys: ["w1"], webhookId: "w1", receivedAt: AT, why: "no_event", body: "{" };
      expect(await tx((t) => t.addQuarantined(aside))).toBe("stored");
      expect(await tx((t) => t.addQuarantined(aside))).toBe("duplicate");
      expect(await tx((t) => t.quarantinedCount(10))).toBe(1);
      await tx((t) => t.probe(AT));
    });

    it("takes no SQL from anything that it is given", async () => {
      const hostile = "'); drop table event; --";
      await tx((t) => t.rememberService(hostile, hostile, AT));
      expect(await tx((t) => t.serviceByName(hostile))).toEqual({ id: hostile, name: hostile });
      expect(await tx((t) => t.addEvent(event([hostile])))).toBe("stored");
    });
  });
}
