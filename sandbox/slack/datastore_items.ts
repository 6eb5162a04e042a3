/** The items of the datastores: versions for stale reads, order by nothing that an app could rely on, late expiry. */
import { createHash } from "node:crypto";
import { HOUR, SECOND } from "../../core/time.ts";
import type { AppManifest, DatastoreDefinition } from "./app_definition.ts";
import { fitsType } from "./parameters.ts";
import type { Platform } from "./platform.ts";
import type { ItemVersion, Values } from "./state.ts";

/** Documented: expired items may stay for as long as this. The strict reading is that they do. */
const EXPIRY_LAG_MS = 48 * HOUR;
/** Older versions answer no stale read that anybody would ask for. */
const VERSIONS_KEPT_MS = 60 * SECOND;
const ITEM_MAX_BYTES = 400_000;

export interface Datastore {
  readonly name: string;
  readonly definition: DatastoreDefinition;
}

export interface ItemProblem {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
}

function current(platform: Platform, versions: readonly ItemVersion[] | undefined): Values | undefined {
  const { staleReadsMs } = platform.settings;
  if (staleReadsMs === 0) return versions?.at(-1)?.item ?? undefined;
  const asOf = Date.now() - staleReadsMs;
  return versions?.findLast(({ wall }) => wall <= asOf)?.item ?? undefined;
}

function isGone(platform: Platform, { definition }: Datastore, item: Values): boolean {
  const expires = definition.time_to_live_attribute && item[definition.time_to_live_attribute];
  return typeof expires === "number" && expires * SECOND + EXPIRY_LAG_MS <= platform.deps.clock.now();
}

export function readItem(platform: Platform, store: Datastore, id: string): Values | undefined {
  const items = platform.state.datastores[store.name] ?? {};
  const item = Object.hasOwn(items, id) ? current(platform, items[id]) : undefined;
  return item && !isGone(platform, store, item) ? item : undefined;
}

/** Every item with its key, in an order that looks like chance and stays the same. */
export function scanItems(platform: Platform, store: Datastore): readonly (readonly [string, Values])[] {
  const order = (key: string) => createHash("sha256").update(key).digest("hex");
  return Object.keys(platform.state.datastores[store.name] ?? {})
    .map((key) => [order(key), key] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, key]) => {
      const item = readItem(platform, store, key);
      return item ? [[key, item] as const] : [];
    });
}

export function writeItem(platform: Platform, store: Datastore, id: string, item: Values | null): void {
  const items = (platform.state.datastores[store.name] ??= {});
  const wall = Date.now();
  const earlier = Object.hasOwn(items, id) ? (items[id] ?? []) : [];
  const firstNeeded = earlier.findLastIndex((version) => version.wall < wall - VERSIONS_KEPT_MS);
  items[id] = [...earlier.slice(Math.max(0, firstNeeded)), { wall, item }];
}

/** The newest version whatever the reads answer: an update merges into what is really there. */
export function latestItem(platform: Platform, store: Datastore, id: string): Values | undefined {
  const items = platform.state.datastores[store.name] ?? {};
  return (Object.hasOwn(items, id) ? items[id]?.at(-1)?.item : undefined) ?? undefined;
}

/** What is wrong with an item to be written; empty where it fits the datastore. */
export function itemProblems(manifest: AppManifest, { definition }: Datastore, item: Values): readonly ItemProblem[] {
  const problems: ItemProblem[] = [];
  const key = item[definition.primary_key];
  if (typeof key !== "string" || key === "") {
    const message = `the primary key "${definition.primary_key}" is missing`;
    problems.push({ code: "primary_key_missing", message, pointer: `/item/${definition.primary_key}` });
  }
  for (const [name, value] of Object.entries(item)) {
    const attribute = definition.attributes[name];
    const pointer = `/item/${name}`;
    if (!attribute)
      problems.push({ code: "datastore_invalid_field", message: `"${name}" is not an attribute`, pointer });
    else if (!fitsType(manifest, attribute.type, value)) {
      problems.push({ code: "invalid_type", message: `"${name}" is not of type ${attribute.type}`, pointer });
    }
  }
  if (Buffer.byteLength(JSON.stringify(item)) >= ITEM_MAX_BYTES) {
    problems.push({ code: "item_too_large", message: "the item is larger than 400 kB", pointer: "/item" });
  }
  return problems;
}
