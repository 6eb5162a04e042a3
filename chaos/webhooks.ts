/**
 * Brings PagerDuty's webhooks to the companion: late, in another order, twice, and again until they are answered with 202.
 * It stands where PagerDuty's own delivery ends, so that each attempt and its answer are on record.
 */
import { Hono } from "hono";
import { createChance } from "../simulation/chance.ts";
import type { SentWebhook } from "./evidence.ts";
import type { World } from "./world.ts";

export interface Webhooks {
  /** Takes what PagerDuty sends. */
  readonly routes: Hono;
  /** How many are still to be answered with 202. */
  waiting(): number;
  readonly counts: { attempts: number; copies: number; held: number };
  /** From now on none is held back or sent twice. */
  calm(): void;
}

/** What PagerDuty waits for an answer. */
const ANSWER_WITHIN_MS = 5_000;
const PASSED_ON = ["x-pagerduty-signature", "x-webhook-id", "x-webhook-subscription", "content-type"];
/** How long one may come late, and so after those that were sent later. */
const HELD_MS = { least: 200, most: 4_000 };
const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 2_500;

interface Envelope {
  readonly event: { readonly id: string; readonly event_type: string; readonly data: { readonly id?: string } };
}

export function createWebhooks(world: World, companionUrl: string): Webhooks {
  const counts = { attempts: 0, copies: 0, held: 0 };
  let waiting = 0;
  let isCalm = false;

  async function attempt(sent: SentWebhook, body: string, headers: Record<string, string>): Promise<number> {
    counts.attempts += 1;
    const status = await fetch(`${companionUrl}/webhooks/pagerduty`, {
      method: "POST",
      body,
      headers,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => 0,
    );
    sent.answers.push(status);
    if (status !== 202) return status;
    sent.takenAt ??= world.clock.now();
    world.happens("at a 202");
    return status;
  }

  async function deliver(sent: SentWebhook, body: string, headers: Record<string, string>): Promise<void> {
    for (let wait = FIRST_WAIT_MS; (await attempt(sent, body, headers)) !== 202;) {
      // A run that was stopped waits for no webhook.
      await new Promise((resolve) => setTimeout(resolve, wait).unref());
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
    waiting -= 1;
  }

  const routes = new Hono();
  routes.post("/webhooks", async (c) => {
    const body = await c.req.text();
    const { event } = JSON.parse(body) as Envelope;
    const headers = Object.fromEntries(PASSED_ON.map((name) => [name, c.req.header(name) ?? ""]));
    const webhookId = headers["x-webhook-id"] ?? "";
    const sent: SentWebhook = {
      webhookId,
      eventId: event.id,
      type: event.event_type,
      alertId: event.data.id ?? "",
      firstAt: world.clock.now(),
      answers: [],
    };
    world.evidence.webhooks.set(webhookId, sent);
    waiting += 1;
    const chance = createChance(world.seed, `webhook ${webhookId}`);
    const isHeld = !isCalm && chance.happens(0.15);
    if (isHeld) counts.held += 1;
    world.later(isHeld ? chance.between(HELD_MS.least, HELD_MS.most) : 0, () => void deliver(sent, body, headers));
    if (!isCalm && chance.happens(0.2)) {
      counts.copies += 1;
      world.later(chance.between(0, HELD_MS.most * 2), () => void attempt(sent, body, headers));
    }
    return c.body(null, 202);
  });
  return {
    routes,
    counts,
    waiting: () => waiting,
    calm() {
      isCalm = true;
    },
  };
}
