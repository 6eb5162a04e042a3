import type { Sql } from "./sql.ts";
import { dismissalStatements } from "./sql_dismissals.ts";
import { feedStatements } from "./sql_feed.ts";
import { alertStatements, incidentStatements } from "./sql_incidents.ts";
import { outboxStatements } from "./sql_outbox.ts";
import { reminderStatements } from "./sql_reminders.ts";
import { settingsStatements } from "./sql_settings.ts";
import { stormStatements } from "./sql_storms.ts";
import { timerStatements, upkeepStatements } from "./sql_upkeep.ts";
import { webhookStatements } from "./sql_webhooks.ts";
import { windowStatements } from "./sql_windows.ts";
import type { Transaction } from "./store.ts";

/** @param owner whose the jobs are that this connection takes in hand; empty where nobody else can have any */
export function transactionOver(sql: Sql, owner: string): Transaction {
  return {
    ...webhookStatements(sql),
    ...incidentStatements(sql),
    ...windowStatements(sql),
    ...settingsStatements(sql),
    ...stormStatements(sql),
    ...alertStatements(sql),
    ...feedStatements(sql),
    ...reminderStatements(sql),
    ...dismissalStatements(sql),
    ...outboxStatements(sql, owner),
    ...timerStatements(sql),
    ...upkeepStatements(sql),
  };
}
