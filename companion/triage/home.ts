import type { RelatedAlert, Relation } from "../store/store.ts";

/** The incident that an alert belongs to now; one that it was kept separate from is none. */
export function homeOf(relations: readonly Relation[]): Relation | undefined {
  return (
    relations.find(({ relation }) => relation === "attached" || relation === "offered") ??
    relations.findLast(({ relation }) => relation === "set_aside")
  );
}

/** Whether the alert came to the incident later and no person has said yet what it is to it. */
export function isUnanswered({ relation, laterNumber }: Pick<RelatedAlert, "relation" | "laterNumber">): boolean {
  return relation === "offered" || laterNumber > 0;
}
