import { timingSafeEqual } from "node:crypto";
import {
  NONCE_HEADER,
  SIGNATURE_HEADER,
  SIGNATURE_TOLERANCE_MS,
  signRequest,
  TIMESTAMP_HEADER,
} from "../../core/request_signature.ts";
import type { Instant } from "../../core/time.ts";

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly header: (name: string) => string | undefined;
}

/**
 * Whether one of the secrets signed this request within the last minutes, and with which nonce. The nonce is for the caller
 * to refuse when it comes again; undefined where the request is not ours.
 */
export async function signedNonce(
  secrets: readonly string[],
  request: ReceivedRequest,
  now: Instant,
): Promise<string | undefined> {
  const given = request.header(SIGNATURE_HEADER) ?? "";
  const time = request.header(TIMESTAMP_HEADER) ?? "";
  const nonce = request.header(NONCE_HEADER) ?? "";
  const isShaped = /^v1=[0-9a-f]{64}$/.test(given) && /^\d{1,15}$/.test(time) && /^[\w.:-]{8,120}$/.test(nonce);
  if (!isShaped || Math.abs(now - Number(time)) > SIGNATURE_TOLERANCE_MS) return undefined;
  const { method, path, body } = request;
  const parts = { method, path, timestamp: Number(time), nonce, body };
  let matches = false;
  for (const secret of secrets) {
    const expected = Buffer.from(await signRequest(secret, parts));
    // Every secret is tried, so that the time taken tells nothing about which one matched.
    matches = timingSafeEqual(Buffer.from(given), expected) || matches;
  }
  return matches ? nonce : undefined;
}
