/** What we read in PagerDuty's answers: as little as we use, everything else may be there, missing or null. */
import { z } from "zod";
import type { PagerdutyStatus } from "../../core/alert.ts";
import type { OnCall } from "../../core/escalation.ts";
import { redactSecrets } from "../../core/redaction.ts";
import { cutCharacters, oneLine } from "../../core/text.ts";
import { fromIso, type Instant } from "../../core/time.ts";

export interface PagerdutyIncident {
  readonly status: PagerdutyStatus;
  readonly assignees: readonly { readonly pagerdutyUserId: string; readonly name: string }[];
  /** Name of the policy by which PagerDuty pages for it. */
  readonly escalationPolicy?: string;
  readonly reopenedAt?: Instant;
  /** The incident in PagerDuty that this one was merged into, which PagerDuty calls a resolve. */
  readonly mergedInto?: { readonly id: string; readonly number: number };
  /** Its escalation policy. */
  readonly policyId?: string;
  /** When the status last changed, by PagerDuty's clock, in whole seconds. */
  readonly statusChangedAt?: Instant;
}

export interface PagerdutyService {
  readonly id: string;
  readonly name: string;
}

/** The one reason that PagerDuty knows is a merge. */
export const resolveReason = z.looseObject({
  type: z.string().nullish(),
  incident: z.looseObject({ id: z.string().nullish(), summary: z.string().nullish() }).nullish(),
});

