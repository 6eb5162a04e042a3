import {
  type CompanionAnswers,
  type CompanionCall,
  type CompanionRequests,
  COMPANION_PATHS,
} from "../../core/protocol.ts";
import { NONCE_HEADER, signRequest, SIGNATURE_HEADER, TIMESTAMP_HEADER } from "../../core/request_signature.ts";
import type { Instant } from "../../core/time.ts";
import { safeJson } from "./people.ts";
import type { Settings } from "./settings.ts";
import { recordOf, textOf } from "./slack.ts";

/** Below the 10 s of a click's handler, with room for what follows. */
const TIMEOUT_MS = 4_000;

export type CompanionOutcome<Call extends CompanionCall> =
  | { readonly ok: true; readonly answer: CompanionAnswers[Call] }
  /** Nobody knows it yet: worth handing over again. `status` is HTTP's; 0 where no answer came. */
  | { readonly ok: false; readonly again: true; readonly status: number; readonly problem: string }
  /** The companion understood and said no; `problem` is its sentence. */
  | { readonly ok: false; readonly again: false; readonly problem: string };

export interface Companion {
  call<Call extends CompanionCall>(call: Call, body: CompanionRequests[Call]): Promise<CompanionOutcome<Call>>;
}

/** @param nonce unique per request */
export function createCompanion(settings: Settings["companion"], now: () => Instant, nonce: () => string): Companion {
  return {
    async call(call, body) {
      if (!settings) {
        return {
          ok: false,
          again: true,
          status: 0,
          problem: "COMPANION_URL or COMPANION_SECRET is not set in the Slack app.",
        };
      }
      const path = COMPANION_PATHS[call];
      const text = JSON.stringify(body);
      const parts = { method: "POST", path, timestamp: now(), nonce: nonce(), body: text };
      try {
        const response = await fetch(settings.url + path, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            [TIMESTAMP_HEADER]: String(parts.timestamp),
            [NONCE_HEADER]: parts.nonce,
            [SIGNATURE_HEADER]: await signRequest(settings.secret, parts),
          },
          body: text,
          redirect: "error",
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        return readAnswer(response.status, await response.text());
      } catch (thrown) {
        // The message may hold the address; the kind of failure is enough to go on.
        const kind = thrown instanceof Error ? thrown.name : "unknown";
        console.warn(`companion.unreachable ${call}: ${kind}`);
        const why = kind === "TimeoutError" ? "did not answer in time" : "could not be reached";
        return { ok: false, again: true, status: 0, problem: `The companion ${why}.` };
      }
    },
  };
}

function readAnswer<Call extends CompanionCall>(status: number, text: string): CompanionOutcome<Call> {
  const body = recordOf(safeJson(text));
  if (status >= 200 && status < 300 && body["ok"] === true) {
    return { ok: true, answer: body as unknown as CompanionAnswers[Call] };
  }
  const problem = textOf(body["message"]) || textOf(body["error"]) || `The companion answered ${status}.`;
  // A wrong secret or a clock that is off may be mended, so only a refusal of the request itself is final.
  const final = status === 400 || status === 404 || status === 409 || status === 413;
  return final ? { ok: false, again: false, problem } : { ok: false, again: true, status, problem };
}
