/** How workflows start: webhook triggers by name, link triggers by addresses of their own. */
import { createHash } from "node:crypto";
import { parameterProblems } from "./parameters.ts";
import { workflowOf, type TriggerDefinition, type WorkflowDefinition } from "./app_definition.ts";
import { addActivity, type Platform } from "./platform.ts";
import type { Run, Values } from "./state.ts";
import type { Runs } from "./runs.ts";
import { TRIGGER_BODY_MAX_BYTES, TRIGGER_STRING_MAX_BYTES } from "./strictness.ts";
import { fillTemplates } from "./templates.ts";

/** A trigger's id and secret are derived from its name, so that its address outlives a restart. */
function digest(name: string, purpose: string, length: number): string {
  return createHash("sha256").update(`${purpose}:${name}`).digest("hex").slice(0, length);
}

/** The id that Slack would give a trigger. Those made at run time have theirs as their name. */
export function triggerId(name: string): string {
  return /^Ft[A-Z0-9]+$/.test(name) ? name : `Ft${digest(name, "id", 10).toUpperCase()}`;
}

/** The triggers of the app's files and those made at run time. */
export function allTriggers(platform: Platform): readonly (readonly [string, TriggerDefinition])[] {
  return [...platform.app.triggers, ...Object.entries(platform.state.triggers)];
}

/** A trigger by the name of its file or by its id. */
export function triggerNamed(
  platform: Platform,
  wanted: string,
): { readonly name: string; readonly definition: TriggerDefinition } | undefined {
  const found = allTriggers(platform).find(([name]) => name === wanted || triggerId(name) === wanted);
  return found && { name: found[0], definition: found[1] };
}

export function linkPath(name: string): string {
  return `/slack/shortcuts/${triggerId(name)}/${digest(name, "secret", 32)}`;
}

/** The link trigger of an address, whatever host it names: the sandbox may have moved to another port. */
export function triggerOfLink(
  platform: Platform,
  url: string,
): { name: string; definition: TriggerDefinition } | undefined {
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  for (const [name, definition] of allTriggers(platform)) {
    if (definition.type === "shortcut" && linkPath(name) === path) return { name, definition };
  }
  return undefined;
}

/** What is wrong with the body of a webhook trigger; undefined for flat texts of a size that Slack takes. */
export function webhookProblem(raw: string, body: unknown): string | undefined {
  if (Buffer.byteLength(raw) > TRIGGER_BODY_MAX_BYTES) return `the body is larger than ${TRIGGER_BODY_MAX_BYTES} bytes`;
  if (typeof body !== "object" || body === null || Array.isArray(body)) return "the body is not a JSON object";
  for (const [key, value] of Object.entries(body)) {
    if (typeof value !== "string") return `"${key}" is not a text`;
    if (Buffer.byteLength(value) > TRIGGER_STRING_MAX_BYTES) {
      return `"${key}" is longer than ${TRIGGER_STRING_MAX_BYTES} bytes`;
    }
  }
  return undefined;
}

export interface FireRequest {
  readonly name: string;
  readonly definition: TriggerDefinition;
  readonly data: Values;
  /** Inputs that a workflow button sets. */
  readonly customized?: Values;
  readonly startedBy?: string | undefined;
}

const BUTTON_TYPES = ["string", "slack#/types/channel_id", "slack#/types/user_id"];

/** What a workflow button may not set: only required inputs that the trigger leaves to it, of three types. */
function customizedProblem(request: FireRequest, workflow: WorkflowDefinition): string | undefined {
  for (const name of Object.keys(request.customized ?? {})) {
    const input = request.definition.inputs[name];
    if (!input || !("customizable" in input)) return `"${name}" cannot be set by a button`;
    const { properties, required } = workflow.input_parameters;
    if (!required.includes(name)) return `"${name}" is set by a button and not a required input of the workflow`;
    if (!BUTTON_TYPES.includes(properties[name]?.type ?? "")) return `"${name}" has a type that no button can set`;
  }
  return undefined;
}

function refuseStart(platform: Platform, request: FireRequest, workflow: WorkflowDefinition, problem: string): string {
  addActivity(platform, `Trigger ${request.name} did not start "${workflow.title}": ${problem}`);
  return problem;
}

/** Maps a trigger's inputs and starts its workflow; the problem, in one sentence, where the workflow does not start. */
export function fireTrigger(platform: Platform, runs: Runs, request: FireRequest): Run | string {
  const { manifest } = platform.app;
  const workflow = workflowOf(manifest, request.definition);
  if (!workflow) return `there is no workflow ${request.definition.workflow}`;
  const stray = customizedProblem(request, workflow.definition);
  if (stray !== undefined) return refuseStart(platform, request, workflow.definition, stray);
  const seconds = Math.floor(platform.deps.clock.now() / 1_000);
  const source = { data: request.data, event_timestamp: seconds };
  const inputs: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(request.definition.inputs)) {
    const value = "customizable" in input ? request.customized?.[name] : fillTemplates(input.value, source);
    if (value !== undefined) inputs[name] = value;
  }
  const problems = parameterProblems(manifest, workflow.definition.input_parameters, inputs);
  if (problems.length > 0) return refuseStart(platform, request, workflow.definition, problems.join("; "));
  return runs.start({
    workflow: workflow.id,
    definition: workflow.definition,
    trigger: request.name,
    inputs,
    startedBy: request.startedBy,
  });
}
