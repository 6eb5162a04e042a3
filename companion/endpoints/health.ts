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
    const problems = await readiness();
    if (problems.length === 0) return c.json({ ok: true });
    return c.json({ ok: false, ...(mayLookInside(c, deps.metricsToken) ? { problems } : {}) }, 503);
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
