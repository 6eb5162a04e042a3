/** Brings the database out of order when the plan says so. */
import type { ChaosDatabase } from "./database.ts";
import type { Evidence } from "./evidence.ts";
import type { DatabaseFault, DatabaseSpell } from "./plan.ts";

export interface DatabaseTrouble {
  readonly counts: ReadonlyMap<DatabaseFault, number>;
  /** Ends what is under way and begins nothing more. */
  end(): Promise<void>;
}

export function createDatabaseTrouble(
  spells: readonly DatabaseSpell[],
  database: ChaosDatabase,
  evidence: Evidence,
  later: (ms: number, act: () => unknown) => void,
): DatabaseTrouble {
  const counts = new Map<DatabaseFault, number>();
  let isOver = false;
  let last: Promise<void> = Promise.resolve();
  let endNow: () => void = () => undefined;

  async function carryOut({ fault, from, to }: DatabaseSpell): Promise<void> {
    if (isOver) return;
    const trouble = { from: Date.now(), to: Infinity };
    evidence.databaseTrouble.push(trouble);
    const putRight = await database.begin(fault);
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    await new Promise<void>((resolve) => {
      endNow = resolve;
      setTimeout(resolve, to - from);
    });
    await putRight();
    trouble.to = Date.now();
  }

  const failed = (problem: unknown): void =>
    void evidence.surprises.push(`the database could not be brought out of order (${String(problem)})`);
  for (const spell of spells) later(spell.from, () => (last = last.then(() => carryOut(spell)).catch(failed)));
  return {
    counts,
    async end() {
      isOver = true;
      endNow();
      await last;
    },
  };
}
