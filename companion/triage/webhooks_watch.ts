import { putFeedLine } from "./feed.ts";
import type { Unit } from "./unit.ts";

/** The feed is told once that PagerDuty's webhooks are off, and once that they are on again. */
export async function noteWebhooks(unit: Unit, areOn: boolean): Promise<void> {
  const since = await unit.tx.outageSince("webhooks");
  if (areOn === (since === undefined)) return;
  if (since === undefined) {
    await unit.tx.beginOutage("webhooks", unit.now);
    return putFeedLine(unit, keyOf(unit.now), { kind: "webhooks_off", since: unit.now });
  }
  await unit.tx.endOutage("webhooks");
  return putFeedLine(unit, keyOf(since), { kind: "webhooks_off", since, until: unit.now });
}

function keyOf(since: number): string {
  return `webhooks_off:${since}`;
}
