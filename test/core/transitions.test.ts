import { describe, expect, it } from "vitest";
import type { Incident, IncidentStatus, Person } from "../../core/incident.ts";
import {
  ALLOWED_FROM,
  type Command,
  type CommandType,
  type RefusalCode,
  type TransitionReason,
  transition,
} from "../../core/transitions.ts";

const dana: Person = { slackUserId: "U0DANA", name: "Dana Ortiz", email: "dana@example.com" };
const ravi: Person = { slackUserId: "U0RAVI", name: "Ravi Menon" };
const base = {
  id: "in_1",
  number: "142",
  title: "Checkout fails",
  serviceId: "PCHECK1",
  serviceName: "Checkout",
  openedAt: 1_000,
};
const decided = { decidedBy: dana, decidedAt: 2_000 };

const incidents: { readonly [Status in IncidentStatus]: Incident & { readonly status: Status } } = {
  triage: { ...base, status: "triage" },
  active: { ...base, ...decided, status: "active" },
  merged: { ...base, ...decided, status: "merged", mergedInto: "in_2" },
  dismissed: { ...base, ...decided, status: "dismissed", reason: "test", note: "" },
  resolved: { ...base, ...decided, status: "resolved", resolvedBy: dana, resolvedAt: 3_000, summary: "" },
};
const target: Incident = { ...incidents.active, id: "in_2" };

const press = { by: ravi, at: 9_000 };
const commands: { readonly [Type in CommandType]: Command & { readonly type: Type } } = {
  create: { ...press, type: "create" },
  merge: { ...press, type: "merge", target },
  dismiss: { ...press, type: "dismiss", reason: "false_alarm", note: "noisy" },
  resolve: { ...press, type: "resolve", summary: "rolled back" },
  reopen: { ...press, type: "reopen" },
  undo: { ...press, type: "undo" },
  attach: { ...press, type: "attach" },
  detach: { ...press, type: "detach" },
  set_aside: { ...press, type: "set_aside" },
};

type Cell = `to ${IncidentStatus}, ${TransitionReason}` | RefusalCode;
/** Every cell of command × status, written out by hand: what the table of the rules must come out as. */
const CELLS: Record<CommandType, Record<IncidentStatus, Cell>> = {
  create: {
    triage: "to active, person_created",
    active: "already_decided",
    merged: "already_decided",
    dismissed: "already_decided",
    resolved: "already_decided",
  },
  merge: {
    triage: "to merged, person_merged",
    active: "already_decided",
    merged: "already_decided",
    dismissed: "already_decided",
    resolved: "already_decided",
  },
  dismiss: {
    triage: "to dismissed, person_dismissed",
    active: "already_decided",
    merged: "already_decided",
    dismissed: "already_decided",
    resolved: "already_decided",
  },
  resolve: {
    triage: "not_decided_yet",
    active: "to resolved, person_resolved",
    merged: "closed",
    dismissed: "closed",
    resolved: "closed",
  },
  reopen: {
    triage: "not_closed",
    active: "not_closed",
    merged: "closed",
    dismissed: "closed",
    resolved: "to active, person_reopened",
  },
  undo: {
    triage: "not_closed",
    active: "not_closed",
    merged: "to triage, person_undid",
    dismissed: "to triage, person_undid",
    resolved: "closed",
  },
  attach: {
    triage: "to triage, person_attached",
    active: "to active, person_attached",
    merged: "closed",
    dismissed: "closed",
    resolved: "closed",
  },
  detach: {
    triage: "to triage, person_detached",
    active: "to active, person_detached",
    merged: "closed",
    dismissed: "closed",
    resolved: "closed",
  },
  set_aside: {
    triage: "to triage, person_set_aside",
    active: "to active, person_set_aside",
    merged: "closed",
    dismissed: "closed",
    resolved: "closed",
  },
};

/** What differs from the cell: how the command comes out, and whether the table of the rules says the same. */
function problemsOf(type: CommandType, status: IncidentStatus): string[] {
  const outcome = transition(incidents[status], commands[type]);
  const found = outcome.ok ? `to ${outcome.value.incident.status}, ${outcome.value.why}` : outcome.refusal;
  const cell = CELLS[type][status];
  return [
    ...(found === cell ? [] : [`came out as ${found}`]),
    ...(ALLOWED_FROM[type].includes(status) === cell.startsWith("to ") ? [] : ["the table says otherwise"]),
  ];
}

