import {
  type Decider,
  type DismissReason,
  isPerson,
  type Incident,
  type IncidentStatus,
  type Person,
  type Rule,
  isOpen,
} from "./incident.ts";
import { accept, refuse, type Result } from "./result.ts";
import type { Instant } from "./time.ts";

/** What people can do to an incident. `by` and `at` are the press: who and when. */
export type Command =
  | { readonly type: "create"; readonly by: Person; readonly at: Instant }
  | { readonly type: "merge"; readonly by: Person; readonly at: Instant; readonly target: Incident }
  | {
      readonly type: "dismiss";
      readonly by: Decider;
      readonly at: Instant;
      readonly reason: DismissReason;
      readonly note: string;
    }
  | { readonly type: "resolve"; readonly by: Person; readonly at: Instant; readonly summary: string }
  | { readonly type: "reopen"; readonly by: Person; readonly at: Instant }
  | { readonly type: "undo"; readonly by: Person; readonly at: Instant }
  | { readonly type: "attach" | "detach" | "set_aside"; readonly by: Person; readonly at: Instant };
export type CommandType = Command["type"];

/** The statuses each command may start from; everything else is refused. */
export const ALLOWED_FROM: Readonly<Record<CommandType, readonly IncidentStatus[]>> = {
  create: ["triage"],
  merge: ["triage"],
  dismiss: ["triage"],
  resolve: ["active"],
  reopen: ["resolved"],
  attach: ["triage", "active"],
  detach: ["triage", "active"],
  undo: ["merged", "dismissed"],
  set_aside: ["triage", "active"],
};

/** Why a decision came out as it did: reaches the timeline, the log and the tests. */
export type TransitionReason =
  | "person_created"
  | "person_merged"
  | "person_dismissed"
  | Rule["rule"]
  | "person_resolved"
  | "person_reopened"
  | "person_undid"
  | "person_attached"
  | "person_detached"
  | "person_set_aside";

export type RefusalCode =
  "not_decided_yet" | "already_decided" | "not_closed" | "closed" | "merge_into_self" | "merge_into_closed";

export interface Transition {
  readonly incident: Incident;
  readonly why: TransitionReason;
}

/** Carries out a command on an incident, or refuses it with the reason. Pure: nothing is read or written. */
export function transition(incident: Incident, command: Command): Result<Transition, RefusalCode> {
  if (!ALLOWED_FROM[command.type].includes(incident.status)) return refuse(refusalOf(incident, command.type));
  const { id, number, title, serviceId, serviceName, openedAt } = incident;
  const base = { id, number, title, serviceId, serviceName, openedAt };
  switch (command.type) {
    case "create":
      return accept({ incident: { ...base, ...decisionOf(command), status: "active" }, why: "person_created" });
    case "merge":
      if (command.target.id === incident.id) return refuse("merge_into_self");
      // Alerts never join a closed incident, so only an open one can take another in.
      if (!isOpen(command.target)) return refuse("merge_into_closed");
      return accept({
        incident: { ...base, ...decisionOf(command), status: "merged", mergedInto: command.target.id },
        why: "person_merged",
      });
    case "dismiss":
      return accept({
        incident: {
          ...base,
          ...decisionOf(command),
          status: "dismissed",
          reason: command.reason,
          note: command.note,
        },
        why: isPerson(command.by) ? "person_dismissed" : command.by.rule,
      });
    case "resolve":
      if (incident.status !== "active") return refuse("not_decided_yet");
      return accept({
        incident: {
          ...incident,
          status: "resolved",
          resolvedBy: command.by,
          resolvedAt: command.at,
          summary: command.summary,
        },
        why: "person_resolved",
      });
    case "reopen": {
      if (incident.status !== "resolved") return refuse(refusalOf(incident, "reopen"));
      // The decision stands, and with it who made it and when: only the closing is taken back.
      const { decidedBy, decidedAt } = incident;
      return accept({ incident: { ...base, decidedBy, decidedAt, status: "active" }, why: "person_reopened" });
    }
    case "undo":
      return accept({ incident: { ...base, status: "triage" }, why: "person_undid" });
    case "attach":
      return accept({ incident, why: "person_attached" });
    case "detach":
      return accept({ incident, why: "person_detached" });
    case "set_aside":
      return accept({ incident, why: "person_set_aside" });
  }
}

function decisionOf<By>({ by, at }: { readonly by: By; readonly at: Instant }) {
  return { decidedBy: by, decidedAt: at };
}

function refusalOf(incident: Incident, command: CommandType): RefusalCode {
  if (command === "resolve" && incident.status === "triage") return "not_decided_yet";
  if (command === "reopen" || command === "undo") return isOpen(incident) ? "not_closed" : "closed";
  if (command === "create" || command === "merge" || command === "dismiss") return "already_decided";
  return "closed";
}
