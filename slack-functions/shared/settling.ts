import type { App } from "./app.ts";

/**
 * Slack's storage is eventually consistent and has no conditional write. So every write carries a revision, and whoever
 * needs to see a write looks again until it shows, for a while.
 */
export interface Revision {
  /** Grows with every write of an item; at least the time of the write, so that it grows over stale reads as well. */
  readonly revision: number;
  /** Tells two writers apart that wrote the same revision at the same moment. */
  readonly writer: string;
}

export const NO_REVISION: Revision = { revision: 0, writer: "" };

export function nextRevision(app: App, before: Revision): Revision {
  return { revision: Math.max(before.revision + 1, app.time()), writer: app.newId() };
}

/** Whether what was read is at least as new as what was written. */
export function shows(read: Revision, written: Revision): boolean {
  return read.revision > written.revision || (read.revision === written.revision && read.writer === written.writer);
}

/** Longer than this storage was never seen to lag; together they stay far below a click's 10 s. */
const LOOK_AGAIN_AFTER_MS = [100, 200, 400, 800, 1_500] as const;

/** Looks until `isThere` holds; the last that was seen where it never does. */
export async function lookUntil<Value>(
  app: App,
  look: () => Promise<Value>,
  isThere: (value: Value) => boolean,
): Promise<Value> {
  let value = await look();
  for (const ms of LOOK_AGAIN_AFTER_MS) {
    if (isThere(value)) return value;
    await app.pause(ms);
    value = await look();
  }
  return value;
}
