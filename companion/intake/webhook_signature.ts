import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether PagerDuty signed these bytes: any `v1` in the header by any of the secrets (PagerDuty, webhooks V3: HMAC-SHA256 of
 * the raw body, the secret taken as text, lower-case hex). Other versions are passed over.
 * @param header value of X-PagerDuty-Signature; several signatures are separated by commas
 */
export function isSignedByPagerduty(secrets: readonly string[], body: Uint8Array, header: string | undefined): boolean {
  const signatures = (header ?? "")
    .split(",")
    .map((part) => /^v1=([0-9a-f]{64})$/.exec(part.trim())?.[1])
    .filter((hex) => hex !== undefined);
  const expected = secrets.map((secret) => createHmac("sha256", secret).update(body).digest());
  // Every pair is compared, so that the time taken tells nothing about which one matched.
  let matches = false;
  for (const hex of signatures) {
    const given = Buffer.from(hex, "hex");
    for (const one of expected) matches = timingSafeEqual(given, one) || matches;
  }
  return matches;
}
