/** Chance that can be repeated: the same seed draws the same numbers, on every machine. */
export interface Chance {
  /** From 0 up to 1. */
  next(): number;
  /** True in so many cases out of one. */
  happens(probability: number): boolean;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** How long until something that happens every `mean` milliseconds on average. */
  waitFor(mean: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/** @param purpose keeps the draws of one part apart from another's, so that a change in one moves nothing in the other */
export function createChance(seed: number, purpose: string): Chance {
  let state = hash(`${seed}:${purpose}`);
  // mulberry32: small, fast, and good enough to decide what goes wrong next.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    happens: (probability) => next() < probability,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    waitFor: (mean) => Math.round(-Math.log(1 - next()) * mean),
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error("There is nothing to choose from.");
      return item;
    },
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value;
}
