import type { CompanionRequests, Decision } from "../../core/protocol.ts";
import { isOpen, type Person } from "../../core/incident.ts";
import { MINUTE, toIso } from "../../core/time.ts";
import type { Act, News } from "./acts.ts";
import { openHolder, type Recorded, SERVICES, type TriageWorld } from "./triage_world.ts";

/** What must come of the day, kept apart from the companion's own records. */
export interface Ledger {
  /** Alerts whose webhook was taken while they were open in PagerDuty. */
  readonly raised: Set<string>;
  /** The first accepted decision of each incident. */
  readonly decisions: Map<string, string | undefined>;
  /** How often somebody wanted an alert resolved: once more only after it was taken back. */
  readonly wanted: Map<string, number>;
  /** "alert person": presses that may stop a page. */
  readonly mayAcknowledge: Set<string>;
}

const PEOPLE: readonly Person[] = ["Ann", "Ben", "Eve"].map((name) => ({
  slackUserId: `U0${name.toUpperCase()}`,
  name,
  email: `${name.toLowerCase()}@example.com`,
}));

interface Webhook {
  readonly body: string;
  readonly webhookId: string;
  readonly eventId: string;
}

interface PagerdutyAlert {
  readonly id: string;
  readonly service: string;
  readonly urgency: string;
  readonly createdAt: number;
  status: "triggered" | "acknowledged" | "resolved";
  assignee: string;
}

