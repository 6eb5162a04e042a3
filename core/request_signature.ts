/**
 * Signatures of requests from Slack's functions to the companion. Web Crypto only, so that the same code signs under
 * Deno and verifies under Node.
 */
import type { Instant } from "./time.ts";

export const SIGNATURE_HEADER = "x-triage-signature";
export const TIMESTAMP_HEADER = "x-triage-timestamp";
export const NONCE_HEADER = "x-triage-nonce";
/** How far the two clocks may be apart; a request older than this is refused. */
export const SIGNATURE_TOLERANCE_MS = 5 * 60_000;

export interface SignedParts {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly timestamp: Instant;
  /** Unique per request; refused when it comes again. */
  readonly nonce: string;
  readonly body: string;
}

/** "v1=" and the lower-case hex HMAC-SHA256 of method, path, timestamp, nonce and body, each on a line. */
export async function signRequest(secret: string, parts: SignedParts): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const text = [parts.method.toUpperCase(), parts.path, String(parts.timestamp), parts.nonce, parts.body].join("\n");
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return `v1=${Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