describe("the table of transitions", () => {
  for (const [type, row] of Object.entries(CELLS) as [CommandType, Record<IncidentStatus, Cell>][]) {
    for (const [status, cell] of Object.entries(row) as [IncidentStatus, Cell][]) {
      it(`${type} from ${status}: ${cell}`, () => {
        const before = structuredClone(incidents[status]);
        expect(problemsOf(type, status)).toEqual([]);
        expect(incidents[status], "a rule changes nothing that it was given").toEqual(before);
      });
    }
  }
});

describe("a row of the table that is inverted", () => {
  const table = ALLOWED_FROM as Record<CommandType, readonly IncidentStatus[]>;
  const statuses = Object.keys(incidents) as IncidentStatus[];

  /** The statuses whose tests above would fail with this row in the table. */
  function noticedWith(type: CommandType, row: readonly IncidentStatus[]): IncidentStatus[] {
    const before = table[type];
    table[type] = row;
    try {
      return statuses.filter((status) => problemsOf(type, status).length > 0);
    } finally {
      table[type] = before;
    }
  }

  it.each(Object.keys(CELLS) as CommandType[])("makes every test of %s fail", (type) => {
    const inverted = statuses.filter((status) => !table[type].includes(status));
    expect(noticedWith(type, inverted)).toEqual(statuses);
  });

  it.each(Object.keys(CELLS) as CommandType[])("in one place makes the test of that place of %s fail", (type) => {
    for (const status of statuses) {
      const has = table[type].includes(status);
      const row = has ? table[type].filter((one) => one !== status) : [...table[type], status];
      expect(noticedWith(type, row)).toEqual([status]);
    }
  });
});

describe("what an incident is after", () => {
  const after = (incident: Incident, command: Command): Incident => {
    const outcome = transition(incident, command);
    if (!outcome.ok) throw new Error(`refused: ${outcome.refusal}`);
    return outcome.value.incident;
  };

  it("create: by whom and when", () => {
    expect(after(incidents.triage, commands.create)).toEqual({
      ...base,
      status: "active",
      decidedBy: ravi,
      decidedAt: 9_000,
    });
  });

  it("merge: into which", () => {
    expect(after(incidents.triage, commands.merge)).toEqual({
      ...base,
      status: "merged",
      decidedBy: ravi,
      decidedAt: 9_000,
      mergedInto: "in_2",
    });
  });

  it("dismiss: why", () => {
    expect(after(incidents.triage, commands.dismiss)).toMatchObject({ reason: "false_alarm", note: "noisy" });
  });

  it("resolve: the decision stays, the summary comes", () => {
    expect(after(incidents.active, commands.resolve)).toEqual({
      ...incidents.active,
      status: "resolved",
      resolvedBy: ravi,
      resolvedAt: 9_000,
      summary: "rolled back",
    });
  });

  it("undo: nothing of the decision is left", () => {
    expect(after(incidents.merged, commands.undo)).toEqual({ ...base, status: "triage" });
    expect(after(incidents.dismissed, commands.undo)).toEqual({ ...base, status: "triage" });
  });

  it("reopen: nothing of the closing is left, and the decision is whose and when it was", () => {
    expect(after(incidents.resolved, commands.reopen)).toEqual(incidents.active);
  });
});

describe("merging", () => {
  const into = (other: Incident) => transition(incidents.triage, { ...commands.merge, target: other });

  it("into itself is refused", () => {
    expect(into(incidents.triage)).toEqual({ ok: false, refusal: "merge_into_self" });
  });

  it.each(["triage", "active"] as const)("into another incident in %s is accepted", (status) => {
    expect(into({ ...incidents[status], id: "in_2" }).ok).toBe(true);
  });

  it.each(["merged", "dismissed", "resolved"] as const)("into a %s incident is refused", (status) => {
    expect(into({ ...incidents[status], id: "in_2" })).toEqual({ ok: false, refusal: "merge_into_closed" });
  });
});