/** Plays one act after the other. Each gives the sentences of what was wrong in it, seen from outside. */
export function createDay(world: TriageWorld) {
  const ledger: Ledger = { raised: new Set(), decisions: new Map(), wanted: new Map(), mayAcknowledge: new Set() };
  const alerts: PagerdutyAlert[] = [];
  const sent: Webhook[] = [];
  const held: Webhook[] = [];
  const decisions: Decision[] = [];
  const resolutions: CompanionRequests["resolve"][] = [];
  const undos: CompanionRequests["undo"][] = [];
  /** Requests that were carried out. */
  const taken = new Set<string>();
  /** Decisions that were taken back: none of them is ever carried out again. */
  const undone = new Set<string>();
  const claims: CompanionRequests["claim"][] = [];
  /** Services that are set to have no window: each of their alerts opens, whatever window is open. */
  const withoutWindow = new Set<string>();
  let made = 0;

  function webhookOf(alert: PagerdutyAlert, type: string): Webhook {
    made += 1;
    return { body: bodyOf(alert, type, `EV${made}`, world.now), webhookId: `hook-${made}`, eventId: `EV${made}` };
  }

  async function deliver(webhook: Webhook): Promise<void> {
    sent.push(webhook);
    await world.webhook(webhook.body, webhook.webhookId, webhook.eventId);
  }

  async function raise(act: Extract<Act, { act: "alert" }>): Promise<string[]> {
    made += 1;
    const alert: PagerdutyAlert = {
      id: `Q${made}`,
      service: choose(SERVICES, act.service),
      urgency: act.urgency,
      createdAt: world.now,
      status: "triggered",
      assignee: "PANN",
    };
    alerts.push(alert);
    const webhook = webhookOf(alert, "incident.triggered");
    const at = world.now;
    world.now += act.lateMs;
    ledger.raised.add(alert.id);
    const before = await world.recorded();
    await deliver(webhook);
    const arrival = {
      alert,
      at,
      lateMs: act.lateMs,
      hasWindow: !withoutWindow.has(alert.service),
      told: accountOf(world, alert.id),
    };
    return routingProblems(before, await world.recorded(), arrival);
  }

  async function news({ type, alertPick, delivery }: Extract<Act, { act: "news" }>): Promise<void> {
    const open = alerts.filter(({ status }) => status !== "resolved");
    if (open.length === 0) return;
    const alert = choose(open, alertPick);
    if (!change(alert, type)) return;
    const webhook = webhookOf(alert, `incident.${type}`);
    if (delivery === "held") held.push(webhook);
    else await deliver(webhook);
    if (delivery === "twice") await deliver(webhook);
  }

  async function decide(decision: Decision, phase: "decided" | "applied"): Promise<void> {
    const before = await world.recorded();
    const outcome = await world.calls.decide({ phase, decision });
    const isFirst = before.incidents.get(decision.incidentId)?.decision === undefined;
    if (!outcome.ok || !isFirst || undone.has(decision.id)) return;
    ledger.decisions.set(decision.incidentId, decision.id);
    for (const id of attachedTo(before, decision.incidentId)) {
      if (decision.decision === "dismiss") want(before, id);
      else ledger.mayAcknowledge.add(`${id} ${decision.by.slackUserId}`);
    }
  }

  function want(before: Recorded, alertId: string): void {
    const state = before.alerts.get(alertId)?.facts.closing.state;
    if (state !== "wanted" && state !== "confirmed") ledger.wanted.set(alertId, (ledger.wanted.get(alertId) ?? 0) + 1);
  }

  async function undo(request: CompanionRequests["undo"]): Promise<void> {
    const outcome = await world.calls.undo(request);
    if (!outcome.ok || taken.has(request.requestId)) return;
    taken.add(request.requestId);
    if (request.command === "reopen") return;
    undone.add(request.decisionId);
    ledger.decisions.delete(request.incidentId);
  }

  /** A form that came before its incident was decided on comes again; once it was taken, it changes nothing more. */
  async function resolve(request: CompanionRequests["resolve"]): Promise<void> {
    const before = await world.recorded();
    const outcome = await world.calls.resolve(request);
    if (!outcome.ok || taken.has(request.requestId)) return;
    taken.add(request.requestId);
    for (const id of request.resolveAlertIds) {
      const isOfIncident = before.alerts.get(id)?.relations.some((one) => one.incidentId === request.incidentId);
      if (isOfIncident) want(before, id);
    }
  }

  async function play(act: Act): Promise<string[]> {
    // Two things never happen at the same instant, so that their order is known.
    world.now += 1;
    const recorded = await world.recorded();
    const incidents = [...recorded.incidents.values()];
    switch (act.act) {
      case "alert":
        return raise(act);
      case "news":
        await news(act);
        return [];
      case "held_webhook":
        if (held.length > 0) await deliver(held.splice(act.pick % held.length, 1)[0] as Webhook);
        return [];
      case "old_webhook":
        if (sent.length > 0) await deliver(choose(sent, act.pick));
        return [];
      case "decide": {
        if (incidents.length === 0) return [];
        const incidentId = choose(incidents, act.incidentPick).incident.id;
        const decision: Decision = {
          id: `Fx-${incidentId}-${act.question}`,
          incidentId,
          decision: act.decision,
          by: choose(PEOPLE, act.person),
          at: world.now,
          note: "",
          ...(act.decision === "dismiss" ? { reason: "false_alarm" } : {}),
          ...(act.decision === "merge" ? { mergeInto: choose(incidents, act.targetPick).incident.id } : {}),
        };
        decisions.push(decision);
        await decide(decision, act.phase);
        return [];
      }
      case "decide_again":
        if (decisions.length > 0) await decide(choose(decisions, act.pick), act.phase);
        return [];
      case "answer": {
        const offered = related(recorded, "offered");
        if (offered.length === 0) return [];
        const { alertId, incidentId } = choose(offered, act.alertPick);
        const by = choose(PEOPLE, act.person);
        const outcome = await world.calls.answer({
          incidentId,
          alertIds: [alertId],
          answer: act.answer,
          by,
          at: world.now,
        });
        if (outcome.ok && act.answer === "attach") ledger.mayAcknowledge.add(`${alertId} ${by.slackUserId}`);
        return [];
      }
      case "resolve": {
        if (incidents.length === 0) return [];
        const incidentId = choose(incidents, act.incidentPick).incident.id;
        const own = [...related(recorded, "attached"), ...related(recorded, "offered")]
          .filter((one) => one.incidentId === incidentId)
          .map(({ alertId }) => alertId);
        const shown = own.filter((_, index) => (act.hides & (1 << index)) === 0);
        const ticked = shown.filter((_, index) => (act.ticks & (1 << index)) !== 0);
        const request = {
          requestId: `Rx-${(made += 1)}`,
          incidentId,
          by: choose(PEOPLE, act.person),
          at: world.now,
          resolveAlertIds: ticked,
          setAsideAlertIds: shown.filter((id) => !ticked.includes(id)),
          summary: "rolled back",
        };
        resolutions.push(request);
        await resolve(request);
        return [];
      }
      case "resolve_again":
        if (resolutions.length > 0) await resolve(choose(resolutions, act.pick));
        return [];
      case "undo": {
        if (incidents.length === 0) return [];
        const { incident, decision } = choose(incidents, act.incidentPick);
        const request = {
          requestId: `Ux-${(made += 1)}`,
          incidentId: incident.id,
          command: incident.status === "resolved" ? "reopen" : "undo",
          decisionId: incident.status === "triage" ? `Fx-${incident.id}-${act.question}` : (decision?.id ?? ""),
          by: choose(PEOPLE, act.person),
          at: world.now,
          inPagerduty: act.inPagerduty,
        } as const;
        undos.push(request);
        await undo(request);
        return [];
      }
      case "undo_again":
        if (undos.length > 0) await undo(choose(undos, act.pick));
        return [];
      case "acknowledge": {
        if (incidents.length === 0) return [];
        const incidentId = choose(incidents, act.incidentPick).incident.id;
        const by = choose(PEOPLE, act.person);
        for (const id of attachedTo(recorded, incidentId)) ledger.mayAcknowledge.add(`${id} ${by.slackUserId}`);
        await world.calls.acknowledge({ incidentId, by, at: world.now });
        return [];
      }
      case "start_by_hand":
        return startByHand(act);
      case "confirm": {
        const deliveries = world.jobs.filter(({ job }) => job.kind === "slack_triage" || job.kind === "slack_signal");
        if (deliveries.length === 0) return [];
        const { id, subject, job } = choose(deliveries, act.deliveryPick);
        // Slack says so only of a later alert whose incident is closed there.
        const incident = recorded.incidents.get(subject)?.incident;
        const mayBeStale = job.kind === "slack_signal" && job.signal === "later_alert" && incident && !isOpen(incident);
        const outcome = act.stale && mayBeStale ? "stale" : "applied";
        await world.calls.confirm({ deliveryId: id, incidentId: subject, outcome });
        return [];
      }
      case "settings": {
        const lengthMs = act.minutes * MINUTE;
        const { kind } = act;
        const window = kind === "rolling" ? { kind, lengthMs, maxAgeMs: 3 * lengthMs } : { kind, lengthMs };
        const serviceId = choose(SERVICES, act.service);
        if (act.kind === "none") withoutWindow.add(serviceId);
        else withoutWindow.delete(serviceId);
        await world.store.transaction((tx) => tx.saveSettingsRow({ serviceId, urgency: "*", settings: { window } }));
        return [];
      }
      case "wait":
        world.now += act.minutes * MINUTE;
        return [];
    }
  }

  async function startByHand(act: Extract<Act, { act: "start_by_hand" }>): Promise<string[]> {
    const former = claims.at(-1);
    const by = choose(PEOPLE, act.person);
    const serviceName = nameOf(choose(SERVICES, act.service));
    const fresh = { requestId: `Cx-${(made += 1)}`, serviceName, title: "Odd", description: "", by, at: world.now };
    const request = act.again && former ? former : fresh;
    const before = await world.recorded();
    claims.push(request);
    const outcome = await world.calls.claim(request);
    const after = await world.recorded();
    const opened = after.incidents.size - before.incidents.size;
    const expected = request === former ? 0 : 1;
    return outcome.ok && opened === expected ? [] : [`a claim opened ${opened} incidents instead of ${expected}`];
  }

  return { play, ledger };
}

