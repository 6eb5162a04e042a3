import type { Alert } from "../../core/alert.ts";
import type { DismissReason } from "../../core/incident.ts";
import { tickedIds } from "../shared/alert_choices.ts";
import { readAlerts } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import { alertIdsOf, idsIn, type IncidentRecord, parseReason } from "../shared/incidents.ts";
import { escapeText } from "../shared/mrkdwn.ts";
import { safeJson } from "../shared/people.ts";
import { recordOf, textOf } from "../shared/slack.ts";
import { DISMISS_ALSO, DISMISS_NOTE, DISMISS_REASON, type Dismissal } from "./blocks.ts";

/** What dismissing this incident would end, for the form. */
export async function dismissalOf(app: App, record: IncidentRecord): Promise<Dismissal> {
  const stored = await readAlerts(app.slack, alertIdsOf(record));
  // What was merged into it is its own; what was taken off or went elsewhere is not.
  const own = stored.filter(({ incidentId }) => incidentId === record.incident.id).map(({ alert }) => alert);
  const isOpen = ({ status }: Alert) => status !== "resolved";
  const later = own.filter((alert) => isOpen(alert) && record.laterIds.includes(alert.id));
  const attached = own.filter((alert) => alert.relation === "attached" && !later.includes(alert));
  const ended = attached.filter(isOpen);
  const moreLater = Math.max(0, record.unansweredCount + record.bySettingCount - later.length);
  // One alert is the incident itself; of several, which came by merges and attaching, each is to be said.
  const listed = ended.length > 1 ? ended : [];
  return {
    incident: record.incident,
    whatEnds: whatEnds(ended),
    dismissedIds: attached.filter((alert) => !listed.includes(alert)).map(({ id }) => id),
    listed,
    later,
    moreLater,
  };
}

function whatEnds(open: readonly Alert[]): string {
  if (open.length === 0) return "No page is open for it.";
  const resolves = `This resolves the ${open.length > 1 ? "ticked alerts" : "alert"} in PagerDuty`;
  const paging = namesOf(open.filter(({ status }) => status === "triggered"));
  if (paging) return `${resolves} and ends the page of ${paging}.`;
  const atWork = namesOf(open);
  return atWork ? `${resolves}, which ${atWork} acknowledged.` : `${resolves}.`;
}

function namesOf(alerts: readonly Alert[]): string {
  const names = new Set(alerts.flatMap(({ paged }) => paged.map((person) => escapeText(person.name, 60))));
  return [...names].slice(0, 3).join(", ");
}

interface DismissAnswer {
  readonly decision: "dismiss";
  readonly reason: DismissReason;
  readonly note: string;
  readonly dismissAlertIds?: readonly string[];
}

/** What the person answered in the form. Exactly what they saw and ticked is dismissed, where there was a list. */
export function dismissalIn(view: { readonly state?: unknown; readonly private_metadata?: unknown }): DismissAnswer {
  const values = recordOf(recordOf(view.state)["values"]);
  const valueOf = (id: string) => recordOf(recordOf(values[id])[id]);
  const dismissedIds = recordOf(safeJson(textOf(view.private_metadata)))["dismissedIds"];
  const also = valueOf(DISMISS_ALSO)["selected_options"];
  const alsoIds = Array.isArray(also) ? also.map((option) => textOf(recordOf(option)["value"])) : [];
  return {
    decision: "dismiss",
    reason: parseReason(recordOf(valueOf(DISMISS_REASON)["selected_option"])["value"]),
    note: textOf(valueOf(DISMISS_NOTE)["value"]),
    ...(Array.isArray(dismissedIds)
      ? { dismissAlertIds: [...idsIn(JSON.stringify(dismissedIds)), ...tickedIds(values), ...alsoIds] }
      : {}),
  };
}