/** The PagerDuty incident that a reason names as the merge's target; its id is empty, or its number 0, where PagerDuty does not say. */
export function mergeTarget(
  reason: z.output<typeof resolveReason> | null | undefined,
): { readonly id: string; readonly number: number } | undefined {
  if (reason?.type !== "merge_resolve_reason") return undefined;
  // PagerDuty's references name an incident as "[#1234] Title".
  const number = /^\[#(\d{1,12})\]/.exec(reason.incident?.summary ?? "")?.[1];
  return { id: cutCharacters(reason.incident?.id ?? "", 64), number: Number(number ?? 0) };
}

/** Longer titles than this are cut on every way out anyway. */
const TITLE_MAX = 1_024;
/** More than this of one is not looked at: secrets are searched for, and a webhook holds up to 300 KB. */
const TITLE_READ = 8 * TITLE_MAX;

/** The title of an incident in PagerDuty: one line without secrets, and never empty. */
export function titleOf(title: string | null | undefined, id: string): string {
  const read = redactSecrets(oneLine((title ?? "").slice(0, TITLE_READ)));
  return cutCharacters(read, TITLE_MAX) || `PagerDuty incident ${id}`;
}

const incident = z.looseObject({
  incident: z.looseObject({
    status: z.enum(["triggered", "acknowledged", "resolved"]),
    reopened_at: z.string().nullish(),
    resolve_reason: resolveReason.nullish(),
    escalation_policy: z.looseObject({ id: z.string().nullish(), summary: z.string().nullish() }).nullish(),
    last_status_change_at: z.string().nullish(),
    assignments: z
      .array(z.looseObject({ assignee: z.looseObject({ id: z.string(), summary: z.string().nullish() }).nullish() }))
      .nullish(),
  }),
});

export function incidentAnswer(data: unknown): PagerdutyIncident | undefined {
  const parsed = incident.safeParse(data);
  if (!parsed.success) return undefined;
  const { status, assignments, reopened_at, resolve_reason, last_status_change_at, escalation_policy } =
    parsed.data.incident;
  const escalationPolicy = oneLine(escalation_policy?.summary ?? "");
  const reopenedAt = fromIso(reopened_at);
  const mergedInto = mergeTarget(resolve_reason);
  const statusChangedAt = fromIso(last_status_change_at);
  return {
    status,
    assignees: (assignments ?? []).flatMap(({ assignee }) =>
      assignee ? [{ pagerdutyUserId: assignee.id, name: oneLine(assignee.summary ?? "") || assignee.id }] : [],
    ),
    ...(escalationPolicy === "" ? {} : { escalationPolicy }),
    ...(reopenedAt === undefined ? {} : { reopenedAt }),
    ...(escalation_policy?.id ? { policyId: escalation_policy.id } : {}),
    ...(mergedInto === undefined ? {} : { mergedInto }),
    ...(statusChangedAt === undefined ? {} : { statusChangedAt }),
  };
}

const onCalls = z.looseObject({
  oncalls: z.array(
    z.looseObject({ user: z.looseObject({ id: z.string() }).nullish(), escalation_level: z.number().nullish() }),
  ),
});

export function onCallAnswer(data: unknown): readonly OnCall[] | undefined {
  const parsed = onCalls.safeParse(data);
  return parsed.success
    ? parsed.data.oncalls.flatMap(({ user, escalation_level: level }) =>
        user && level ? [{ pagerdutyUserId: user.id, level }] : [],
      )
    : undefined;
}

const alerts = z.looseObject({ alerts: z.array(z.unknown()), more: z.boolean().nullish() });

export function alertsPage(data: unknown): { readonly alerts: readonly unknown[]; readonly more: boolean } | undefined {
  const parsed = alerts.safeParse(data);
  return parsed.success ? { alerts: parsed.data.alerts, more: parsed.data.more ?? false } : undefined;
}

const user = z.looseObject({ user: z.looseObject({ email: z.string().nullish() }) });

export function userAnswer(data: unknown): { readonly email: string | undefined } | undefined {
  const parsed = user.safeParse(data);
  return parsed.success ? { email: parsed.data.user.email?.trim().toLowerCase() || undefined } : undefined;
}

const users = z.looseObject({ users: z.array(z.looseObject({ email: z.string().nullish() })) });

export function usersAnswer(data: unknown): readonly string[] | undefined {
  const parsed = users.safeParse(data);
  return parsed.success ? parsed.data.users.map(({ email }) => email?.trim().toLowerCase() ?? "") : undefined;
}

const notes = z.looseObject({ notes: z.array(z.looseObject({ content: z.string().nullish() })) });

export function notesAnswer(data: unknown): readonly string[] | undefined {
  const parsed = notes.safeParse(data);
  return parsed.success ? parsed.data.notes.map(({ content }) => content ?? "") : undefined;
}

const newNote = z.looseObject({ note: z.looseObject({ content: z.string().nullish() }) });

/** Whether PagerDuty says that the note is there: other JSON may come from something between. */
export function newNoteAnswer(data: unknown): true | undefined {
  return newNote.safeParse(data).success || undefined;
}

const services = z.looseObject({ services: z.array(z.looseObject({ id: z.string(), name: z.string().nullish() })) });

export function servicesAnswer(data: unknown): readonly PagerdutyService[] | undefined {
  const parsed = services.safeParse(data);
  return parsed.success
    ? parsed.data.services.map(({ id, name }) => ({ id, name: oneLine(name ?? "") || id }))
    : undefined;
}

export interface WebhookSubscription {
  /** Where it delivers to; empty where PagerDuty does not say. */
  readonly url: string;
  /** Somebody switched it off. */
  readonly isInactive: boolean;
  /** PagerDuty did, for a day, since webhooks were refused. */
  readonly isDisabled: boolean;
}

const subscriptions = z.looseObject({
  webhook_subscriptions: z.array(
    z.looseObject({
      active: z.boolean().nullish(),
      delivery_method: z
        .looseObject({ url: z.string().nullish(), temporarily_disabled: z.boolean().nullish() })
        .nullish(),
    }),
  ),
});

export function webhookSubscriptionsAnswer(data: unknown): readonly WebhookSubscription[] | undefined {
  const parsed = subscriptions.safeParse(data);
  return parsed.success
    ? parsed.data.webhook_subscriptions.map(({ active, delivery_method: method }) => ({
        url: method?.url ?? "",
        isInactive: active === false,
        isDisabled: method?.temporarily_disabled === true,
      }))
    : undefined;
}
