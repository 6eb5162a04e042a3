/** Carries a request out as its fault has it: not at all, late, or with an answer that never gets through whole. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Chance } from "../simulation/chance.ts";
import type { RequestFault } from "./plan.ts";

export interface Connection {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Longer than any of the companion's requests waits. */
const NO_ANSWER_MS = 11_000;

const GARBAGE = [
  "<html><body>Service is undergoing maintenance</body></html>",
  '{"incident":',
  "[]",
  "{}",
  "null",
  "0",
  "",
];

/** @param carryOut does what is asked; told whether whoever asked is gone by now */
export async function spoil(
  fault: RequestFault | undefined,
  { incoming, outgoing }: Connection,
  chance: Chance,
  carryOut: (isOrphan: boolean) => Promise<Response>,
): Promise<Response> {
  const isGone = (): boolean => incoming.socket.destroyed;
  const cut = (): Response => {
    incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  };
  switch (fault) {
    case undefined:
      return carryOut(isGone());
    case "slow":
      await pause(chance.between(300, 2_500));
      return carryOut(isGone());
    case "no answer":
      await carryOut(isGone());
      await pause(NO_ANSWER_MS);
      return cut();
    case "5xx":
      return serverError(chance);
    case "5xx after":
      await carryOut(isGone());
      return serverError(chance);
    case "429":
      return tooMany(chance);
    case "garbage":
      return new Response(chance.pick(GARBAGE), { status: 200 });
    case "garbage after":
      await carryOut(isGone());
      return new Response(chance.pick(GARBAGE), { status: 200 });
    case "cut":
      return cut();
    case "cut after":
      await carryOut(isGone());
      return cut();
    case "half an answer": {
      const answer = await carryOut(isGone());
      const body = Buffer.from(await answer.arrayBuffer());
      outgoing.writeHead(answer.status, { "content-type": "application/json", "content-length": body.length + 10 });
      outgoing.write(body.subarray(0, body.length / 2), () => incoming.socket.destroy());
      return RESPONSE_ALREADY_SENT;
    }
  }
}

function serverError(chance: Chance): Response {
  return new Response("<html><title>Bad Gateway</title></html>", { status: chance.pick([500, 502, 503, 504]) });
}

/** As each of the two says it; PagerDuty also answers without any headers. */
function tooMany(chance: Chance): Response {
  const seconds = String(chance.between(1, 3));
  const headers = chance.pick<Record<string, string>>([
    { "retry-after": seconds },
    { "ratelimit-remaining": "0", "ratelimit-reset": seconds },
    {},
  ]);
  return new Response('{"error":{"message":"Rate Limit Exceeded","code":2020}}', { status: 429, headers });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
