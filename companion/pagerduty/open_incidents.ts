import { z } from "zod";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { fromIso, type Instant } from "../../core/time.ts";
import type { AlertFacts } from "../store/store.ts";
import { titleOf } from "./answers.ts";

/** An incident in the list of those that are open in PagerDuty. */
export interface ListedIncident {
  readonly facts: AlertFacts;
  /** When its status last changed, by PagerDuty's clock. */
  readonly changedAt: Instant;
}

const reference = z.looseObject({ id: z.string(), summary: z.string().nullish() });

const incident = z.looseObject({
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  incident_number: z.number().int().nonnegative().nullish(),
  title: z.string().nullish(),
  html_url: z.string().nullish(),
  created_at: z.string().nullish(),
  last_status_change_at: z.string().nullish(),
  status: z.enum(["triggered", "acknowledged"]),
  urgency: z.string().nullish(),
  priority: reference.nullish(),
  service: reference,
  assignments: z.array(z.looseObject({ assignee: reference.nullish() })).nullish(),
});

const page = z.looseObject({ incidents: z.array(z.unknown()), more: z.boolean().nullish() });

export interface OpenIncidents {
  readonly incidents: readonly ListedIncident[];
  readonly more: boolean;
}

/** A page of GET /incidents; what cannot be read in it is left out. */
export function openIncidentsPage(data: unknown): OpenIncidents | undefined {
  const parsed = page.safeParse(data);
  if (!parsed.success) return undefined;
  const incidents = parsed.data.incidents.flatMap((one) => {
    const read = incident.safeParse(one);
    return read.success ? [listed(read.data)] : [];
  });
  return { incidents, more: parsed.data.more ?? false };
}

function listed(data: z.output<typeof incident>): ListedIncident {
  const since = fromIso(data.created_at) ?? 0;
  const priority = cutCharacters(oneLine(data.priority?.summary ?? ""), 120);
  const assignees = (data.assignments ?? []).flatMap(({ assignee }) => assignee ?? []);
  return {
    facts: {
      id: data.id,
      number: data.incident_number ?? 0,
      title: titleOf(data.title, data.id),
      url: data.html_url ?? "",
      serviceId: data.service.id,
      serviceName: cutCharacters(oneLine(data.service.summary ?? ""), 120) || data.service.id,
      urgency: data.urgency === "low" ? "low" : "high",
      ...(priority === "" ? {} : { priority }),
      status: data.status,
      since,
      paged: assignees.map(({ id, summary }) => ({
        pagerdutyUserId: id,
        name: cutCharacters(oneLine(summary ?? ""), 120) || id,
      })),
      attachments: [],
      closing: { state: "none" },
    },
    changedAt: fromIso(data.last_status_change_at) ?? since,
  };
}
