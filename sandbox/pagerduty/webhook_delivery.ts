/**
 * Delivery of webhooks as PagerDuty promises it: at least once, in order per incident, tried again after a timeout, 5xx,
 * 429 and connection failures, dropped on every other answer, and switched off after three drops in a row.
 */
import { createHmac } from "node:crypto";
import { HOUR, type Instant, SECOND } from "../../core/time.ts";
import type { SandboxClock } from "../clock.ts";
import type { PagerdutyState, StoredDelivery } from "./state.ts";

const ANSWER_LIMIT_MS = 5 * SECOND;
const RETRIED_FOR_MS = 48 * HOUR;
const DISABLED_FOR_MS = 24 * HOUR;
const DROPS_UNTIL_DISABLED = 3;
const LONGEST_WAIT_MS = 60 * SECOND;
/** How many finished webhooks are kept for the page. */
const KEPT = 200;

export interface WebhookDeliveryDeps {
  readonly clock: SandboxClock;
  readonly changed: () => void;
  readonly state: () => PagerdutyState;
  readonly subscriptionId: string;
  /** Where to; asked at each attempt, since the receiver may come up later or elsewhere. */
  readonly url: () => string | undefined;
  /** One signature each, as while a secret is being rotated. */
  readonly secrets: readonly string[];
  /** Whether what is sent gets lost on its way. */
  readonly areLost: () => boolean;
  /** Milliseconds of the wall clock for an answer; PagerDuty's own 5 s unless a test shortens them. */
  readonly answerWithinMs?: number;
}

export type WebhookDelivery = ReturnType<typeof createWebhookDelivery>;

/** The header X-PagerDuty-Signature over these very bytes: "v1=" and hex HMAC-SHA256, one per secret. */
export function signatureHeader(secrets: readonly string[], body: string): string {
  return secrets.map((secret) => `v1=${createHmac("sha256", secret).update(body).digest("hex")}`).join(",");
}

/** The wait before the next attempt: 1 s, 2 s, 4 s … at most a minute. */
export function waitAfter(attempts: number): number {
  return Math.min(LONGEST_WAIT_MS, SECOND * 2 ** Math.max(0, attempts - 1));
}

export function createWebhookDelivery(deps: WebhookDeliveryDeps) {
  const busy = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let stop = new AbortController();

  const isDisabled = (now: Instant) => now < (deps.state().subscription.disabledUntil ?? 0);

  function next(queue: string): StoredDelivery | undefined {
    return deps.state().deliveries.find((delivery) => delivery.queue === queue && delivery.state === "waiting");
  }

  async function work(queue: string): Promise<void> {
    if (busy.has(queue)) return;
    busy.add(queue);
    clearTimeout(timers.get(queue));
    timers.delete(queue);
    const { signal } = stop;
    try {
      for (let delivery = next(queue); delivery && !signal.aborted; delivery = next(queue)) {
        const status = await attempt(delivery, signal);
        if (signal.aborted) return;
        record(delivery, status);
        if (delivery.state === "waiting") {
          waitAndTryAgain(queue, waitAfter(delivery.attempts));
          break;
        }
      }
    } finally {
      // After an abort the set belongs to the next generation of work.
      if (!signal.aborted) busy.delete(queue);
    }
  }

  function waitAndTryAgain(queue: string, ms: number): void {
    const timer = setTimeout(() => void work(queue), ms);
    timer.unref();
    timers.set(queue, timer);
  }

  /** The HTTP status of the answer; 0 where nobody answered in time. */
  async function attempt(delivery: StoredDelivery, stopped: AbortSignal): Promise<number> {
    // Something between the two took it, such as a proxy whose own server is down.
    if (deps.areLost()) return 202;
    const url = deps.url();
    if (url === undefined) return 0;
    try {
      const response = await fetch(url, {
        method: "POST",
        body: delivery.body,
        redirect: "manual",
        signal: AbortSignal.any([stopped, AbortSignal.timeout(deps.answerWithinMs ?? ANSWER_LIMIT_MS)]),
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "user-agent": "PagerDuty-Webhook/V3.0",
          "x-pagerduty-signature": signatureHeader(deps.secrets, delivery.body),
          "x-webhook-id": delivery.id,
          "x-webhook-subscription": deps.subscriptionId,
        },
      });
      await response.body?.cancel();
      return response.status;
    } catch {
      // Nobody answered: the status says so, and the page shows it.
      return 0;
    }
  }

  function record(delivery: StoredDelivery, status: number): void {
    const { subscription } = deps.state();
    delivery.attempts += 1;
    delivery.status = status;
    if (status >= 200 && status < 300) {
      delivery.state = "delivered";
      subscription.consecutiveDrops = 0;
    } else if (!isRetried(status) || deps.clock.now() - delivery.at >= RETRIED_FOR_MS) {
      delivery.state = "dropped";
      subscription.consecutiveDrops += 1;
      if (subscription.consecutiveDrops >= DROPS_UNTIL_DISABLED) disable();
    }
    forgetOldest();
    deps.changed();
  }

  /** Off for a day: what waits and what comes is dropped. */
  function disable(): void {
    const state = deps.state();
    state.subscription.disabledUntil = deps.clock.now() + DISABLED_FOR_MS;
    for (const delivery of state.deliveries) if (delivery.state === "waiting") delivery.state = "dropped";
    deps.changed();
  }

  function forgetOldest(): void {
    const state = deps.state();
    const over = state.deliveries.filter((delivery) => delivery.state !== "waiting");
    const forgotten = new Set(over.slice(0, Math.max(0, over.length - KEPT)));
    if (forgotten.size > 0) state.deliveries = state.deliveries.filter((delivery) => !forgotten.has(delivery));
  }

  function retryNow(): void {
    for (const queue of new Set(
      deps
        .state()
        .deliveries.filter(isWaiting)
        .map((delivery) => delivery.queue),
    )) {
      void work(queue);
    }
  }
  const stopListening = deps.clock.onAdvance(retryNow);

  return {
    /** Takes a webhook over and sends it as soon as those before it of the same incident are through. */
    deliver(delivery: StoredDelivery): void {
      const state = deps.state();
      state.deliveries.push(delivery);
      if (isDisabled(deps.clock.now())) delivery.state = "dropped";
      // While an earlier one of the incident rests before its next attempt, this one waits behind it.
      else if (!timers.has(delivery.queue)) void work(delivery.queue);
      deps.changed();
    },

    /** Tries everything that waits at once, without its back-off. */
    retryNow,

    /** Whether PagerDuty has switched the subscription off for now. */
    isDisabled: () => isDisabled(deps.clock.now()),

    disable,

    enable(): void {
      deps.state().subscription = { consecutiveDrops: 0 };
      deps.changed();
    },

    /** Ends attempts and timers; what waits stays in the state. */
    halt(): void {
      stop.abort();
      stop = new AbortController();
      busy.clear();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },

    close(): void {
      stopListening();
      stop.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

function isRetried(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

function isWaiting(delivery: StoredDelivery): boolean {
  return delivery.state === "waiting";
}
