import { HOUR, type Instant, MINUTE } from "../../core/time.ts";

const DAY = 24 * HOUR;
const MORNING_MS = 9 * HOUR;

/**
 * When a snooze ends. "morning" is the next 9:00 by the person's clock; what is not known counts as the shortest.
 * @param zoneOffsetMs how far the person's clock is ahead of UTC
 */
export function snoozeEnd(choice: string, now: Instant, zoneOffsetMs: number): Instant {
  switch (choice) {
    case "1h":
      return now + HOUR;
    case "4h":
      return now + 4 * HOUR;
    case "morning": {
      const local = now + zoneOffsetMs;
      const morning = Math.floor(local / DAY) * DAY + MORNING_MS;
      return (morning > local ? morning : morning + DAY) - zoneOffsetMs;
    }
    default:
      return now + 30 * MINUTE;
  }
}
