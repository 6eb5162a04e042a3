import { createServer } from "node:http";
import { serve, type ServerType } from "@hono/node-server";
import type { Hono } from "hono";
import { SECOND } from "../core/time.ts";

/** What one connection may take: a sender that dribbles its request, or sends endless headers, is cut off. */
export interface HttpLimits {
  /** All headers together, from the connection's start. */
  readonly headersWithinMs: number;
  /** The whole request; PagerDuty itself gives up after 5 s. */
  readonly requestWithinMs: number;
  readonly headerBytes: number;
  /** How often the connections are looked through; what is too slow is cut off that much later. */
  readonly lookEveryMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headersWithinMs: 5 * SECOND,
  requestWithinMs: 15 * SECOND,
  headerBytes: 16 * 1_024,
  lookEveryMs: SECOND,
};

/** @param told what the server ends up listening on, or why it cannot */
export function listen(
  app: Hono,
  port: number,
  limits: HttpLimits,
  told: { readonly listening: (port: number) => void; readonly failed: (problem: NodeJS.ErrnoException) => void },
): ServerType {
  const serverOptions = {
    headersTimeout: limits.headersWithinMs,
    requestTimeout: limits.requestWithinMs,
    maxHeaderSize: limits.headerBytes,
    connectionsCheckingInterval: limits.lookEveryMs,
  };
  const server = serve({ fetch: app.fetch, port, createServer, serverOptions }, (address) =>
    told.listening(address.port),
  );
  server.on("error", told.failed);
  return server;
}
