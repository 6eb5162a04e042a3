/** How the Slack app talks to the companion: signed, with what could not be handed over kept in its order. */
import { randomUUID } from "node:crypto";
import { type CompanionCall, type CompanionRequests, COMPANION_PATHS } from "../core/protocol.ts";
import { NONCE_HEADER, SIGNATURE_HEADER, signRequest, TIMESTAMP_HEADER } from "../core/request_signature.ts";
import { SANDBOX_COMPANION_SECRET } from "../sandbox/seed.ts";
import type { World } from "./world.ts";

export type Outcome =
  | { readonly ok: true; readonly body: Record<string, unknown> }
  | { readonly ok: false; readonly again: boolean; readonly status: number; readonly problem: string };

interface Entry {
  readonly id: string;
  readonly incidentId: string;
  readonly call: CompanionCall;
  readonly body: CompanionRequests[CompanionCall];
  readonly told: (outcome: Outcome) => void;
}

export interface SlackAppCalls {
  call<Call extends CompanionCall>(call: Call, body: CompanionRequests[Call]): Promise<Outcome>;
  /**
   * Hands it over now or later; what waits already goes first. One entry for each key.
   * @param told how it came out, in the end
   */
  handOver<Call extends CompanionCall>(
    call: Call,
    key: string,
    incidentId: string,
    body: CompanionRequests[Call],
    told: (outcome: Outcome) => void,
  ): Promise<void>;
  /** Hands over what waits. */
  drain(): Promise<void>;
  pending(): number;
}

/** As the Slack app has them (slack-functions/shared). */
const TIMEOUT_MS = 4_000;
const FINAL = [400, 404, 409, 413];
const TOO_EARLY = 425;

export function createSlackAppCalls(world: World, companionUrl: string): SlackAppCalls {
  const pending = new Map<string, Entry>();
  let last: Promise<unknown> = Promise.resolve();

  async function call(name: CompanionCall, body: unknown): Promise<Outcome> {
    const path = COMPANION_PATHS[name];
    const text = JSON.stringify(body);
    const parts = { method: "POST", path, timestamp: world.clock.now(), nonce: randomUUID(), body: text };
    const headers = {
      "content-type": "application/json",
      [TIMESTAMP_HEADER]: String(parts.timestamp),
      [NONCE_HEADER]: parts.nonce,
      [SIGNATURE_HEADER]: await signRequest(SANDBOX_COMPANION_SECRET, parts),
    };
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(companionUrl + path, { method: "POST", body: text, headers, signal });
      const { status } = answer;
      const told = (await answer.json()) as Record<string, unknown>;
      if (status < 300 && told["ok"] === true) return { ok: true, body: told };
      return { ok: false, again: !FINAL.includes(status), status, problem: String(told["message"] ?? told["error"]) };
    } catch {
      return { ok: false, again: true, status: 0, problem: "no answer" };
    }
  }

  /** In their order; an incident that has to wait holds up no other, and a companion that fails ends it. */
  async function drainNow(): Promise<void> {
    const heldUp = new Set<string>();
    for (const entry of [...pending.values()]) {
      if (heldUp.has(entry.incidentId)) continue;
      const outcome = await call(entry.call, entry.body);
      if (!outcome.ok && outcome.again) {
        if (outcome.status !== TOO_EARLY) return;
        heldUp.add(entry.incidentId);
        continue;
      }
      // Another one may have taken its place meanwhile.
      if (pending.get(entry.id) === entry) pending.delete(entry.id);
      entry.told(outcome);
    }
  }

  /** Slack's steps run side by side; here they take turns, which keeps the order without its datastores. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  return {
    call,
    handOver: (name, key, incidentId, body, told) =>
      inTurn(async () => {
        const id = `${name}:${key}`;
        pending.set(id, { id, incidentId, call: name, body, told });
        await drainNow();
      }),
    drain: () => inTurn(drainNow),
    pending: () => pending.size,
  };
}
