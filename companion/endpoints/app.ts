import { type Context, Hono } from "hono";
import { type CompanionCall, COMPANION_PATHS } from "../../core/protocol.ts";
import { isSignedByPagerduty } from "../intake/webhook_signature.ts";
import type { Intake } from "../intake/intake.ts";
import { type Log, problemIn } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../clock.ts";
import { readBody } from "./bodies.ts";
import type { Calls } from "./calls.ts";
import { addHealth } from "./health.ts";
import { receiveBody, remoteAddress, textOfBody } from "./received.ts";
import { signedNonce } from "./request_check.ts";
import { createStrangers } from "./strangers.ts";

export interface AppDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly intake: Intake;
  readonly calls: Calls;
  readonly webhookSecrets: readonly string[];
  readonly secrets: readonly string[];
  readonly metricsToken: string | undefined;
  readonly workersAreHealthy: () => boolean;
  /** Told when a call may have put something into the outbox. */
  readonly queued: () => void;
}

/** Larger than anything that PagerDuty delivers (256 KB). */
const WEBHOOK_MAX_BYTES = 300 * 1_024;
const CALL_MAX_BYTES = 64 * 1_024;

/** The companion's HTTP side. Nothing here waits for Slack or PagerDuty, but the look-up of a service for triage by hand. */
export function createApp(deps: AppDeps): Hono {
  const app = new Hono();
  const refuse = createRefusals(deps);
  addHealth(app, deps, (c) => refuse(c, { why: "no_token", status: 401, error: "not_allowed" }));
  addWebhooks(app, deps, refuse);
  for (const call of Object.keys(COMPANION_PATHS) as CompanionCall[]) addCall(app, deps, call, refuse);
  app.notFound((c) => refuse(c, { why: "no_path", status: 404, error: "not_found" }));
  app.onError((thrown, c) => {
    deps.log.error({ path: c.req.routePath, ...problemIn(thrown) }, "request.failed");
    return c.json({ ok: false, error: "unavailable", message: "The companion is out of order; try again later." }, 503);
  });
  return app;
}

interface StrangerRefusal {
  readonly why: "no_path" | "no_token" | "bad_signature" | "too_large" | "too_slow_or_cut";
  readonly status: 400 | 401 | 404 | 413;
  readonly error: string;
}
type Refuse = (c: Context, refusal: StrangerRefusal) => Response;

/** Answers what carries no valid signature; a flood of it gets a short answer and no lines in the log. */
function createRefusals({ clock, metrics, log }: AppDeps): Refuse {
  const strangers = createStrangers(clock.elapsed);
  return (c, { why, status, error }) => {
    metrics.refused(why);
    if (!strangers.refuse(remoteAddress(c))) {
      return c.json({ ok: false, error: "too_many" }, 429, { "retry-after": "60", connection: "close" });
    }
    // A path that is none of ours may hold anything.
    log.warn({ why, ...(why === "no_path" ? {} : { path: c.req.routePath }) }, "request.refused");
    return c.json({ ok: false, error }, status);
  };
}

const BODY_REFUSALS = {
  too_large: { why: "too_large", status: 413, error: "too_large" },
  too_slow_or_cut: { why: "too_slow_or_cut", status: 400, error: "incomplete" },
} as const satisfies Record<string, StrangerRefusal>;
const BAD_SIGNATURE = { why: "bad_signature", status: 401, error: "bad_signature" } as const;

function addWebhooks(app: Hono, deps: AppDeps, refuse: Refuse): void {
  app.post("/webhooks/pagerduty", async (c) => {
    const startedAt = deps.clock.elapsed();
    // Without a secret nothing can be trusted, and PagerDuty keeps what is answered with 503.
    if (deps.webhookSecrets.length === 0) {
      deps.metrics.webhook("no_secret");
      return c.json({ ok: false, error: "no_secret" }, 503);
    }
    const received = await receiveBody(c.req.raw, WEBHOOK_MAX_BYTES);
    if (!received.ok) {
      if (received.problem === "too_large") deps.metrics.webhook("too_large");
      return refuse(c, BODY_REFUSALS[received.problem]);
    }
    const body = received.bytes;
    if (!isSignedByPagerduty(deps.webhookSecrets, body, c.req.header("x-pagerduty-signature"))) {
      deps.metrics.webhook("bad_signature");
      return refuse(c, BAD_SIGNATURE);
    }
    const webhookId = c.req.header("x-webhook-id")?.trim() || undefined;
    try {
      const result = await deps.intake.take({ body, webhookId, receivedAt: deps.clock.now() });
      deps.metrics.webhook(result);
      deps.log.info({ webhookId, result }, "webhook.taken");
    } catch (thrown) {
      deps.metrics.webhook("store_down");
      deps.log.error({ webhookId, ...problemIn(thrown) }, "webhook.not_stored");
      return c.json({ ok: false, error: "unavailable" }, 503);
    }
    deps.metrics.intakeTook((deps.clock.elapsed() - startedAt) / 1_000);
    return c.body(null, 202);
  });
}

function addCall<Call extends CompanionCall>(app: Hono, deps: AppDeps, call: Call, refuse: Refuse): void {
  const path = COMPANION_PATHS[call];
  app.post(path, async (c) => {
    const received = await receiveBody(c.req.raw, CALL_MAX_BYTES);
    if (!received.ok) return refuse(c, BODY_REFUSALS[received.problem]);
    const raw = textOfBody(received.bytes);
    const header = (name: string): string | undefined => c.req.header(name);
    const now = deps.clock.now();
    const nonce =
      raw === undefined ? undefined : await signedNonce(deps.secrets, { method: "POST", path, body: raw, header }, now);
    if (raw === undefined || nonce === undefined) return refuse(c, BAD_SIGNATURE);
    if (!(await deps.store.aside((tx) => tx.useNonce(nonce, now)))) {
      deps.log.warn({ call }, "call.repeated");
      return c.json({ ok: false, error: "bad_signature" }, 401);
    }
    const read = readBody(call, raw);
    if (!read.ok) return c.json({ ok: false, error: "bad_request", message: read.problem }, 400);
    const outcome = await deps.calls[call](read.body);
    if (!outcome.ok) {
      const { status, code, message } = outcome.refusal;
      deps.log.info({ call, code }, "call.declined");
      return c.json({ ok: false, error: code, message }, status);
    }
    deps.log.info({ call }, "call.answered");
    deps.queued();
    return c.json(outcome.value);
  });
}
