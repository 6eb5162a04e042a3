/** The workflow engine: steps in order, each ended by functions.completeSuccess or completeError and by nothing else. */
import { parameterProblems } from "./parameters.ts";
import type { WorkflowDefinition } from "./app_definition.ts";
import { functionExecuted } from "./function_event.ts";
import type { CallOutcome } from "./deno_host.ts";
import { addActivity, addLog, addNotice, findExecution, isOpen, touch, type Platform } from "./platform.ts";
import type { Run, Step, Values } from "./state.ts";
import { OPEN_EXECUTION_LIFETIME_MS } from "./strictness.ts";
import { fillTemplates } from "./templates.ts";

export interface RunsDeps {
  readonly platform: Platform;
  /** Hands a body to the function's process, within the limit of main handlers. */
  readonly execute: (execution: string, body: Values) => Promise<CallOutcome>;
  /** Begins a step of Slack's own. Returns why it cannot; undefined where it was begun or is done. */
  readonly beginBuiltIn: (name: string, step: Step, runs: Runs) => string | undefined;
}

export interface StartRequest {
  readonly workflow: string;
  readonly definition: WorkflowDefinition;
  readonly trigger: string;
  readonly inputs: Values;
  readonly startedBy?: string | undefined;
}

export interface Runs {
  start(request: StartRequest): Run;
  /** Ends a step well. Answers Slack's error, or undefined and the run goes on. */
  succeed(execution: string, outputs: Values): { readonly error?: string; readonly messages?: readonly string[] };
  /** Ends a step and the run with it. Answers Slack's error. */
  fail(execution: string, error: string): { readonly error?: string };
  /** Ends a step because its person went away; nobody is told. */
  cancel(execution: string, why: string): void;
  /** Ends open executions as if Slack had given up on them. Returns how many. */
  expire(which: (step: Step) => boolean): number;
  /** Ends what is open for longer than an execution lives. */
  expireOld(): void;
  /** After a restart: what was running then has lost its process. What waited still waits. */
  endInterrupted(): void;
}

const MAX_RUNS = 300;

