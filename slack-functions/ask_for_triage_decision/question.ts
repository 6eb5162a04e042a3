import type { Alert } from "../../core/alert.ts";
import { readAlerts } from "../shared/alerts.ts";
import type { App } from "../shared/app.ts";
import type { Block } from "../shared/card.ts";
import type { IncidentRecord } from "../shared/incidents.ts";
import { pressLine } from "../shared/paging_text.ts";
import { userIdByEmail } from "../shared/people.ts";
import { questionBlocks, questionText } from "./blocks.ts";

/**
 * The question as it is asked now, with what a press does to the page. Whom PagerDuty pages is mentioned the first time that
 * it is asked in a place: whatever has it asked again has told them itself, or somebody is there who pressed.
 */
export async function drawQuestion(
  app: App,
  record: IncidentRecord,
): Promise<{ readonly text: string; readonly blocks: Block[] }> {
  const stored = await readAlerts(app.slack, record.alertIds);
  const alerts = stored.map(({ alert }) => alert).filter((alert) => alert.relation === "attached");
  const blocks = questionBlocks(record.questionTs === "" ? await onCallUsers(app, alerts) : [], pressLine(alerts));
  return { text: questionText(record.incident), blocks };
}

async function onCallUsers(app: App, alerts: readonly Alert[]): Promise<string[]> {
  const emails = new Set(
    alerts
      .filter((alert) => alert.status === "triggered")
      .flatMap((alert) => alert.paged.map((person) => person.email)),
  );
  const users = await Promise.all([...emails].map((email) => userIdByEmail(app.slack, email)));
  return [...new Set(users.filter((user) => user !== undefined))];
}
