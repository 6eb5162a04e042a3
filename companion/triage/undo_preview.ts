import { isResolvedByUs } from "../../core/alert_resolution.ts";
import { actorAddress } from "../../core/paging.ts";
import type { CompanionAnswers, CompanionRequests } from "../../core/protocol.ts";
import { refuse, type Result } from "../../core/result.ts";
import type { Pagerduty } from "../pagerduty/client.ts";
import type { AlertRow } from "../store/store.ts";
import { alertsToBringBack, holderOf } from "./bring_back.ts";
import { type Refusal, unknownIncident } from "./refusal.ts";
import type { Unit } from "./unit.ts";
import { windowHolder } from "./window_back.ts";

type Preview = CompanionAnswers["undoPreview"];
/** What is known without asking PagerDuty. */
type KnownPreview = Omit<Preview, "isKnown" | "pages">;

/** What taking a closing back would do, as far as the companion's own record tells. */
export async function previewOf(unit: Unit, incidentId: string): Promise<Result<KnownPreview, Refusal>> {
  const row = await unit.tx.incident(incidentId);
  if (!row) return refuse(unknownIncident(incidentId));
  const attached = (await unit.tx.alertsOf(incidentId)).filter(({ relation }) => relation === "attached");
  const inState = (isIt: (facts: AlertRow["facts"]) => boolean) =>
    attached.filter(({ facts }) => isIt(facts)).map(({ facts, relation }) => ({ ...facts, relation }));
  const holder = row.incident.status === "merged" ? await holderOf(unit, incidentId) : undefined;
  const back = holder ? await alertsToBringBack(unit, row, holder) : [];
  return {
    ok: true,
    value: {
      ok: true,
      resolved: inState(isResolvedByUs),
      waiting: inState(({ closing }) => closing.state === "wanted"),
      back: back.map((facts) => ({ ...facts, relation: "attached" as const })),
      windowHeldBy: await windowHolder(unit, row),
    },
  };
}

/** A form shows no more policies than this. */
const POLICIES = 3;

/**
 * Adds what only PagerDuty knows: whether it has a user of this person's address, and whose escalation would page. A
 * person waits for this, so what is not known in time counts as unknown.
 */
export async function askPagerduty(
  deps: { readonly pagerduty: Pagerduty; readonly userMap: ReadonlyMap<string, string>; readonly patienceMs: number },
  by: CompanionRequests["undoPreview"]["by"],
  preview: KnownPreview,
): Promise<Preview> {
  const address = actorAddress(by, deps.userMap);
  let isKnown = false;
  const pages = new Set<string>();
  const asked = (async () => {
    if (address !== undefined) {
      const answer = await deps.pagerduty.knowsAddress(address, deps.patienceMs);
      isKnown = answer.ok && answer.value;
    }
    for (const { id } of [...preview.resolved, ...preview.waiting].slice(0, POLICIES)) {
      const answer = await deps.pagerduty.incident(id);
      if (answer.ok && answer.value.escalationPolicy) pages.add(answer.value.escalationPolicy);
    }
  })();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deps.patienceMs);
  });
  await Promise.race([asked, patience]);
  clearTimeout(timer);
  return { ...preview, isKnown, pages: [...pages] };
}
