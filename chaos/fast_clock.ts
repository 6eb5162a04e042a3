import type { Instant } from "../core/time.ts";

/** Time that runs faster than the wall clock. Every process of a run reckons it from the same text. */
export interface FastClock {
  now(): Instant;
  /** From now on it runs so many times as fast as the wall clock. */
  setSpeed(speed: number): void;
  /** Milliseconds of the wall clock that so much of this time takes. */
  real(ms: number): number;
  /** What another process needs to reckon the same time. */
  text(): string;
}

export function createFastClock(start: Instant, speed: number, wall: () => number = Date.now): FastClock {
  let origin = { wall: wall(), at: start, speed };
  const now = (): Instant => Math.floor(origin.at + (wall() - origin.wall) * origin.speed);
  return {
    now,
    setSpeed(wanted) {
      origin = { wall: wall(), at: now(), speed: wanted };
    },
    real: (ms) => ms / origin.speed,
    text: () => `${origin.wall} ${origin.at} ${origin.speed}`,
  };
}

/** The time that the text of a {@link FastClock} tells; the wall clock for anything else. */
export function clockFromText(text: string, wall: () => number): () => number {
  const [origin, at, speed] = text.split(" ").map(Number);
  if (origin === undefined || at === undefined || speed === undefined) return wall;
  return () => Math.floor(at + (wall() - origin) * speed);
}
