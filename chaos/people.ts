/** People in Slack: they decide, resolve and acknowledge, and what they want is written down before it is told. */
import type { Alert } from "../core/alert.ts";
import type { Person } from "../core/incident.ts";
import type { Decision, PersonsDecision } from "../core/protocol.ts";
import { PEOPLE } from "../sandbox/seed.ts";
import { type Chance, createChance } from "../simulation/chance.ts";
import type { DecisionWish } from "./evidence.ts";
import type { SlackAppCalls } from "./slack_app_calls.ts";
import { type IncidentRecord, isClosed, type SlackRecords } from "./slack_workflows.ts";
import type { World } from "./world.ts";

/** Whom PagerDuty does not know. */
const STRANGER: Person = { slackUserId: "U0EVE", name: "Eve Ray", email: "eve@elsewhere.example" };
const EVERYBODY: readonly Person[] = [
  ...PEOPLE.map(({ slackId, name, email }) => ({ slackUserId: slackId, name, email })),
  STRANGER,
];

export interface People {
  /** A question was posted: somebody will answer it, or nobody. */
  asked(record: IncidentRecord): void;
  /** Slack applies a decision that the companion says stands. */
  apply(record: IncidentRecord, decision: Decision): Promise<void>;
}

function shownIn(record: IncidentRecord): readonly Alert[] {
  return [...record.alerts.values()].filter(({ relation }) => relation === "attached" || relation === "offered");
}

export function createPeople(
  world: World,
  calls: SlackAppCalls,
  records: () => SlackRecords,
  isOver: () => boolean,
): People {
  const { evidence, clock } = world;
  const asks = new Map<string, number>();
  let presses = 0;

  function decisionOf(record: IncidentRecord, chance: Chance): PersonsDecision {
    presses += 1;
    const base = {
      id: `Fx-${record.id}-${presses}`,
      incidentId: record.id,
      by: chance.pick(EVERYBODY),
      at: clock.now(),
      note: "",
    };
    const dice = chance.next();
    const others = [...records().incidents.values()].filter((one) => one.id !== record.id && !isClosed(one));
    if (dice < 0.2 && others.length > 0) return { ...base, decision: "merge", mergeInto: chance.pick(others).id };
    if (dice < 0.55) {
      // The form knows what it showed.
      const dismissAlertIds = shownIn(record).map(({ id }) => id);
      return { ...base, decision: "dismiss", reason: "false_alarm", dismissAlertIds };
    }
    return { ...base, decision: "create" };
  }

  async function decide(record: IncidentRecord, chance: Chance): Promise<void> {
    if (isOver() || record.status !== "triage") return;
    const decision = decisionOf(record, chance);
    const wish: DecisionWish = { decision, sentAt: clock.now(), state: "on its way" };
    evidence.decisions.push(wish);
    await tell(record, decision, "decided", wish);
    if (wish.state === "refused" || record.status !== "triage") return;
    records().decided(record, decision);
    if (decision.decision === "create") afterCreate(record, decision.by, chance);
    world.later(chance.between(20, 1_500), () => {
      if (record.decisionId === decision.id) void tell(record, decision, "applied", wish);
    });
  }

  function tell(record: IncidentRecord, decision: Decision, phase: "decided" | "applied", wish?: DecisionWish) {
    const body = { phase, decision, place: record.place };
    return calls.handOver("decide", decision.id, record.id, body, (outcome) => {
      if (!outcome.ok) {
        if (wish?.state === "on its way") Object.assign(wish, { state: "refused", problem: outcome.problem });
        return;
      }
      const stands = outcome.body["stands"] as Decision;
      if (wish) Object.assign(wish, { state: stands.id === decision.id ? "taken" : "refused", stands: stands.id });
      if (wish) wish.takenAt ??= clock.now();
      if (stands.id !== decision.id && record.decisionId !== stands.id) records().decided(record, stands);
    });
  }

  function afterCreate(record: IncidentRecord, by: Person, chance: Chance): void {
    if (chance.happens(0.15)) world.later(chance.waitFor(4_000), () => void acknowledge(record, by));
    if (chance.happens(0.65)) world.later(chance.waitFor(9_000), () => void resolve(record, chance));
  }

  async function acknowledge(record: IncidentRecord, by: Person): Promise<void> {
    if (isOver() || record.status !== "active") return;
    const at = clock.now();
    evidence.acknowledges.push({ incidentId: record.id, email: by.email ?? "", sentAt: at });
    const body = { incidentId: record.id, by, at };
    await calls.handOver("acknowledge", `${record.id}:${by.slackUserId}`, record.id, body, () => undefined);
  }

  async function resolve(record: IncidentRecord, chance: Chance): Promise<void> {
    if (isOver() || record.status !== "active") return;
    const shown = shownIn(record);
    const left = shown.length > 1 && chance.happens(0.2) ? shown.slice(-1) : [];
    const ticked = shown.filter((one) => !left.includes(one));
    const requestId = `Rx-${record.id}`;
    const request = {
      requestId,
      incidentId: record.id,
      by: chance.pick(EVERYBODY),
      at: clock.now(),
      resolveAlertIds: ticked.map(({ id }) => id),
      setAsideAlertIds: left.map(({ id }) => id),
      summary: "",
      place: record.place,
    };
    const wish = { request, sentAt: clock.now(), state: "on its way" as const };
    evidence.resolves.push(wish);
    record.status = "resolved";
    await calls.handOver("resolve", requestId, record.id, request, (outcome) => {
      Object.assign(wish, outcome.ok ? { state: "taken" } : { state: "refused", problem: outcome.problem });
    });
  }

  return {
    asked(record) {
      const times = (asks.get(record.id) ?? 0) + 1;
      asks.set(record.id, times);
      const [opening = record.id] = record.alerts.keys();
      const chance = createChance(world.seed, `people of ${opening}, asked ${times} times`);
      if (times === 1 && chance.happens(0.12)) return;
      world.later(1_000 + chance.waitFor(5_000), () => void decide(record, chance));
    },
    async apply(record, decision) {
      if (record.decisionId !== decision.id) records().decided(record, decision);
      await tell(record, decision, "applied");
    },
  };
}
