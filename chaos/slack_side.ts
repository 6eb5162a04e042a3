/** Slack: two triggers whose answers may be spoiled, and runs that start late, twice or never. */
import { Hono } from "hono";
import type { SignalDelivery, StormShare, TriageDelivery } from "../core/protocol.ts";
import { createChance } from "../simulation/chance.ts";
import type { ReceivedDelivery } from "./evidence.ts";
import { type Connection, spoil } from "./spoil.ts";
import type { World } from "./world.ts";

/** What a run of one of the two workflows does. */
export interface Workflows {
  openTriages(triages: readonly TriageDelivery[]): Promise<void>;
  applySignal(signal: SignalDelivery): Promise<void>;
}

export interface SlackSide {
  readonly routes: Hono;
  readonly counts: { late: number; twice: number; never: number };
  /** From now on every run starts once and at once. */
  calm(): void;
}

export const TRIAGE_PATH = "/triggers/T1/triage/secret-part";
export const SIGNAL_PATH = "/triggers/T1/signal/secret-part";
export const NEWS_PATH = "/triggers/T1/news/secret-part";
const INPUT_MAX_BYTES = 4_000;

/** The triages that a delivery brings: its own, and those that share it. */
export function triagesIn(delivery: TriageDelivery): readonly TriageDelivery[] {
  if (delivery.storm === "") return [delivery];
  const { also } = JSON.parse(delivery.storm) as StormShare;
  return [delivery, ...also.map((one) => ({ ...one, storm: delivery.storm, if_known: "" }))];
}

export function createSlackSide(world: World, workflows: Workflows): SlackSide {
  const { evidence } = world;
  const counts = { late: 0, twice: 0, never: 0 };
  const chance = createChance(world.seed, "answers of Slack");
  const runs = createChance(world.seed, "runs of workflows");
  const neverStarted = new Set<string>();
  let isCalm = false;

  function begin(run: () => Promise<void>, deliveryId: string): void {
    const start = (ms: number) => world.later(ms, () => void run());
    const dice = runs.next();
    // One that never starts comes again after minutes, so each delivery suffers it once at most.
    if (!isCalm && dice < 0.02 && !neverStarted.has(deliveryId)) {
      neverStarted.add(deliveryId);
      counts.never += 1;
      return;
    }
    const isLate = !isCalm && dice > 0.95;
    if (isLate) counts.late += 1;
    start(isLate ? runs.between(1_000, 4_000) : runs.between(10, 200));
    if (isCalm || dice < 0.9 || isLate) return;
    counts.twice += 1;
    start(runs.between(10, 2_000));
  }

  function check(values: object): void {
    for (const [name, value] of Object.entries(values)) {
      if (typeof value !== "string") evidence.surprises.push(`Slack was given ${name} that is no string`);
      else if (Buffer.byteLength(value) > INPUT_MAX_BYTES)
        evidence.surprises.push(`Slack was given too long a ${name}`);
    }
  }

  async function receive(
    { env, values }: { readonly env: Connection; readonly values: TriageDelivery | SignalDelivery },
    kind: ReceivedDelivery["kind"],
    run: () => Promise<void>,
  ): Promise<Response> {
    check(values);
    const { generation } = world;
    const ids =
      kind === "triage" ? triagesIn(values as TriageDelivery).map((one) => one.delivery_id) : [values.delivery_id];
    const fault = world.weather.faultFor("slack");
    const facts = { at: world.clock.now(), realAt: Date.now(), generation: generation(), kind, values, ids, fault };
    const received = { ...facts, isTaken: false };
    evidence.deliveries.push(received);
    world.happens("at a request to Slack");
    return spoil(fault, env, chance, async () => {
      received.isTaken = true;
      begin(run, values.delivery_id);
      return Response.json({ ok: true });
    });
  }

  const routes = new Hono<{ Bindings: Connection }>();
  routes.post(TRIAGE_PATH, async (c) => {
    const values = await c.req.json<TriageDelivery>();
    return receive({ env: c.env, values }, "triage", () => workflows.openTriages(triagesIn(values)));
  });
  for (const path of [SIGNAL_PATH, NEWS_PATH]) {
    routes.post(path, async (c) => {
      const values = await c.req.json<SignalDelivery>();
      return receive({ env: c.env, values }, "signal", () => workflows.applySignal(values));
    });
  }
  return {
    routes: routes as unknown as Hono,
    counts,
    calm() {
      isCalm = true;
    },
  };
}
