/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

/** ISO 8601 in UTC, as it travels between the parts. */
export function toIso(at: Instant): string {
  return new Date(at).toISOString();
}

/** The instant of an ISO 8601 text; undefined for anything else, the many forms that JavaScript alone takes for a date included. */
export function fromIso(text: string | null | undefined): Instant | undefined {
  if (!text || !/^\d{4}-\d\d-\d\d(T|$)/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** "under a minute", "4 min", "1 h 20 min", "3 days": how long something took, for people. Never negative. */
export function describeDuration(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / MINUTE);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}
