import { accept, refuse, type Result } from "../core/result.ts";
import {
  defaultServiceSettings,
  resolveServiceSettings,
  type SettingsRow,
  type Urgency,
} from "../core/service_settings.ts";
import { readSettings, settingsText } from "../core/settings_text.ts";
import type { ServiceRow, Store, Transaction } from "./store/store.ts";

export const SETTINGS_USAGE = `Settings of services. What was set holds from the next alert on.

  npm run companion -- settings list
  npm run companion -- settings show SERVICE
  npm run companion -- settings set SERVICE [--urgency high|low] KEY=VALUE …
  npm run companion -- settings reset SERVICE [--urgency high|low]

SERVICE is a service's name or id in PagerDuty, or '*' for every service. docs/settings.md has the keys.`;

interface Words {
  readonly command: string;
  readonly service: string;
  readonly urgency: SettingsRow["urgency"];
  readonly rest: readonly string[];
}

/**
 * Carries a command of settings out. One short transaction, so the companion may be at work on the same store.
 * @param windowMs the length of a window where nothing else is set
 * @returns what to print; a refusal is one sentence, and nothing was changed
 */
export async function settingsCommand(
  store: Store,
  words: readonly string[],
  windowMs: number,
): Promise<Result<string, string>> {
  const read = readWords(words);
  if (!read.ok) return read;
  const { command, service, urgency, rest } = read.value;
  if (command === "list") return accept(await store.transaction((tx) => list(tx, windowMs)));
  if (service === "") return refuse(`Name the service, for example: settings ${command} Checkout.`);
  const settings = command === "set" ? readSettings(rest) : accept({});
  if (!settings.ok) return settings;
  if (command !== "set" && rest.length > 0) return refuse(`"${rest[0]}" is too much for settings ${command} SERVICE.`);
  return store.transaction(async (tx) => {
    const found = await findService(tx, service);
    if (!found.ok) return found;
    const { id } = found.value;
    if (command === "show") return accept(await show(tx, found.value, windowMs));
    if (command === "reset") {
      await tx.removeSettingsRow(id, urgency);
      return accept(`${nameOf(found.value)} (${urgencyWords(urgency)}) has no settings of its own any more.`);
    }
    const before = (await tx.allSettingsRows()).find((row) => row.serviceId === id && row.urgency === urgency);
    const after = { ...before?.settings, ...settings.value };
    await tx.saveSettingsRow({ serviceId: id, urgency, settings: after });
    const unseen = found.value.isUnseen ? " No alert of it was seen yet." : "";
    return accept(`${nameOf(found.value)} (${urgencyWords(urgency)}): ${settingsText(after)}.${unseen}`);
  });
}

function readWords(words: readonly string[]): Result<Words, string> {
  const [command = "", ...others] = words;
  if (!["list", "show", "set", "reset"].includes(command)) {
    return refuse(
      `"settings ${command}" is no command; there are list, show, set and reset, for example: settings list.`,
    );
  }
  const at = others.indexOf("--urgency");
  const urgency = at < 0 ? "*" : others[at + 1];
  if (urgency !== "high" && urgency !== "low" && urgency !== "*") {
    return refuse(`--urgency is high or low, for example: settings set Checkout --urgency low admission=feed.`);
  }
  const plain = at < 0 ? others : [...others.slice(0, at), ...others.slice(at + 2)];
  const [service = "", ...rest] = plain;
  return accept({ command, service, urgency, rest });
}

interface FoundService extends ServiceRow {
  readonly isUnseen?: boolean;
}

const EVERY_SERVICE: FoundService = { id: "*", name: "Every service", isDeleted: false };

/** By id or by name; what was never heard of must look like an id of PagerDuty, so that a slip of the pen sets nothing. */
async function findService(tx: Transaction, wanted: string): Promise<Result<FoundService, string>> {
  if (wanted === "*") return accept(EVERY_SERVICE);
  const all = await tx.services();
  const byId = all.find(({ id }) => id === wanted);
  if (byId) return accept(byId);
  const named = all.filter(({ name }) => name.trim().toLowerCase() === wanted.trim().toLowerCase());
  const [only, second] = named.length > 1 ? named.filter(({ isDeleted }) => !isDeleted) : named;
  if (only && !second) return accept(only);
  if (named.length > 1) {
    return refuse(
      `Several services are called "${wanted}": name one by its id (${named.map(({ id }) => id).join(", ")}).`,
    );
  }
  if (/^P[A-Z0-9]{6,}$/.test(wanted)) return accept({ id: wanted, name: wanted, isDeleted: false, isUnseen: true });
  const known =
    all.length === 0
      ? "none was seen yet"
      : all
          .slice(0, 10)
          .map(({ name }) => name)
          .join(", ");
  return refuse(`No service is called "${wanted}" (known: ${known}); write its id in PagerDuty, for example P1A2B3C.`);
}

async function list(tx: Transaction, windowMs: number): Promise<string> {
  const [services, rows] = [await tx.services(), await tx.allSettingsRows()];
  const defaults = `By default (any urgency): ${settingsText(defaultServiceSettings(windowMs))}`;
  const lines = rows.map(({ serviceId, urgency, settings }) => {
    const service = serviceId === "*" ? EVERY_SERVICE : services.find(({ id }) => id === serviceId);
    return `${nameOf(service ?? { id: serviceId, name: serviceId, isDeleted: false })} (${urgencyWords(urgency)}): ${settingsText(settings)}`;
  });
  return [defaults, ...lines].join("\n");
}

async function show(tx: Transaction, service: FoundService, windowMs: number): Promise<string> {
  const rows = await tx.settingsRows(service.id);
  const lines = (["high", "low"] as const).map((urgency: Urgency) => {
    const settings = resolveServiceSettings(rows, service.id, urgency, defaultServiceSettings(windowMs));
    return `${nameOf(service)} (${urgencyWords(urgency)}): ${settingsText(settings)}`;
  });
  return lines.join("\n");
}

function nameOf({ id, name, isDeleted }: ServiceRow): string {
  if (id === "*") return name;
  return `${name}${name === id ? "" : ` [${id}]`}${isDeleted ? ", deleted in PagerDuty" : ""}`;
}

function urgencyWords(urgency: SettingsRow["urgency"]): string {
  return urgency === "*" ? "any urgency" : `${urgency} urgency`;
}
