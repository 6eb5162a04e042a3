import type { App } from "./app.ts";
import { readIncident } from "./incidents.ts";
import { handOverPending } from "./pending.ts";
import { publish } from "./publish.ts";

/** Hands over what lies in `pending`, and lets the cards say that it was. */
export async function drain(app: App): Promise<void> {
  const { told } = await handOverPending(app);
  for (const incidentId of told) {
    const record = await readIncident(app.slack, incidentId);
    if (record) await publish(app, record);
  }
}
