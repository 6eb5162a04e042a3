/** Carries out what core/admission.ts says of an alert that belongs to no incident. */
import { admit, type AdmissionVerdict, type Dismissal, longestWindowMs, sentryKeysOf } from "../../core/admission.ts";
import { type ServiceSettings, windowEnd } from "../../core/service_settings.ts";
import type { Instant } from "../../core/time.ts";
import type { AlertFacts } from "../store/store.ts";
import type { Why } from "../timeline.ts";
import { backlogKey, DISMISSED_KEY, listInFeed, openedFromFeed } from "./feed.ts";
import { type DetailsHint, followToOpen, joinWindow, openForAlert, openWithNewWindow, type Routed } from "./open.ts";
import { ruleFacts } from "./rule_facts.ts";
import { COMPANION_ACTOR, queue, record, serviceSettings, type Unit } from "./unit.ts";
import { takeFreeWindow } from "./window.ts";

/** What became of an alert, and by which rule. */
export interface Admitted {
  readonly action: Routed["action"] | "suppressed" | "held" | "listed" | "ignored";
  /** Empty where it belongs to none. */
  readonly incidentId: string;
  readonly why: Why;
}

interface Admission {
  readonly alert: AlertFacts;
  /** The time that counts for windows. */
  readonly at: Instant;
  readonly hint: DetailsHint;
}

type Verdict<Action extends AdmissionVerdict["action"]> = Extract<AdmissionVerdict, { action: Action }>;

/**
 * Finds a place for an alert that belongs to no incident.
 * @param isAsked whether PagerDuty was asked for the alert's keys already, whatever it answered
 */
export async function admitAlert(unit: Unit, admission: Admission, isAsked = false): Promise<Admitted> {
  const { tx, now } = unit;
  const { alert, at } = admission;
  const settings = await serviceSettings(unit, alert.serviceId, alert.urgency);
  const window = await tx.window(alert.serviceId);
  const holder = window && at < window.closesAt ? await followToOpen(unit, window.incidentId) : undefined;
  const keys = (await tx.alert(alert.id))?.keys ?? (isAsked ? [] : undefined);
  const verdict = admit(
    { level: alert, identity: { keys, sentry: sentryKeysOf(alert.attachments) }, at, now },
    {
      settings,
      window,
      isHolderOpen: holder !== undefined,
      dismissals: await standingDismissals(unit, alert.serviceId, at),
    },
  );
  switch (verdict.action) {
    case "open_again":
      // From now on its repetitions belong to the triage that it gets.
      await tx.forgetDismissal(verdict.dismissal.incidentId);
      return takeIn(unit, verdict, admission, settings);
    case "open":
    case "join":
      return takeIn(unit, verdict, admission, settings);
    case "suppress":
      return suppress(unit, verdict, alert);
    case "hold":
      return hold(unit, verdict, admission);
    case "backlog":
      await listInFeed(unit, await backlogKey(unit, "backlog"), { kind: "backlog" }, [alert]);
      return listed(unit, alert, verdict.why);
    case "feed":
      await listInWindow(unit, admission, settings);
      return listed(unit, alert, verdict.why);
    case "ignore":
      await record(unit, "", "alert.ignored", verdict.why, COMPANION_ACTOR, { alertId: alert.id });
      return { action: "ignored", incidentId: "", why: verdict.why };
  }
}

/** What was undone is dismissed no more. */
async function standingDismissals(unit: Unit, serviceId: string, at: Instant): Promise<readonly Dismissal[]> {
  const standing = [];
  for (const dismissal of await unit.tx.dismissals(serviceId, at)) {
    if ((await unit.tx.incident(dismissal.incidentId))?.incident.status === "dismissed") standing.push(dismissal);
  }
  return standing;
}

/** Opens a triage or joins the open one, and lets the line that the alert stood in say so. */
async function takeIn(
  unit: Unit,
  verdict: Verdict<"open" | "open_again" | "join">,
  admission: Admission,
  settings: ServiceSettings,
): Promise<Admitted> {
  const { alert } = admission;
  const place = await unit.tx.feedPlace(alert.id);
  const admitted = await claimOrOpen(unit, verdict, admission, settings);
  if (place) await openedFromFeed(unit, place, admitted.incidentId, "");
  return admitted;
}

async function claimOrOpen(
  unit: Unit,
  { why }: Verdict<"open" | "open_again" | "join">,
  { alert, at, hint }: Admission,
  { window, laterAlerts }: ServiceSettings,
): Promise<Admitted> {
  const id = unit.id("inc");
  if (why === "debounce_off" || why === "louder_than_dismissed") {
    // The window of another open incident stays with it.
    const windowClosesAt = why === "debounce_off" ? at : (await takeFreeWindow(unit, alert, id, at)).closesAt;
    await openForAlert(unit, { id, alert, at, windowClosesAt, why, hint });
    return { action: "opened", incidentId: id, why };
  }
  const end = windowEnd(window, at);
  const rule = ruleFacts(window, at, await unit.tx.window(alert.serviceId));
  const claimed = await unit.tx.claimWindow(alert.serviceId, id, at, end, longestWindowMs(window));
  if (claimed.incidentId === id) {
    await openForAlert(unit, { id, alert, at, windowClosesAt: claimed.closesAt, why, hint, rule });
    return { action: "opened", incidentId: id, why };
  }
  const target = await followToOpen(unit, claimed.incidentId);
  // Alerts never join a closed incident: the window begins anew with this one.
  if (!target) return openWithNewWindow(unit, { id, alert, at, why: "incident_closed", hint, rule });
  // A rolling window was extended by this alert.
  if (claimed.closesAt > target.windowClosesAt) {
    await unit.tx.saveIncident({ ...target, windowClosesAt: claimed.closesAt });
  }
  return joinWindow(unit, { target, alert, setting: laterAlerts, hint, rule });
}

/** One line for everything that is the same as what a person dismissed. */
async function suppress(unit: Unit, { why, dismissal }: Verdict<"suppress">, alert: AlertFacts): Promise<Admitted> {
  const { number, dismissedBy, until, incidentId } = dismissal;
  await listInFeed(unit, DISMISSED_KEY + incidentId, { kind: "suppressed", number, dismissedBy, until }, [alert]);
  await record(unit, incidentId, "alert.suppressed", why, COMPANION_ACTOR, { alertId: alert.id, until });
  return { action: "suppressed", incidentId: "", why };
}

async function hold(unit: Unit, { why }: Verdict<"hold">, { alert, at, hint }: Admission): Promise<Admitted> {
  await queue(unit, "", { kind: "admit_alert", alertId: alert.id, at, ...hint });
  await record(unit, "", "alert.held", why, COMPANION_ACTOR, { alertId: alert.id });
  return { action: "held", incidentId: "", why };
}

/** One line for each window; without windows each alert has its own. */
async function listInWindow(unit: Unit, { alert, at }: Admission, { window }: ServiceSettings): Promise<void> {
  const own = `alert:${alert.id}`;
  const key =
    window.kind === "none"
      ? own
      : await unit.tx.claimFeedWindow(alert.serviceId, own, at, windowEnd(window, at), longestWindowMs(window));
  await listInFeed(unit, key, { kind: "alert" }, [alert]);
}

async function listed(unit: Unit, alert: AlertFacts, why: Why): Promise<Admitted> {
  await record(unit, "", "alert.listed", why, COMPANION_ACTOR, { alertId: alert.id });
  return { action: "listed", incidentId: "", why };
}
