/** Opens the companion's store in place of companion/store/open_store.ts. */
import { existsSync } from "node:fs";
import { openStore as open } from "../../companion/store/open_store.ts";
import type { Store } from "../../companion/store/store.ts";
import { plantIn } from "./planted.ts";
import { setFull } from "./roomy_sqlite.ts";

/** While this file exists, the SQLite database may not grow. */
const fullFile = process.env["CHAOS_FULL_FILE"];

export async function openStore(...given: Parameters<typeof open>): Promise<Store> {
  return plantIn(process.env["CHAOS_FAULT"], roomy(await open(...given)));
}

function roomy(store: Store): Store {
  if (!fullFile) return store;
  return {
    ...store,
    transaction(work) {
      setFull(existsSync(fullFile));
      return store.transaction(work);
    },
    aside(work) {
      setFull(existsSync(fullFile));
      return store.aside(work);
    },
  };
}
