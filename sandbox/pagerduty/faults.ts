/** Faults on demand: what the REST API answers when PagerDuty is slow, overloaded or broken. */
import type { Context, Next } from "hono";
import { z } from "zod";

export const FaultRequest = z.strictObject({
  /** Without it the call only hangs and is then answered as usual. */
  status: z.union([z.literal(429), z.literal(500), z.literal(502)], "can be 429, 500 or 502").optional(),
  /** Seconds, for `ratelimit-reset` of a 429; without it the 429 is bare, as it may be. */
  retryAfter: z.number().nonnegative().optional(),
  /** How many calls it hits; 0 takes the fault away. */
  times: z.int().nonnegative().default(1),
  /** Upper or lower case; every method unless told. */
  methods: z.array(z.string().transform((method) => method.toUpperCase())).optional(),
  hangMs: z.int().nonnegative().max(600_000).optional(),
});
export type Fault = z.output<typeof FaultRequest>;

export function createFaults() {
  let fault: Fault | undefined;
  let left = 0;
  const hanging = new Set<() => void>();

  function hang(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        hanging.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      hanging.add(end);
    });
  }

  return {
    set(wanted: Fault): void {
      fault = wanted;
      left = wanted.times;
    },

    /** Takes the fault away and lets hanging calls go on. */
    clear(): void {
      left = 0;
      for (const end of hanging) end();
    },

    async middleware(c: Context, next: Next): Promise<Response | void> {
      const hit = fault;
      if (!hit || left === 0 || (hit.methods && !hit.methods.includes(c.req.method))) return next();
      left -= 1;
      if (hit.hangMs) await hang(hit.hangMs);
      switch (hit.status) {
        case 429:
          if (hit.retryAfter === undefined) return c.body(null, 429);
          return c.json({ error: { message: "Rate Limit Exceeded", code: 2020 } }, 429, {
            "ratelimit-limit": "960",
            "ratelimit-remaining": "0",
            "ratelimit-reset": String(hit.retryAfter),
          });
        case 500:
          return c.json({ error: { message: "An internal error has occurred.", code: 2000 } }, 500);
        case 502:
          return c.html("<html><head><title>502 Bad Gateway</title></head></html>", 502);
        case undefined:
          return next();
      }
    },
  };
}
