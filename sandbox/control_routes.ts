/** Routes of the sandbox itself: its clock, its whole state, reset, the companion process. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { SandboxClock } from "./clock.ts";
import type { CompanionProcess } from "./companion_process.ts";

const Step = z.strictObject({ advance_ms: z.number().nonnegative() });
const Order = z.strictObject({ action: z.enum(["start", "stop", "kill"]) });

export interface ControlDeps {
  readonly clock: SandboxClock;
  readonly companion: CompanionProcess;
  readonly changed: () => void;
  /** Called once the companion is up again. */
  readonly companionStarted: () => void;
  readonly dump: () => unknown;
  /** Everything back to the seed, with the companion on an empty database. */
  readonly reset: () => Promise<void>;
}

export function createControlRoutes(deps: ControlDeps): Hono {
  const routes = new Hono();
  const inTurn = createQueue();

  routes.get("/sandbox/state", (c) => c.json(deps.dump()));

  routes.post("/sandbox/clock", async (c) => {
    const body = Step.safeParse(await json(c));
    if (!body.success)
      return refuse(c, 'The body must be {"advance_ms": N} with a number of milliseconds, zero or more.');
    if (!deps.clock.manual)
      return refuse(c, "The clock runs by itself; start the sandbox with --manual-clock to step it.");
    return inTurn(async () => {
      deps.clock.advance(body.data.advance_ms);
      await deps.companion.stepClock(deps.clock.now());
      deps.changed();
      return c.json({ ok: true, now: deps.clock.now() });
    });
  });

  routes.post("/sandbox/reset", (c) =>
    inTurn(async () => {
      await deps.reset();
      return c.json({ ok: true });
    }),
  );

  routes.get("/sandbox/companion", (c) => c.json(deps.companion.view()));
  routes.get("/sandbox/companion/log", (c) => c.text(deps.companion.log().join("\n")));
  routes.post("/sandbox/companion", async (c) => {
    const body = Order.safeParse(await json(c));
    if (!body.success) return refuse(c, 'The body must be {"action": "start"}, "stop" or "kill".');
    const { action } = body.data;
    return inTurn(async () => {
      if (action === "start") {
        await deps.companion.start();
        deps.companionStarted();
      } else {
        await deps.companion.end(action);
      }
      return c.json({ ok: true, ...deps.companion.view() });
    });
  });

  routes.onError((problem, c) => c.json({ ok: false, error: problem.message }, 500));
  return routes;
}

/** Lets one thing happen after the other: two resets at once would fight over the companion. */
function createQueue() {
  let last: Promise<unknown> = Promise.resolve();
  return <Value>(work: () => Promise<Value>): Promise<Value> => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}

async function json(c: Context): Promise<unknown> {
  try {
    return await c.req.json();
  } catch {
    // Refused by the schema, which says what is expected.
    return undefined;
  }
}

function refuse(c: Context, error: string) {
  return c.json({ ok: false, error }, 400);
}
