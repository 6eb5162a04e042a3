import type { OutboxRow } from "../jobs.ts";
import { listInFeed } from "../triage/feed.ts";
import { COMPANION_ACTOR, record, type Unit } from "../triage/unit.ts";
import type { Finish } from "../work/lane.ts";
import type { Pagerduty } from "./client.ts";
import type { ListedIncident } from "./open_incidents.ts";

/** More open incidents than these are counted as "more than". */
const PAGES = 10;

/**
 * The store is new: what is open in PagerDuty already is remembered and told in one line of the feed. None of it opens a
 * channel, since nobody waits for that now.
 */
export function createFirstStart(deps: { readonly pagerduty: Pagerduty }): {
  perform(row: OutboxRow): Promise<Finish>;
} {
  return {
    async perform(row) {
      const all: ListedIncident[] = [];
      let isComplete = false;
      for (let page = 0; page < PAGES && !isComplete; page += 1) {
        const answer = await deps.pagerduty.openIncidents(page);
        if (!answer.ok) {
          const { sentence, isTransient, retryAfterMs } = answer.failure;
          const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
          const end = isTransient ? ("again" as const) : ("failed" as const);
          return () => Promise.resolve({ end, problem: sentence, ...wait });
        }
        all.push(...answer.value.incidents);
        isComplete = !answer.value.more;
      }
      // What began since comes as a webhook, and opens a triage.
      const before = all.filter(({ facts }) => facts.since < row.createdAt);
      return async (unit) => {
        await remember(unit, before, { kind: "first_start", at: row.createdAt, isComplete });
        return { end: "done", outcome: before.length === 0 ? "nothing_open" : "listed" };
      };
    },
  };
}

async function remember(
  unit: Unit,
  incidents: readonly ListedIncident[],
  line: { readonly kind: "first_start"; readonly at: number; readonly isComplete: boolean },
): Promise<void> {
  const listed = [];
  for (const { facts, changedAt } of incidents) {
    const known = await unit.tx.alert(facts.id);
    const isPlaced = known && ((await unit.tx.relations(facts.id)).length > 0 || (await unit.tx.feedPlace(facts.id)));
    if (isPlaced) continue;
    if (!known) {
      await unit.tx.rememberService(facts.serviceId, facts.serviceName, changedAt);
      await unit.tx.saveAlert({ facts, statusAt: changedAt, peopleAt: changedAt });
    }
    await record(unit, "", "alert.listed", "open_at_first_start", COMPANION_ACTOR, { alertId: facts.id });
    listed.push(known?.facts ?? facts);
  }
  if (listed.length > 0) await listInFeed(unit, "first_start", line, listed);
}
