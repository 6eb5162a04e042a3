import { ALERT_DETAILS_RETRY_MS } from "../../core/assumptions.ts";
import { SECOND } from "../../core/time.ts";
import type { OutboxRow } from "../jobs.ts";
import { admitAlert } from "../triage/admit.ts";
import { homeOf } from "../triage/home.ts";
import type { Finish } from "../work/lane.ts";
import { within } from "../work/patience.ts";
import { attachmentsIn, type DetailsDeps, keysOf, saveDetails } from "./details.ts";

/** Somebody may be waiting for the channel of an alert that is not what was dismissed. */
const PATIENCE_MS = 5 * SECOND;

/**
 * Looks the keys of an alert up that waits for them, and lets it in. One attempt, and a second where PagerDuty has no
 * alerts yet; what cannot be told apart then is something new.
 */
export function createHeldAlerts(deps: Pick<DetailsDeps, "store" | "pagerduty" | "sentryHosts">): {
  perform(row: OutboxRow): Promise<Finish>;
} {
  return {
    async perform(row) {
      const { job } = row;
      if (job.kind !== "admit_alert") throw new Error(`${job.kind} holds no alert.`);
      const { alertId, at, ...hint } = job;
      const before = await deps.store.transaction((tx) => tx.alert(alertId));
      const answer = await within(PATIENCE_MS, deps.pagerduty.alerts(alertId, PATIENCE_MS));
      const alerts = answer?.ok ? answer.value : [];
      const mayCome = answer?.ok && alerts.length === 0 && hint.expectsAlerts && row.failures === 0;
      return async (unit) => {
        const [lookAgainMs] = ALERT_DETAILS_RETRY_MS;
        if (mayCome) return { end: "again", problem: "PagerDuty has no alerts of it yet.", exactlyMs: lookAgainMs };
        if (before && alerts.length > 0) {
          const attachments = attachmentsIn(job, before.facts, alerts, deps.sentryHosts);
          await saveDetails(unit, alertId, { paged: before.facts.paged, attachments, keys: keysOf(alerts) });
        }
        const row = await unit.tx.alert(alertId);
        if (!row || row.facts.status === "resolved") return { end: "done", outcome: "over_meanwhile" };
        if (homeOf(await unit.tx.relations(alertId))) return { end: "done", outcome: "has_a_home" };
        const { action } = await admitAlert(unit, { alert: row.facts, at, hint }, true);
        return { end: "done", outcome: action };
      };
    },
  };
}
