/** SQLite's driver, that remembers which database was opened, so that it can be given less room. */
import { DatabaseSync as Real } from "@photostructure/sqlite";

let opened: InstanceType<typeof Real> | undefined;
let isFull = false;

export class DatabaseSync extends Real {
  constructor(...given: ConstructorParameters<typeof Real>) {
    super(...given);
    remember(this);
  }
}

function remember(database: InstanceType<typeof Real>): void {
  opened = database;
}

/** SQLite's own upper limit. */
const NO_LIMIT = 4_294_967_294;

/** From now on the database may not grow any more, or may again. */
export function setFull(wanted: boolean): void {
  if (!opened || wanted === isFull) return;
  isFull = wanted;
  const [row] = opened.prepare("pragma page_count").all() as { page_count: number }[];
  opened.exec(`pragma max_page_count = ${wanted ? (row?.page_count ?? 1) : NO_LIMIT}`);
}
