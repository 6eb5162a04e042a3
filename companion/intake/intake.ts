import { createHash } from "node:crypto";
import type { Instant } from "../../core/time.ts";
import type { Aside, Store } from "../store/store.ts";
import { ALERT_EVENTS, type PagerdutyEvent, readEvent } from "./webhook_event.ts";

export type IntakeResult = "stored" | "duplicate" | "ignored" | "quarantined";

export interface Webhook {
  readonly body: Uint8Array;
  /** X-Webhook-Id: the same on every attempt to deliver. */
  readonly webhookId: string | undefined;
  readonly receivedAt: Instant;
}

/** Webhooks are collected for this long, at most this many, and written together: one wait for the disk for all of them. */
const GROUP_MS = 2;
const GROUP_SIZE = 100;

interface Waiting {
  readonly webhook: Webhook;
  readonly resolve: (result: IntakeResult) => void;
  readonly reject: (problem: unknown) => void;
}

export interface Intake {
  /** Resolves when the webhook is on the disk; rejects when the store could not take it. The signature was checked before. */
  take(webhook: Webhook): Promise<IntakeResult>;
}

/** @param stored told after each commit that brought something to act on */
export function createIntake(deps: { readonly store: Store; readonly stored: () => void }): Intake {
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      const results = await deps.store.aside(async (tx) => {
        const all: IntakeResult[] = [];
        for (const { webhook } of group) all.push(await keep(tx, webhook));
        return all;
      });
      if (results.includes("stored")) deps.stored();
      for (const [index, one] of group.entries()) one.resolve(results[index] ?? "ignored");
    } catch (problem) {
      for (const one of group) one.reject(problem);
    }
  }

  return {
    take(webhook) {
      return new Promise((resolve, reject) => {
        waiting.push({ webhook, resolve, reject });
        if (waiting.length >= GROUP_SIZE) void flush();
        else timer ??= setTimeout(() => void flush(), GROUP_MS);
      });
    },
  };
}

async function keep(tx: Aside, { body, webhookId, receivedAt }: Webhook): Promise<IntakeResult> {
  const text = decode(body);
  const event = text === undefined ? undefined : readEvent(text);
  const keys = keysOf(webhookId, event, body);
  const whyUnreadable = problemOf(event);
  if (!event || text === undefined || whyUnreadable !== undefined) {
    const kept = { keys, webhookId: webhookId ?? "", receivedAt, why: whyUnreadable ?? "no_event" };
    const outcome = await tx.addQuarantined({ ...kept, body: text ?? Buffer.from(body).toString("base64") });
    return outcome === "duplicate" ? "duplicate" : "quarantined";
  }
  const outcome = await tx.addEvent({ keys, eventId: event.id, receivedAt, body: text });
  if (outcome === "duplicate") return "duplicate";
  return event.alert || event.service ? "stored" : "ignored";
}

/**
 * Why an event is kept aside: it is about an incident itself and yet holds no incident that we can read. Other events that
 * are not acted on are no fault.
 */
export function problemOf(event: PagerdutyEvent | undefined): string | undefined {
  if (!event) return "no_event";
  return ALERT_EVENTS.has(event.type) && !event.alert ? "unreadable_incident" : undefined;
}

/** One event under two subscriptions has two webhook ids and one event id, so both count. */
function keysOf(webhookId: string | undefined, event: PagerdutyEvent | undefined, body: Uint8Array): readonly string[] {
  const keys = [];
  if (webhookId) keys.push(`webhook:${webhookId}`);
  if (event) keys.push(`event:${event.id}`);
  return keys.length > 0 ? keys : [`body:${createHash("sha256").update(body).digest("hex")}`];
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
