/** A hook of Node's module loader: some modules of the companion get the chaos program's in place of the real ones, which those wrap. */
import type { ResolveHook } from "node:module";

const INSTEAD = [
  { by: "/companion/main.ts", name: "./store/open_store.ts", file: "./opened_store.ts" },
  { by: "/companion/store/sqlite.ts", name: "@photostructure/sqlite", file: "./roomy_sqlite.ts" },
  { by: "/companion/pagerduty/client.ts", name: "@pagerduty/pdjs", file: "./eager_pdjs.ts" },
];

export const resolve: ResolveHook = (specifier, context, next) => {
  const parent = context.parentURL?.replace(/\?.*$/, "") ?? "";
  const found = INSTEAD.find(({ by, name }) => name === specifier && parent.endsWith(by));
  return next(found ? new URL(found.file, import.meta.url).href : specifier, context);
};
