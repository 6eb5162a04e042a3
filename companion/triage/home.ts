import type { Relation } from "../store/store.ts";

/** The incident that an alert belongs to now; one that it was kept separate from is none. */
export function homeOf(relations: readonly Relation[]): Relation | undefined {
  return (
    relations.find(({ relation }) => relation === "attached" || relation === "offered") ??
    relations.findLast(({ relation }) => relation === "set_aside")
  );
}
