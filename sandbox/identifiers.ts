/** Identifiers in the forms that real senders use, made from the sandbox's own counted ones so that runs can be repeated. */
import { createHash } from "node:crypto";

/** Lower-case hex digits, at most 64. */
export function hexFrom(id: string, length: number): string {
  return createHash("sha256").update(id).digest("hex").slice(0, length);
}

/** The form of a random UUID (version 4). */
export function uuidFrom(id: string): string {
  const hex = hexFrom(id, 32);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
