/**
 * The alerts inside a notification of Alertmanager or Grafana. Alertmanager sends lists and numbers since 0.30; before
 * that, and from Grafana, they are text made by a template. People change the templates, so anything may be missing.
 */
import type { FactList } from "./facts.ts";
import { countOf, isRecord, listOf, recordOf, textOf } from "./json.ts";

export interface FiringAlert {
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly value?: string;
  /** The address of the rule or the query behind it. */
  readonly source?: string;
}

export const NOTIFICATION_KEYS = ["firing", "resolved", "num_firing", "num_resolved"] as const;

/** More alerts or text than this say nothing more about what they have in common. */
const MAX_ALERTS = 100;
const MAX_TEXT = 50_000;

export function firingAlerts(details: unknown): readonly FiringAlert[] {
  const firing = recordOf(details)["firing"];
  if (typeof firing === "string") return textAlerts(firing.slice(0, MAX_TEXT));
  return listOf(firing).slice(0, MAX_ALERTS).filter(isRecord).map(listedAlert);
}

function listedAlert(alert: Readonly<Record<string, unknown>>): FiringAlert {
  const source = textOf(alert["generatorURL"]);
  return {
    labels: textsOf(alert["labels"]),
    annotations: textsOf(alert["annotations"]),
    ...(source ? { source } : {}),
  };
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  const entries = Object.entries(recordOf(value)).slice(0, MAX_ALERTS);
  return new Map(entries.flatMap(([name, text]) => (typeof text === "string" ? [[name, text] as const] : [])));
}

/** "Value: …", "Labels:" with lines " - name = value", "Annotations:" with such lines, "Source: …"; then the next alert. */
function textAlerts(text: string): readonly FiringAlert[] {
  const alerts: { labels: Map<string, string>; annotations: Map<string, string>; value?: string; source?: string }[] =
    [];
  let list: Map<string, string> | undefined;
  let value = "";
  for (const line of text.split("\n")) {
    const alert = alerts.at(-1);
    const [, head, rest = ""] = /^(Value|Labels|Annotations|Source):\s*(.*)$/.exec(line) ?? [];
    const [, name, item = ""] = /^ - ([\w.-]{1,100}) = (.*)$/.exec(line) ?? [];
    if (head === "Value") value = rest;
    if (head === "Labels") {
      if (alerts.length === MAX_ALERTS) break;
      list = new Map();
      alerts.push({ labels: list, annotations: new Map(), ...(value ? { value } : {}) });
      value = "";
    }
    if (head === "Annotations") list = alert?.annotations;
    if (head === "Source" && alert) alert.source = rest;
    if (name) list?.set(name, item);
  }
  return alerts;
}

/** What all of them have under one of the names; undefined where they differ. */
export function commonText(
  texts: readonly ReadonlyMap<string, string>[],
  ...names: readonly string[]
): string | undefined {
  for (const name of names) {
    const values = new Set(texts.map((text) => text.get(name)));
    const [value] = values;
    if (values.size === 1 && value) return value;
  }
  return undefined;
}

/** How many fire: as counted by the sender, else as its summary says it ("[FIRING:900] …"). */
export function firingCount(details: unknown, summary: string | undefined): string | undefined {
  const { num_firing, num_resolved } = recordOf(details);
  const firing = countOf(num_firing) ?? countOf(/^\[FIRING:(\d{1,9})/.exec(summary ?? "")?.[1]);
  if (firing === undefined) return undefined;
  const resolved = countOf(num_resolved) ?? 0;
  return resolved > 0 ? `${firing}, ${resolved} resolved` : String(firing);
}

/** What the alerts have in common, the most telling first. */
export function commonFacts(alerts: readonly FiringAlert[]): FactList {
  const labels = alerts.map((alert) => alert.labels);
  const annotations = alerts.map((alert) => alert.annotations);
  return [
    ["Severity", commonText(labels, "severity", "level")],
    ["Environment", commonText(labels, "environment", "env")],
    ["Region", commonText(labels, "region")],
    ["Summary", commonText(annotations, "summary", "description", "message")],
    ["Value", alerts.length === 1 ? alerts[0]?.value : undefined],
    ["Cluster", commonText(labels, "cluster")],
    ["Namespace", commonText(labels, "namespace")],
    ["Service", commonText(labels, "service", "app")],
    ["Job", commonText(labels, "job")],
    ["Instance", commonText(labels, "instance", "host", "pod")],
  ];
}
