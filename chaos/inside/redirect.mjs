/** Hooks of Node's module loader: some modules of the companion get the chaos program's in place of the real ones, which those wrap. */
const INSTEAD = [
  { by: "/companion/main.ts", name: "./store/sqlite.ts", file: "./opened_store.ts" },
  { by: "/companion/store/sqlite.ts", name: "@photostructure/sqlite", file: "./roomy_sqlite.ts" },
  { by: "/companion/pagerduty/client.ts", name: "@pagerduty/pdjs", file: "./eager_pdjs.ts" },
];

export function resolve(specifier, context, next) {
  const parent = context.parentURL?.replace(/\?.*$/, "") ?? "";
  const found = INSTEAD.find(({ by, name }) => name === specifier && parent.endsWith(by));
  return next(found ? new URL(found.file, import.meta.url).href : specifier, context);
}
