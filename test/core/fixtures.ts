import { readFileSync } from "node:fs";

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8"));
}

/** The alerts of one recorded shape in test/fixtures/pagerduty/alerts. */
export function alertsOf(name: string): readonly unknown[] {
  const { alerts } = read(`pagerduty/alerts/${name}.json`) as { alerts: unknown[] };
  return alerts;
}

export function sentryIssue(): Record<string, unknown> {
  return read("sentry/issue.json") as Record<string, unknown>;
}
