/** What a request brings, before anybody has said that it may be trusted. */
import type { Context } from "hono";

export type ReceivedBody =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** `too_slow_or_cut`: the sender went away, or took longer than the server waits. */
  | { readonly ok: false; readonly problem: "too_large" | "too_slow_or_cut" };

/** Reads a body up to a size; what lies beyond it is never taken in. */
export async function receiveBody(request: Request, maxBytes: number): Promise<ReceivedBody> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return { ok: false, problem: "too_large" };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > maxBytes) return { ok: false, problem: "too_large" };
      chunks.push(chunk);
    }
  } catch {
    return { ok: false, problem: "too_slow_or_cut" };
  }
  return { ok: true, bytes: Buffer.concat(chunks) };
}

/** The text of a body as it was sent, a byte order mark included; undefined where it is no UTF-8. */
export function textOfBody(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The address that the connection comes from: a proxy's, where there is one. Empty where nobody knows. */
export function remoteAddress(c: Context): string {
  const env = c.env as { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress ?? "";
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;

/** Whether this machine itself asks, and not a proxy on it for somebody else. */
export function isFromHere(c: Context): boolean {
  const isForwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"].some((name) => c.req.header(name));
  return !isForwarded && LOOPBACK.test(remoteAddress(c));
}
