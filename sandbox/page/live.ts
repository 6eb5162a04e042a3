import { useCallback, useEffect, useRef, useState } from "react";
import { SandboxAway } from "./api.ts";

const RECONNECT_MS = [500, 1_000, 2_000, 4_000] as const;

/**
 * Listens to /sandbox/events. `version` rises with everything that may have changed, a reconnection included, because
 * what happened in between was missed. The browser's own reconnection gives up on an HTTP error, so this one makes a new
 * EventSource each time.
 */
export function useLiveVersion(): { readonly version: number; readonly connected: boolean } {
  const [version, setVersion] = useState(0);
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const open = () => {
      source = new EventSource("/sandbox/events");
      source.onopen = () => {
        failures = 0;
        setConnected(true);
        setVersion((before) => before + 1);
      };
      source.onmessage = () => setVersion((before) => before + 1);
      source.onerror = () => {
        source?.close();
        setConnected(false);
        timer = setTimeout(open, RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)]);
        failures += 1;
      };
    };
    open();
    return () => {
      source?.close();
      clearTimeout(timer);
    };
  }, []);
  return { version, connected };
}

export interface Remote<Data> {
  /** What the server said last for this key; undefined until it first answered. */
  readonly data: Data | undefined;
  readonly error: string | undefined;
  /** Fetches again; settles when the answer is in the page. */
  readonly reload: () => Promise<void>;
}

interface Loaded<Data> {
  readonly data?: Data;
  readonly error?: string;
}

/**
 * Keeps `load()`'s answer current: loads again for each new `key` and `version`. While one load is under way any number
 * of changes makes exactly one more; an answer that belongs to a former key is dropped. The former key's data stays
 * visible until the new one's is there.
 */
export function useRemote<Data>(
  key: string,
  version: number,
  load: (signal: AbortSignal) => Promise<Data>,
): Remote<Data> {
  const [loaded, setLoaded] = useState<Loaded<Data>>({});
  const current = useRef({ key, load });
  current.current = { key, load };
  const running = useRef<{ key: string; again: boolean; done: Promise<void>; abort: AbortController } | undefined>(
    undefined,
  );

  const reload = useCallback((): Promise<void> => {
    const former = running.current;
    if (former && former.key === current.current.key) {
      former.again = true;
      return former.done;
    }
    former?.abort.abort();
    const mine = { key: current.current.key, again: false, done: Promise.resolve(), abort: new AbortController() };
    running.current = mine;
    mine.done = (async () => {
      do {
        mine.again = false;
        const next = await attempt(current.current.load, mine.abort.signal);
        if (running.current !== mine) return;
        setLoaded((before) => ("error" in next && before.data !== undefined ? { ...before, ...next } : next));
      } while (mine.again);
      running.current = undefined;
    })();
    return mine.done;
  }, []);

  useEffect(() => void reload(), [key, version, reload]);
  return { data: loaded.data, error: loaded.error, reload };
}

async function attempt<Data>(load: (signal: AbortSignal) => Promise<Data>, signal: AbortSignal): Promise<Loaded<Data>> {
  try {
    return { data: await load(signal) };
  } catch (error) {
    // The banner already says that the server is away.
    if (error instanceof SandboxAway) return { error: "" };
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