function stepOf(platform: Platform, entry: WorkflowDefinition["steps"][number]): Step {
  const callbackId = entry.function_id.replace(/^#\/functions\//, "");
  const builtIn = /^slack#\/functions\/(.+)$/.exec(entry.function_id)?.[1];
  return {
    id: entry.id,
    functionId: entry.function_id,
    title: platform.app.manifest.functions[callbackId]?.title ?? builtIn?.replaceAll("_", " ") ?? entry.function_id,
    status: "not_started",
    inputs: {},
    outputs: {},
    log: [],
  };
}

export function createRuns(deps: RunsDeps): Runs {
  const { platform } = deps;

  function endStep(step: Step, status: Step["status"], error?: string): void {
    step.status = status;
    if (error !== undefined) step.error = error;
    if (step.startedWall !== undefined) step.durationMs = Date.now() - step.startedWall;
    touch(platform);
  }

  function failRun(run: Run, step: Step, status: "failed" | "expired", error: string): void {
    endStep(step, status, error);
    run.status = "failed";
    const text = `Workflow "${run.title}" stopped at "${step.title}": ${error}`;
    addActivity(platform, text);
    addNotice(platform, run.startedBy, text);
  }

  function sourceOf(run: Run): Values {
    const steps = Object.fromEntries(run.steps.map((step) => [step.id, step.outputs]));
    return { inputs: run.inputs, steps };
  }

  function judge(run: Run, step: Step, execution: string, outcome: CallOutcome): void {
    if (!isOpen(findExecution(platform, execution))) return;
    if (outcome.kind === "timed_out") failRun(run, step, "failed", "the function took longer than Slack allows");
    else if (outcome.kind === "failed") failRun(run, step, "failed", outcome.error.split("\n")[0] ?? outcome.error);
    else {
      step.status = "waiting";
      touch(platform);
    }
  }

  function beginStep(run: Run, step: Step, template: Values): void {
    const execution = platform.deps.id("Fx");
    step.execution = execution;
    step.inputs = (fillTemplates(template, sourceOf(run)) ?? {}) as Values;
    step.status = "running";
    step.startedAt = platform.deps.clock.now();
    step.startedWall = Date.now();
    touch(platform);
    const builtIn = /^slack#\/functions\/(.+)$/.exec(step.functionId)?.[1];
    if (builtIn !== undefined) {
      const problem = deps.beginBuiltIn(builtIn, step, runs);
      if (problem !== undefined) failRun(run, step, "failed", problem);
      return;
    }
    const definition = platform.app.manifest.functions[step.functionId.replace(/^#\/functions\//, "")];
    if (!definition) return failRun(run, step, "failed", `there is no function ${step.functionId}`);
    const problems = parameterProblems(platform.app.manifest, definition.input_parameters, step.inputs);
    if (problems.length > 0) return failRun(run, step, "failed", `parameter_validation_failed: ${problems.join("; ")}`);
    void deps
      .execute(execution, functionExecuted(platform, run, step, execution))
      .catch((problem: unknown): CallOutcome => ({ kind: "failed", error: String(problem) }))
      .then((outcome) => judge(run, step, execution, outcome));
  }

  function goOn(run: Run): void {
    const next = run.steps.findIndex((step) => step.status === "not_started");
    const step = run.steps[next];
    const template = platform.app.manifest.workflows[run.workflow]?.steps[next];
    if (!step || !template) {
      run.status = "completed";
      addActivity(platform, `Workflow "${run.title}" completed`);
      return;
    }
    beginStep(run, step, template.inputs);
  }

  /** The completion's answer goes out before the next step begins, as it does at Slack. */
  function goOnSoon(run: Run): void {
    setImmediate(() => {
      if (run.status === "running" && platform.state.runs.includes(run)) goOn(run);
    });
  }

  const runs: Runs = {
    start({ workflow, definition, trigger, inputs, startedBy }) {
      const run: Run = {
        id: platform.deps.id("Wx"),
        workflow,
        title: definition.title,
        trigger,
        inputs,
        startedBy,
        startedAt: platform.deps.clock.now(),
        status: "running",
        steps: definition.steps.map((entry) => stepOf(platform, entry)),
      };
      forgetOldRuns(platform);
      platform.state.runs.push(run);
      addActivity(platform, `Workflow "${run.title}" started by trigger ${trigger}`);
      goOnSoon(run);
      return run;
    },
    succeed(id, outputs) {
      const execution = findExecution(platform, id);
      if (!execution) return { error: "function_execution_not_found" };
      if (!isOpen(execution)) return { error: "execution_not_in_running_state" };
      const { run, step } = execution;
      const definition = platform.app.manifest.functions[step.functionId.replace(/^#\/functions\//, "")];
      const problems = definition
        ? parameterProblems(platform.app.manifest, definition.output_parameters, outputs)
        : [];
      if (problems.length > 0) {
        addLog(platform, id, `the outputs were refused: ${problems.join("; ")}`);
        return { error: "parameter_validation_failed", messages: problems };
      }
      step.outputs = outputs;
      endStep(step, "completed");
      goOnSoon(run);
      return {};
    },
    fail(id, error) {
      const execution = findExecution(platform, id);
      if (!execution) return { error: "function_execution_not_found" };
      if (!isOpen(execution)) return { error: "execution_not_in_running_state" };
      failRun(execution.run, execution.step, "failed", error);
      return {};
    },
    cancel(id, why) {
      const execution = findExecution(platform, id);
      if (!isOpen(execution)) return;
      endStep(execution.step, "failed", why);
      execution.run.status = "failed";
      addActivity(platform, `Workflow "${execution.run.title}" ended: ${why}`);
    },
    expire(which) {
      let ended = 0;
      for (const run of platform.state.runs) {
        for (const step of run.steps) {
          if ((step.status !== "running" && step.status !== "waiting") || !which(step)) continue;
          failRun(run, step, "expired", "Slack ended the step, which had been open for too long");
          ended += 1;
        }
      }
      return ended;
    },
    expireOld() {
      const now = platform.deps.clock.now();
      runs.expire((step) => step.startedAt !== undefined && now - step.startedAt >= OPEN_EXECUTION_LIFETIME_MS);
    },
    endInterrupted() {
      for (const run of platform.state.runs) {
        if (run.status !== "running" || run.steps.some((step) => step.status === "waiting")) continue;
        const step = run.steps.find((candidate) => candidate.status !== "completed");
        if (step) failRun(run, step, "failed", "the sandbox was stopped while the step was running");
      }
    },
  };
  return runs;
}

/** Ended runs go first, the oldest of them; what waits for a person stays, however old. */
function forgetOldRuns(platform: Platform): void {
  const { runs } = platform.state;
  if (runs.length < MAX_RUNS) return;
  const oldest = runs.findIndex((run) => run.status !== "running");
  const [gone] = oldest < 0 ? [] : runs.splice(oldest, 1);
  const executions = new Set(gone?.steps.map((step) => step.execution));
  for (const [token, { execution }] of Object.entries(platform.state.tokens)) {
    if (executions.has(execution)) delete platform.state.tokens[token];
  }
}
