/** Time that passes only when nothing is left to do: a day of waiting takes no time at all. */
export interface VirtualTime {
  /** Milliseconds since 1970. */
  now(): number;
  after(ms: number, act: () => void): Appointment;
  /** Resolves so much later. */
  wait(ms: number): Promise<void>;
  /** Lets everything happen that is due until then, in its order. */
  runUntil(end: number): Promise<void>;
}

export interface Appointment {
  cancel(): void;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  act: (() => void) | undefined;
}

/** The real one, since the world's own is replaced while it runs. */
const nextTurn = setImmediate;

export function createVirtualTime(start: number): VirtualTime {
  const heap: Entry[] = [];
  let current = start;
  let made = 0;

  const after = (ms: number, act: () => void): Appointment => {
    made += 1;
    const entry: Entry = { at: current + Math.max(0, Number.isFinite(ms) ? ms : 0), order: made, act };
    push(heap, entry);
    return {
      cancel() {
        entry.act = undefined;
      },
    };
  };

  return {
    now: () => Math.floor(current),
    after,
    wait: (ms) => new Promise((resolve) => after(ms, resolve)),
    async runUntil(end) {
      for (;;) {
        // Everything that promises bring about is over before the next moment comes.
        await new Promise((resolve) => nextTurn(resolve));
        while (heap[0] && !heap[0].act) pop(heap);
        const first = heap[0];
        if (!first || first.at > end) break;
        pop(heap);
        current = Math.max(current, first.at);
        first.act?.();
      }
      current = Math.max(current, end);
    },
  };
}

function isBefore(one: Entry, other: Entry): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (!above || !isBefore(entry, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (!left) break;
    if (right && isBefore(right, left)) child += 1;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
