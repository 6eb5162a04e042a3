import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type CompanionCall, COMPANION_PATHS } from "../../core/protocol.ts";
import { isSignedByPagerduty } from "../intake/webhook_signature.ts";
import type { Intake } from "../intake/intake.ts";
import { type Log, problemIn } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../clock.ts";
import { readBody } from "./bodies.ts";
import type { Calls } from "./calls.ts";
import { signedNonce } from "./request_check.ts";

export interface AppDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly intake: Intake;
  readonly calls: Calls;
  readonly webhookSecrets: readonly string[];
  readonly secrets: readonly string[];
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
  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", async (c) => {
    const problems = await readiness();
    return c.json(problems.length === 0 ? { ok: true } : { ok: false, problems }, problems.length === 0 ? 200 : 503);
  });
  app.get("/metrics", async (c) =>
    c.text(await deps.metrics.text(), 200, { "content-type": deps.metrics.contentType }),
  );
  const readiness = createReadiness(deps);
  addWebhooks(app, deps);
  for (const call of Object.keys(COMPANION_PATHS) as CompanionCall[]) addCall(app, deps, call);
  app.notFound((c) => c.json({ ok: false, error: "not_found" }, 404));
  app.onError((thrown, c) => {
    deps.log.error({ path: c.req.routePath, ...problemIn(thrown) }, "request.failed");
    return c.json({ ok: false, error: "unavailable", message: "The companion is out of order; try again later." }, 503);
  });
  return app;
}

function addWebhooks(app: Hono, deps: AppDeps): void {
  const limit = bodyLimit({
    maxSize: WEBHOOK_MAX_BYTES,
    onError: (c) => {
      deps.metrics.webhook("too_large");
      return c.json({ ok: false, error: "too_large" }, 413);
    },
  });
  app.post("/webhooks/pagerduty", limit, async (c) => {
    const startedAt = deps.clock.elapsed();
    // Without a secret nothing can be trusted, and PagerDuty keeps what is answered with 503.
    if (deps.webhookSecrets.length === 0) {
      deps.metrics.webhook("no_secret");
      return c.json({ ok: false, error: "no_secret" }, 503);
    }
    const body = new Uint8Array(await c.req.arrayBuffer());
    if (!isSignedByPagerduty(deps.webhookSecrets, body, c.req.header("x-pagerduty-signature"))) {
      deps.metrics.webhook("bad_signature");
      deps.log.warn({ bytes: body.length }, "webhook.refused");
      return c.json({ ok: false, error: "bad_signature" }, 401);
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

function addCall<Call extends CompanionCall>(app: Hono, deps: AppDeps, call: Call): void {
  const path = COMPANION_PATHS[call];
  const limit = bodyLimit({ maxSize: CALL_MAX_BYTES, onError: (c) => c.json({ ok: false, error: "too_large" }, 413) });
  app.post(path, limit, async (c) => {
    const raw = await c.req.text();
    const header = (name: string): string | undefined => c.req.header(name);
    const now = deps.clock.now();
    const nonce = await signedNonce(deps.secrets, { method: "POST", path, body: raw, header }, now);
    if (nonce === undefined || !(await deps.store.transaction((tx) => tx.useNonce(nonce, now)))) {
      deps.log.warn({ call, repeated: nonce !== undefined }, "call.refused");
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

/** How long an answer of /readyz is good for: it writes to the disk, and anybody may ask. */
const READINESS_KEPT_MS = 1_000;

function createReadiness(deps: AppDeps): () => Promise<readonly string[]> {
  let last: { readonly at: number; readonly problems: Promise<readonly string[]> } | undefined;
  async function look(): Promise<readonly string[]> {
    const problems = deps.workersAreHealthy() ? [] : ["workers"];
    try {
      await deps.store.transaction((tx) => tx.probe(deps.clock.now()));
    } catch (thrown) {
      deps.log.error(problemIn(thrown), "store.not_writable");
      problems.push("store");
    }
    return problems;
  }
  return () => {
    const at = deps.clock.elapsed();
    if (!last || at - last.at > READINESS_KEPT_MS) last = { at, problems: look() };
    return last.problems;
  };
}
