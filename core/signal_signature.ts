/**
 * Signatures of signals that carry a person's wish. A webhook trigger authenticates nobody: whoever finds out its address
 * may send news, but a decision counts only where the companion sent it.
 */
import type { SignalDelivery, SignalKind } from "./protocol.ts";
import { signRequest } from "./request_signature.ts";

type Signal = Pick<SignalDelivery, "delivery_id" | "incident_id" | "data"> & { readonly kind: string };

const SIGNED: readonly string[] = ["apply_decision", "decision_refused", "carry_on"] satisfies SignalKind[];
/** Both of two while one takes the other's place; more would take room from what is told. */
const MOST_SECRETS = 2;
/** What signatures add to a signal's data at most. */
export const SIGNATURES_BYTES = 160;

/** Whether a signal of this kind counts only with a signature. */
export function needsSignature(kind: string): boolean {
  return SIGNED.includes(kind);
}

/** The signal's data with a signature by each of the secrets as its last field. */
export async function signedData(secrets: readonly string[], signal: Signal): Promise<string> {
  const used = secrets.slice(0, MOST_SECRETS);
  const signatures = await Promise.all(used.map((secret) => signatureOf(secret, signal, signal.data)));
  return `${signal.data.slice(0, -1)},"signature":"${signatures.join(",")}"}`;
}

/** Whether the data was signed with this secret, for this delivery about this incident. */
export async function isSigned(secret: string, signal: Signal): Promise<boolean> {
  const [, unsigned, given] = /^(\{.+),"signature":"([^"\\]*)"\}$/s.exec(signal.data) ?? [];
  if (unsigned === undefined || given === undefined) return false;
  return given.split(",").includes(await signatureOf(secret, signal, `${unsigned}}`));
}

function signatureOf(secret: string, { delivery_id, incident_id, kind }: Signal, data: string): Promise<string> {
  // No request begins with such a method, so that one's signature never passes for the other's.
  const parts = { method: "SIGNAL", path: `${kind} ${incident_id}`, timestamp: 0, nonce: delivery_id, body: data };
  return signRequest(secret, parts);
}