interface Arrival {
  readonly alert: PagerdutyAlert;
  readonly at: number;
  readonly lateMs: number;
  readonly hasWindow: boolean;
  /** What the account says of it. */
  readonly told: readonly string[];
}

/**
 * Any number of first alerts open one incident; an alert inside an open window opens nothing. One that came late may be a
 * line of the feed, and one whose service had something dismissed is looked up first.
 */
function routingProblems(before: Recorded, after: Recorded, { alert, at, lateMs, hasWindow, told }: Arrival): string[] {
  const opened = [...after.incidents.keys()].filter((id) => !before.incidents.has(id));
  const home = after.alerts.get(alert.id)?.relations[0];
  const window = before.windows.get(alert.service);
  const holder = hasWindow && window && at < window.closesAt ? openHolder(before, window.incidentId) : undefined;
  if (holder !== undefined) {
    const isOffered = home?.incidentId === holder && home.relation === "offered" && opened.length === 0;
    return isOffered ? [] : [`${alert.id} fell into the window of ${holder} and became ${JSON.stringify(home)}`];
  }
  const isDismissed = [...before.incidents.values()].some(
    ({ incident }) => incident.status === "dismissed" && incident.serviceId === alert.service,
  );
  if (opened.length === 0 && lateMs > 0 && told.includes("alert.listed")) return [];
  if (opened.length === 0 && isDismissed && told.includes("alert.held")) return [];
  const isOpened = opened.length === 1 && home?.incidentId === opened[0] && home?.relation === "attached";
  return isOpened ? [] : [`${alert.id} fell into no window and became ${JSON.stringify(home)}`];
}

