import { describeDuration, type Instant } from "../../../core/time.ts";
import { readerLocale } from "./locale.ts";

/** A Slack timestamp ("1700000000.000100") as a point in time. */
export function instantOf(ts: string): Instant {
  return Number(ts) * 1_000;
}

/** "2:05 AM", in the reader's zone. */
export function clockTime(at: Instant): string {
  return new Intl.DateTimeFormat(readerLocale(), { hour: "numeric", minute: "2-digit" }).format(at);
}

/** With the day, seconds and zone, for a title. */
export function fullTime(at: Instant): string {
  return new Intl.DateTimeFormat(readerLocale(), { dateStyle: "full", timeStyle: "long" }).format(at);
}

/** "Today", "Yesterday" or the date. */
export function dayName(at: Instant, now: Instant): string {
  const day = (when: Instant) => new Date(when).toDateString();
  if (day(at) === day(now)) return "Today";
  if (day(at) === day(now - 86_400_000)) return "Yesterday";
  return new Intl.DateTimeFormat(readerLocale(), { weekday: "long", month: "long", day: "numeric" }).format(at);
}

/** "just now", "4 min ago". */
export function ago(at: Instant, now: Instant): string {
  return now - at < 60_000 ? "just now" : `${describeDuration(now - at)} ago`;
}

/** "840 ms", "2.4 s". */
export function milliseconds(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
