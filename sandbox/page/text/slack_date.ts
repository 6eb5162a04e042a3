/** The reader's language and zone; undefined zone means the browser's own. */
export interface DateReader {
  readonly locale: string;
  readonly timeZone?: string;
  /** For "today", "yesterday" and {ago}. */
  readonly now: number;
}

const FORMATS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/**
 * Slack's `<!date^timestamp^format>` text (docs.slack.dev, "Date formatting"): placeholders in braces, everything else
 * as it stands. An unknown placeholder stays visible.
 * @param timestamp seconds since 1970
 */
export function formatSlackDate(timestamp: number, format: string, reader: DateReader): string {
  const at = timestamp * 1_000;
  return format.replace(/\{([a-z_]+)\}/g, (placeholder, name: string) => {
    if (name === "ago") return describeAgo(at, reader);
    if (name.endsWith("_pretty")) {
      return relativeDay(at, reader) ?? intl(at, FORMATS[name.slice(0, -"_pretty".length)], reader) ?? placeholder;
    }
    return intl(at, FORMATS[name], reader) ?? placeholder;
  });
}

function intl(at: number, options: Intl.DateTimeFormatOptions | undefined, reader: DateReader): string | undefined {
  if (!options) return undefined;
  return new Intl.DateTimeFormat(reader.locale, { ...options, timeZone: reader.timeZone }).format(at);
}

const DAY = 86_400_000;

function relativeDay(at: number, reader: DateReader): string | undefined {
  const day = (when: number) => intl(when, FORMATS["date_num"], reader);
  if (day(at) === day(reader.now)) return "today";
  if (day(at) === day(reader.now - DAY)) return "yesterday";
  if (day(at) === day(reader.now + DAY)) return "tomorrow";
  return undefined;
}

function describeAgo(at: number, reader: DateReader): string {
  const relative = new Intl.RelativeTimeFormat(reader.locale, { numeric: "auto" });
  const seconds = Math.round((at - reader.now) / 1_000);
  if (Math.abs(seconds) < 60) return relative.format(seconds, "second");
  if (Math.abs(seconds) < 3_600) return relative.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return relative.format(Math.round(seconds / 3_600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}
