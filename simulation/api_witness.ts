import type { Values } from "../sandbox/slack/state.ts";
import type { Account } from "./account.ts";
import { alertsIn, type Observed } from "./observed.ts";

interface Answered {
  readonly method: string;
  readonly args: Values;
  readonly answer: Values;
  /** The step that a completion ended. */
  readonly step: { readonly name: string; readonly inputs: Values };
}

/** Writes down what a call of Slack's API that went well has shown or changed. */
export function watchAnswer(
  observed: Observed,
  account: Account,
  at: number,
  { method, args, answer, step }: Answered,
): void {
  switch (method) {
    case "chat.postMessage":
    case "chat.update":
      for (const alertId of alertsIn(args["blocks"])) {
        const channels = observed.shown.get(alertId) ?? new Map<string, number>();
        observed.shown.set(alertId, channels);
        const channel = textOf(answer["channel"]) || textOf(args["channel"]);
        if (!channels.has(channel)) channels.set(channel, at);
      }
      return;
    case "functions.completeSuccess": {
      const outputs = args["outputs"] as Values;
      const said = outputs["decision"] ?? outputs["answer"] ?? outputs["ticked_alerts"];
      if (typeof said === "string" && said !== "none") {
        account.tell(`Slack takes ${said} of ${textOf(outputs["incident_id"])}`);
      }
      observed.completions.push({
        at,
        step: step.name,
        execution: textOf(args["function_execution_id"]),
        inputs: step.inputs,
        outputs,
      });
      return;
    }
    case "apps.datastore.update":
      return watchRecord(observed, account, at, args["datastore"], args["item"] as Values);
    case "apps.datastore.bulkPut":
      for (const item of args["items"] as Values[]) watchRecord(observed, account, at, args["datastore"], item);
      return;
    case "conversations.setPurpose": {
      const incidentId = /\b(inc_\w+)/.exec(textOf(args["purpose"]))?.[1];
      if (incidentId === undefined) return;
      const channels = observed.channels.get(incidentId) ?? new Set<string>();
      observed.channels.set(incidentId, channels.add(textOf(args["channel"])));
      return;
    }
    default:
  }
}

/** An incident's record is Slack's own; what matters is which states it went through. */
function watchRecord(observed: Observed, account: Account, at: number, datastore: unknown, item: Values): void {
  if (datastore === "incidents" && typeof item["channel_id"] === "string") {
    const homes = observed.homes.get(textOf(item["id"])) ?? new Set<string>();
    observed.homes.set(textOf(item["id"]), homes.add(item["channel_id"]));
  }
  if (datastore !== "incidents" || typeof item["status"] !== "string") return;
  const id = textOf(item["id"]);
  const states = observed.states.get(id) ?? [];
  observed.states.set(id, states);
  const decisionId = textOf(item["decision_id"]) || (states.at(-1)?.decisionId ?? "");
  const last = states.at(-1);
  if (last?.status === item["status"] && last.decisionId === decisionId) return;
  account.tell(`${id} is ${item["status"]} on record`);
  states.push({ at, status: item["status"], decisionId });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
