/** Tells whoever looks at the page that something has changed: `GET /sandbox/events`, server-sent events. */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";

const BATCH_MS = 50;
const HEARTBEAT_MS = 15_000;

export interface ChangeFeed {
  readonly routes: Hono;
  /** Something changed; many of these within 50 ms are told as one. */
  changed(): void;
  /** Called after each batch. Returns the function that takes the listener off again. */
  onChange(listener: (version: number) => void): () => void;
  close(): void;
}

export function createChangeFeed(): ChangeFeed {
  let version = 1;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<(version: number) => void>();
  const closing = new AbortController();

  function onChange(listener: (version: number) => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  const routes = new Hono();
  routes.get("/sandbox/events", (c) =>
    streamSSE(c, async (stream) => {
      const tell = (at: number) => stream.writeSSE({ data: JSON.stringify({ version: at }) });
      await tell(version);
      const stop = onChange((at) => void tell(at));
      const heartbeat = setInterval(() => void stream.write(": still here\n\n"), HEARTBEAT_MS);
      await new Promise<void>((resolve) => {
        stream.onAbort(resolve);
        closing.signal.addEventListener("abort", () => resolve(), { once: true });
      });
      clearInterval(heartbeat);
      stop();
    }),
  );

  return {
    routes,
    onChange,
    changed() {
      timer ??= setTimeout(() => {
        timer = undefined;
        version += 1;
        for (const listener of listeners) listener(version);
      }, BATCH_MS);
    },
    close() {
      clearTimeout(timer);
      closing.abort();
      listeners.clear();
    },
  };
}
