import { z } from "zod";
import { itemProblems, latestItem, readItem, scanItems, writeItem, type Datastore } from "../datastore_items.ts";
import { ExpressionValue, parseExpression, type Filter } from "../expressions.ts";
import { id, json, method, wholeNumber, type Answer, type Method, type MethodContext } from "../method.ts";
import { touch, type Platform } from "../platform.ts";
import type { Values } from "../state.ts";

const READ = ["datastore:read"];
const WRITE = ["datastore:write"];
const BULK_MAX = 25;
const PAGE_MAX_BYTES = 1_000_000;

const Item = json(z.record(z.string(), z.unknown()));
const Items = json(z.array(z.record(z.string(), z.unknown())).min(1).max(BULK_MAX));
const Ids = json(z.array(z.string().min(1)).min(1).max(BULK_MAX));
const named = { datastore: id };
const filtered = {
  expression: z.string().optional(),
  expression_attributes: json(z.record(z.string(), z.string())).optional(),
  expression_values: json(z.record(z.string(), ExpressionValue)).optional(),
};
type Filtered = z.infer<z.ZodObject<typeof filtered>>;

function failure(code: string, message: string, pointer: string): Answer {
  return { error: "datastore_error", errors: [{ code, message, pointer }] };
}

/** Runs `act` with the datastore, or answers that the app declares none of this name. */
function inDatastore<Args extends { readonly datastore: string }>(
  act: (store: Datastore, args: Args, platform: Platform) => Answer,
) {
  return (args: Args, { platform }: MethodContext): Answer => {
    const { datastores } = platform.app.manifest;
    const definition = Object.hasOwn(datastores, args.datastore) ? datastores[args.datastore] : undefined;
    if (definition) return act({ name: args.datastore, definition }, args, platform);
    return failure("datastore_config_not_found", `there is no datastore "${args.datastore}"`, "/datastore");
  };
}

function keyOf({ definition }: Datastore, item: Values): string {
  return String(item[definition.primary_key]);
}

/** Writes an item or answers why not. What `from` gives is merged under it. */
function write(platform: Platform, store: Datastore, item: Values, from?: Values): Answer | Values {
  const whole = { ...from, ...item };
  const errors = itemProblems(platform.app.manifest, store, whole);
  if (errors.length > 0) return { error: "datastore_error", errors };
  writeItem(platform, store, keyOf(store, whole), whole);
  touch(platform);
  return { item: whole };
}

function filterOf({ definition }: Datastore, args: Filtered): Filter | Answer {
  if (args.expression === undefined || args.expression === "") return () => true;
  const parsed = parseExpression({
    expression: args.expression,
    attributes: args.expression_attributes ?? {},
    values: args.expression_values ?? {},
    isAllowed: (attribute) => Object.hasOwn(definition.attributes, attribute) && attribute !== definition.primary_key,
  });
  return parsed.ok ? parsed.value : failure("invalid_expression", `the expression ${parsed.refusal}`, "/expression");
}

const decodeCursor = (cursor: string) => Buffer.from(cursor, "base64url").toString();
const encodeCursor = (key: string) => Buffer.from(key).toString("base64url");

/** One page: `limit` counts what is looked at, not what fits, and so does the size of a page. */
function page(all: readonly (readonly [string, Values])[], filter: Filter, limit: number, cursor: string | undefined) {
  const after = cursor ? all.findIndex(([key]) => key === decodeCursor(cursor)) + 1 : 0;
  const items: Values[] = [];
  let bytes = 0;
  let last = after;
  while (last < all.length && last - after < limit && bytes < PAGE_MAX_BYTES) {
    const item = all[last]?.[1] ?? {};
    bytes += Buffer.byteLength(JSON.stringify(item));
    if (filter(item)) items.push(item);
    last += 1;
  }
  const lastKey = all[last - 1]?.[0];
  return last < all.length && lastKey !== undefined
    ? { items, response_metadata: { next_cursor: encodeCursor(lastKey) } }
    : { items };
}

const query = method(
  4,
  READ,
  z.object({
    ...named,
    ...filtered,
    limit: wholeNumber.pipe(z.int().min(1).max(1_000)).default(100),
    cursor: z.string().optional(),
  }),
  inDatastore((store, args, platform) => {
    const filter = filterOf(store, args);
    if (typeof filter !== "function") return filter;
    const all = scanItems(platform, store);
    const start = args.cursor && decodeCursor(args.cursor);
    if (start && !all.some(([key]) => key === start)) return { error: "invalid_cursor" };
    return { datastore: store.name, ...page(all, filter, args.limit, args.cursor) };
  }),
);

const count = method(
  3,
  READ,
  z.object({ ...named, ...filtered }),
  inDatastore((store, args, platform) => {
    const filter = filterOf(store, args);
    if (typeof filter !== "function") return filter;
    return { datastore: store.name, count: scanItems(platform, store).filter(([, item]) => filter(item)).length };
  }),
);

const bulkPut = method(
  3,
  WRITE,
  z.object({ ...named, items: Items }),
  inDatastore((store, args, platform) => {
    const errors = args.items.flatMap((item) => itemProblems(platform.app.manifest, store, item));
    if (errors.length > 0) return { error: "datastore_error", errors };
    for (const item of args.items) writeItem(platform, store, keyOf(store, item), item);
    touch(platform);
    return { datastore: store.name, failed_items: [] };
  }),
);

export const DATASTORE_METHODS: Readonly<Record<string, Method>> = {
  "apps.datastore.get": method(
    4,
    READ,
    z.object({ ...named, id }),
    inDatastore((store, args, platform) => ({ datastore: store.name, item: readItem(platform, store, args.id) ?? {} })),
  ),
  "apps.datastore.put": method(
    4,
    WRITE,
    z.object({ ...named, item: Item }),
    inDatastore((store, args, platform) => ({ datastore: store.name, ...write(platform, store, args.item) })),
  ),
  "apps.datastore.update": method(
    4,
    WRITE,
    z.object({ ...named, item: Item }),
    inDatastore((store, args, platform) => {
      const before = latestItem(platform, store, keyOf(store, args.item));
      return { datastore: store.name, ...write(platform, store, args.item, before) };
    }),
  ),
  "apps.datastore.delete": method(
    4,
    WRITE,
    z.object({ ...named, id }),
    inDatastore((store, args, platform) => {
      if (latestItem(platform, store, args.id)) writeItem(platform, store, args.id, null);
      touch(platform);
      return {};
    }),
  ),
  "apps.datastore.query": query,
  "apps.datastore.count": count,
  "apps.datastore.bulkGet": method(
    3,
    READ,
    z.object({ ...named, ids: Ids }),
    inDatastore((store, args, platform) => ({
      datastore: store.name,
      items: args.ids.map((one) => readItem(platform, store, one)).filter((item) => item !== undefined),
      failed_items: [],
    })),
  ),
  "apps.datastore.bulkPut": bulkPut,
  "apps.datastore.bulkDelete": method(
    3,
    WRITE,
    z.object({ ...named, ids: Ids }),
    inDatastore((store, args, platform) => {
      for (const one of args.ids) if (latestItem(platform, store, one)) writeItem(platform, store, one, null);
      touch(platform);
      return { failed_items: [] };
    }),
  ),
};
