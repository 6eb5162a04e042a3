/** How bad an incident is, as its responders judge it; the words are the ones people see. */
export const SEVERITIES = { SEV1: "critical", SEV2: "major", SEV3: "minor", SEV4: "low" } as const;
export type Severity = keyof typeof SEVERITIES;

/** What is read from a record or a press; empty for anything that is no severity. */
export function parseSeverity(value: unknown): Severity | "" {
  return typeof value === "string" && Object.hasOwn(SEVERITIES, value) ? (value as Severity) : "";
}

/** As people read it: "SEV2 major". */
export function severityText(severity: Severity): string {
  return `${severity} ${SEVERITIES[severity]}`;
}
