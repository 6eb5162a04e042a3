/** Settings of a service as people write them: `admission=feed`, `window=rolling:30m:4h`. */
import { EVERYONE } from "./deciders.ts";
import { accept, refuse, type Result } from "./result.ts";
import type { ServiceSettings, WindowSettings } from "./service_settings.ts";
import { HOUR, MINUTE } from "./time.ts";

const SHORTEST_WINDOW_MS = 1 * MINUTE;
const LONGEST_WINDOW_MS = 48 * HOUR;

interface Choice {
  readonly example: string;
  /** A sentence on what is wrong, or the part of the settings. */
  readonly read: (value: string) => Result<Partial<ServiceSettings>, string>;
  readonly write: (settings: Partial<ServiceSettings>) => string | undefined;
}

const CHOICES: Readonly<Record<string, Choice>> = {
  admission: {
    example: "admission=feed",
    read: (value) => oneOf(value, ["channel", "feed", "ignore"], (admission) => ({ admission })),
    write: ({ admission }) => admission,
  },
  window: { example: "window=rolling:30m:4h", read: readWindow, write: ({ window }) => window && windowText(window) },
  later_alerts: {
    example: "later_alerts=attach",
    read: (value) => oneOf(value, ["offer", "attach"], (laterAlerts) => ({ laterAlerts })),
    write: ({ laterAlerts }) => laterAlerts,
  },
  self_resolved: {
    example: "self_resolved=dismiss",
    read: (value) => oneOf(value, ["ask", "dismiss"], (selfResolved) => ({ selfResolved })),
    write: ({ selfResolved }) => selfResolved,
  },
  escalate: {
    example: "escalate=yes",
    read: (value) => oneOf(value, ["yes", "no"], (escalate) => ({ escalate: escalate === "yes" })),
    write: ({ escalate }) => (escalate === undefined ? undefined : escalate ? "yes" : "no"),
  },
  deciders: {
    example: "deciders=S0123ABCD",
    read: (value) =>
      value === EVERYONE || /^S[A-Z0-9]{2,40}$/.test(value)
        ? accept({ deciders: value })
        : refuse(`cannot be "${value}": it is everyone or the id of a Slack user group`),
    write: ({ deciders }) => deciders,
  },
};

/** Reads `key=value` words; the refusal is one sentence that names the key, what is wrong and an example. */
export function readSettings(words: readonly string[]): Result<Partial<ServiceSettings>, string> {
  let settings: Partial<ServiceSettings> = {};
  if (words.length === 0) return refuse(`Nothing is to be set: name at least one setting, for example admission=feed.`);
  for (const word of words) {
    const [key, value] = splitOnce(word, "=");
    const choice = Object.hasOwn(CHOICES, key) ? CHOICES[key] : undefined;
    if (!choice) {
      const known = Object.keys(CHOICES).join(", ");
      return refuse(`There is no setting "${key}"; there are ${known}, for example admission=feed.`);
    }
    if (value === undefined) return refuse(`${key} has no value; write it as in ${choice.example}.`);
    const read = choice.read(value);
    if (!read.ok) return refuse(`${key} ${read.refusal}; for example ${choice.example}.`);
    settings = { ...settings, ...read.value };
  }
  return accept(settings);
}

/** The settings as words that {@link readSettings} reads. */
export function settingsText(settings: Partial<ServiceSettings>): string {
  return Object.entries(CHOICES)
    .flatMap(([key, { write }]) => {
      const value = write(settings);
      return value === undefined ? [] : [`${key}=${value}`];
    })
    .join(" ");
}

function oneOf<Word extends string>(
  value: string,
  words: readonly Word[],
  settingOf: (word: Word) => Partial<ServiceSettings>,
): Result<Partial<ServiceSettings>, string> {
  const word = words.find((one) => one === value);
  return word ? accept(settingOf(word)) : refuse(`cannot be "${value}": it is one of ${words.join(", ")}`);
}

function readWindow(value: string): Result<Partial<ServiceSettings>, string> {
  const [kind, ...times] = value.split(":");
  if (kind === "none" && times.length === 0) return accept({ window: { kind } });
  const lengths = times.map(readDuration);
  const [lengthMs, maxAgeMs] = lengths;
  if (lengths.some((one) => one === undefined)) {
    return refuse(`cannot be "${value}": times are minutes or hours, from 1m to 48h`);
  }
  if (kind === "fixed" && lengths.length === 1 && lengthMs !== undefined) return accept({ window: { kind, lengthMs } });
  if (kind !== "rolling" || lengths.length !== 2 || lengthMs === undefined || maxAgeMs === undefined) {
    return refuse(`cannot be "${value}": it is fixed:LENGTH, rolling:LENGTH:GREATEST_AGE or none`);
  }
  if (maxAgeMs < lengthMs) return refuse(`cannot be "${value}": the greatest age is shorter than the length`);
  return accept({ window: { kind, lengthMs, maxAgeMs } });
}

/** "30m" or "4h" within the bounds of a window. */
function readDuration(text: string): number | undefined {
  const match = /^(\d{1,4})(m|h)$/.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * (match[2] === "h" ? HOUR : MINUTE);
  return ms >= SHORTEST_WINDOW_MS && ms <= LONGEST_WINDOW_MS ? ms : undefined;
}

function windowText(window: WindowSettings): string {
  switch (window.kind) {
    case "none":
      return "none";
    case "fixed":
      return `fixed:${durationText(window.lengthMs)}`;
    case "rolling":
      return `rolling:${durationText(window.lengthMs)}:${durationText(window.maxAgeMs)}`;
  }
}

function durationText(ms: number): string {
  return ms % HOUR === 0 ? `${ms / HOUR}h` : `${ms / MINUTE}m`;
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
