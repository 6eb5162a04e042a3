import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, Hono } from "hono";
import { problemIn } from "../log.ts";
import type { AppDeps } from "./app.ts";
import { isFromHere } from "./received.ts";

/**
 * What a load balancer and Prometheus ask. Anybody learns whether the companion lives and is ready, and no more; figures,
 * and what is wrong, are for whoever brings METRICS_TOKEN or, without one, asks from the same machine.
 */
export function addHealth(app: Hono, deps: AppDeps, refuse: (c: Context) => Response): void {
  const readiness = createReadiness(deps);
  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", async (c) => {
    const { problems, warnings } = await readiness();
    const isTold = mayLookInside(c, deps.metricsToken);
    if (problems.length === 0) return c.json({ ok: true, ...(isTold && warnings.length > 0 ? { warnings } : {}) });
    return c.json({ ok: false, ...(isTold ? { problems } : {}) }, 503);
  });
  app.get("/metrics", async (c) => {
    if (!mayLookInside(c, deps.metricsToken)) return refuse(c);
    return c.text(await deps.metrics.text(), 200, { "content-type": deps.metrics.contentType });
  });
}

function mayLookInside(c: Context, token: string | undefined): boolean {
  if (token === undefined) return isFromHere(c);
  const given = /^Bearer (\S{1,400})$/i.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  // Digests are of one length, whatever was given.
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** How long an answer of /readyz is good for: it writes to the disk, and anybody may ask. */
const READINESS_KEPT_MS = 1_000;

interface Readiness {
  readonly problems: readonly string[];
  /** What is wrong outside; being sent no requests would mend none of it. */
  readonly warnings: readonly string[];
}

function createReadiness(deps: AppDeps): () => Promise<Readiness> {
  let last: { readonly at: number; readonly readiness: Promise<Readiness> } | undefined;
  async function look(): Promise<Readiness> {
    const problems = deps.workersAreHealthy() ? [] : ["workers"];
    const warnings: string[] = [];
    try {
      await deps.store.aside(async (tx) => {
        await tx.probe(deps.clock.now());
        if ((await tx.outageSince("webhooks")) !== undefined) warnings.push("webhook_subscription_off");
        if ((await tx.outageSince("slack")) !== undefined) warnings.push("slack_unreachable");
      });
    } catch (thrown) {
      deps.log.error(problemIn(thrown), "store.not_writable");
      problems.push("store");
    }
    return { problems, warnings };
  }
  return () => {
    const at = deps.clock.elapsed();
    if (!last || at - last.at > READINESS_KEPT_MS) last = { at, readiness: look() };
    return last.readiness;
  };
}
