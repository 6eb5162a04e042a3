/** What Slack's functions may send: every text and list with a size, since a function's inputs may come from anybody. */
import { z } from "zod";
import { DISMISS_REASONS, type DismissReason } from "../../core/incident.ts";
import { isHeaderAddress } from "../../core/paging.ts";
import {
  type CompanionCall,
  type CompanionRequests,
  DECISION_WAYS,
  LATER_ALERT_ANSWERS,
  REOPEN_CHOICES,
} from "../../core/protocol.ts";
import { oneLine } from "../../core/text.ts";

const id = z.string().min(1).max(120);
/**
 * Milliseconds since 1970, up to the last moment that a Date can hold. Slack's message times have parts of a millisecond;
 * what is due then is due no earlier.
 */
const instant = z.number().min(0).max(8_640_000_000_000_000).transform(Math.ceil);
const text = z.string().max(4_000);

/**
 * Slack writes addresses as <mailto:ann@example.com|ann@example.com> in places. What is no address is none, and so is one
 * beyond ASCII, which PagerDuty's `From` header cannot hold.
 */
const email = z
  .string()
  .max(1_000)
  .transform((given) => {
    const address = (/^<mailto:([^|>]+)/i.exec(given.trim())?.[1] ?? given).trim().toLowerCase();
    return /^[^\s@<>|,]{1,64}@[^\s@<>|,]{1,255}$/.test(address) && isHeaderAddress(address) ? address : undefined;
  });

const person = z
  .object({
    slackUserId: z.string().regex(/^[UW][A-Z0-9]{1,40}$/),
    name: z.string().max(400).transform(oneLine),
    email: email.optional(),
  })
  .transform(({ slackUserId, name, email: address }) => ({
    slackUserId,
    name: name === "" ? "Somebody" : name,
    ...(address === undefined ? {} : { email: address }),
  }));

/** A decoration of what is asked for: one that cannot be understood refuses nothing. */
const place = z
  .object({
    channelId: z.string().regex(/^[A-Z0-9]{1,40}$/),
    channelName: z.string().min(1).max(200).transform(oneLine),
    channelUrl: z.url({ protocol: /^https?$/ }).max(1_000),
  })
  .optional()
  .catch(undefined);

const alertIds = z.array(id).max(500);

/** A rule of ours that decided; Slack only ever repeats it. */
const rule = z.object({ rule: z.literal("resolved_by_itself") });

const decision = z
  .object({
    id,
    incidentId: id,
    decision: z.enum(["create", "merge", "dismiss"]),
    by: z.union([person, rule]),
    at: instant,
    via: z.enum(DECISION_WAYS).optional().catch(undefined),
    reason: z.enum(Object.keys(DISMISS_REASONS) as [DismissReason, ...DismissReason[]]).optional(),
    note: text,
    mergeInto: id.optional(),
    dismissAlertIds: alertIds.optional(),
  })
  .refine((one) => one.decision !== "merge" || one.mergeInto !== undefined, {
    path: ["mergeInto"],
    message: "is needed for a merge",
  });

const bodies = {
  confirm: z.object({
    deliveryId: z.string().max(120),
    incidentId: z.string().max(220),
    outcome: z.enum(["applied", "already_applied", "stale", "postponed"]),
    place,
    notBefore: instant.optional(),
    undecorated: z.boolean().optional(),
  }),
  claim: z.object({
    requestId: id,
    // PagerDuty is asked for it.
    serviceName: z.string().max(400).transform(oneLine).pipe(z.string().min(1)),
    title: text.min(1),
    description: z.string().max(20_000),
    by: person,
    at: instant,
    named: z.object({ incidentId: id, number: z.string().min(1).max(40) }).optional(),
    place,
  }),
  decide: z.object({ phase: z.enum(["decided", "applied"]), decision, place }),
  answer: z.object({
    incidentId: id,
    alertIds: z.array(id).max(100),
    upTo: z.number().int().min(0).optional(),
    answer: z.enum(LATER_ALERT_ANSWERS),
    by: person,
    at: instant,
    place,
  }),
  resolve: z.object({
    requestId: id,
    incidentId: id,
    by: person,
    at: instant,
    resolveAlertIds: alertIds,
    setAsideAlertIds: alertIds,
    summary: text,
    place,
  }),
  acknowledge: z.object({ incidentId: id, by: person, at: instant }),
  snooze: z.object({ incidentId: id, until: instant, by: person, at: instant }),
  alerts: z.object({ incidentId: id }),
  explain: z.object({ incidentId: z.string().max(120), pagerduty: z.string().max(2_000) }),
  open: z.object({ requestId: id, key: z.string().min(1).max(200), alertId: id, by: person, at: instant }),
  carried: z.object({ requestId: id, incidentId: id }),
  undo: z.object({
    phase: z.literal("asked").optional(),
    requestId: id,
    incidentId: id,
    command: z.enum(["undo", "reopen"]),
    decisionId: z.string().max(120),
    by: person,
    at: instant,
    inPagerduty: z.enum(REOPEN_CHOICES),
    place: place.optional(),
  }),
  ping: z.object({}),
  undoPreview: z.object({ incidentId: id, by: person }),
  deciders: z.object({ incidentId: id, by: person }),
  tryAgain: z.object({ requestId: id, incidentId: id, by: person, at: instant }),
  detach: z.object({
    phase: z.literal("asked").optional(),
    requestId: id,
    incidentId: id,
    alertIds,
    by: person,
    at: instant,
    place: place.optional(),
  }),
} satisfies { readonly [Call in CompanionCall]: z.ZodType };

export type ReadBody<Call extends CompanionCall> =
  | { readonly ok: true; readonly body: CompanionRequests[Call] }
  /** A sentence that names the fields and never their values. */
  | { readonly ok: false; readonly problem: string };

/** Reads a request's body; never throws. */
export function readBody<Call extends CompanionCall>(call: Call, raw: string): ReadBody<Call> {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch {
    return { ok: false, problem: "The body is not JSON." };
  }
  const parsed = bodies[call].safeParse(json);
  if (parsed.success) return { ok: true, body: withoutUndefined(parsed.data) as CompanionRequests[Call] };
  const named = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join(".") || "the body"}: ${issue.message}`);
  return { ok: false, problem: `The body does not fit: ${named.join("; ")}.` };
}

/** zod keeps optional keys that were given as undefined; JSON cannot, and neither do we. */
function withoutUndefined(data: object): object {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