function related(recorded: Recorded, relation: string): { readonly alertId: string; readonly incidentId: string }[] {
  return [...recorded.alerts.values()].flatMap(({ relations }) => relations.filter((one) => one.relation === relation));
}

function attachedTo(recorded: Recorded, incidentId: string): string[] {
  return related(recorded, "attached")
    .filter((one) => one.incidentId === incidentId)
    .map(({ alertId }) => alertId);
}

/** Does it in PagerDuty; false where PagerDuty would not. */
function change(alert: PagerdutyAlert, type: News): boolean {
  if (type === "acknowledged") {
    if (alert.status === "acknowledged") return false;
    alert.status = "acknowledged";
  }
  if (type === "unacknowledged") {
    if (alert.status === "triggered") return false;
    alert.status = "triggered";
  }
  if (type === "resolved") alert.status = "resolved";
  if (type === "reassigned" || type === "escalated") {
    alert.assignee = alert.assignee === "PANN" ? "PBEN" : "PANN";
    alert.status = "triggered";
  }
  return true;
}

function nameOf(service: string): string {
  return `Service ${service}`;
}

function bodyOf(alert: PagerdutyAlert, type: string, eventId: string, at: number): string {
  const assignees = alert.status === "resolved" ? [] : [alert.assignee];
  return JSON.stringify({
    event: {
      id: eventId,
      event_type: type,
      occurred_at: toIso(at),
      agent: { id: "PINT", type: "inbound_integration_reference" },
      data: {
        id: alert.id,
        type: "incident",
        html_url: `https://acme.pagerduty.example/incidents/${alert.id}`,
        number: 1,
        status: alert.status,
        created_at: toIso(alert.createdAt),
        title: `Failure ${alert.id}`,
        service: { id: alert.service, type: "service_reference", summary: nameOf(alert.service) },
        assignees: assignees.map((id) => ({ id, type: "user_reference", summary: `User ${id}` })),
        urgency: alert.urgency,
      },
    },
  });
}

function choose<Item>(items: readonly Item[], pick: number): Item {
  return items[pick % items.length] as Item;
}

function accountOf({ timeline }: TriageWorld, alertId: string): readonly string[] {
  return timeline.filter(({ data }) => data["alertId"] === alertId).map(({ what }) => what);
}
