/** What the stand-in reads of an app's manifest and of its triggers. */
import { z } from "zod";

const Parameter = z.looseObject({ type: z.string(), title: z.string().optional(), description: z.string().optional() });
export type Parameter = z.infer<typeof Parameter>;

const ParameterSet = z.object({
  properties: z.record(z.string(), Parameter).default({}),
  required: z.array(z.string()).default([]),
});
export type ParameterSet = z.infer<typeof ParameterSet>;

const NO_PARAMETERS: ParameterSet = { properties: {}, required: [] };

const FunctionDefinition = z.object({
  title: z.string(),
  description: z.string().default(""),
  source_file: z.string(),
  input_parameters: ParameterSet.default(NO_PARAMETERS),
  output_parameters: ParameterSet.default(NO_PARAMETERS),
});
export type FunctionDefinition = z.infer<typeof FunctionDefinition>;

const WorkflowDefinition = z.object({
  title: z.string(),
  description: z.string().default(""),
  input_parameters: ParameterSet.default(NO_PARAMETERS),
  steps: z.array(
    z.object({ id: z.string(), function_id: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
export type WorkflowDefinition = z.infer<typeof WorkflowDefinition>;

const DatastoreDefinition = z.object({
  primary_key: z.string(),
  time_to_live_attribute: z.string().optional(),
  attributes: z.record(z.string(), z.looseObject({ type: z.string() })),
});
export type DatastoreDefinition = z.infer<typeof DatastoreDefinition>;

const CustomType = z.looseObject({ type: z.string() });

/** The built manifest, as the SDK's Manifest() gives it; keys that the stand-in has no use for are not looked at. */
export const AppManifest = z.object({
  display_information: z.object({ name: z.string() }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  outgoing_domains: z.array(z.string()).default([]),
  functions: z.record(z.string(), FunctionDefinition).default({}),
  workflows: z.record(z.string(), WorkflowDefinition).default({}),
  datastores: z.record(z.string(), DatastoreDefinition).default({}),
  types: z.record(z.string(), CustomType).default({}),
});
export type AppManifest = z.infer<typeof AppManifest>;

/** As far as the sandbox carries schedules out; what it does not know it refuses. */
const Schedule = z
  .strictObject({
    start_time: z.iso.datetime({ offset: true }),
    timezone: z.literal("UTC").default("UTC"),
    frequency: z.discriminatedUnion("type", [
      z.strictObject({ type: z.literal("once") }),
      z.strictObject({ type: z.literal("hourly"), repeats_every: z.int().min(1).default(1) }),
      z.strictObject({ type: z.literal("daily"), repeats_every: z.int().min(1).default(1) }),
    ]),
  })
  .refine(({ start_time }) => Date.parse(start_time) > Date.now(), "start_time has to be in the future");
export type Schedule = z.infer<typeof Schedule>;

/** A trigger's default export. Event triggers are listed and not fired. */
export const TriggerDefinition = z
  .looseObject({
    type: z.enum(["webhook", "shortcut", "scheduled", "event"]),
    name: z.string(),
    description: z.string().default(""),
    workflow: z.string(),
    inputs: z
      .record(z.string(), z.union([z.object({ value: z.unknown() }), z.object({ customizable: z.literal(true) })]))
      .default({}),
    schedule: Schedule.optional(),
  })
  .refine(
    ({ type, schedule }) => (type === "scheduled") === (schedule !== undefined),
    "a scheduled trigger, and no other, has a schedule",
  );
export type TriggerDefinition = z.infer<typeof TriggerDefinition>;

export interface AppDefinition {
  readonly manifest: AppManifest;
  /** By the name of their file without its extension: triggers/open_triage.ts is "open_triage". */
  readonly triggers: ReadonlyMap<string, TriggerDefinition>;
}

/** The workflow that a trigger names as "#/workflows/<callback_id>"; undefined where the manifest has none of that name. */
export function workflowOf(
  manifest: AppManifest,
  trigger: TriggerDefinition,
): { readonly id: string; readonly definition: WorkflowDefinition } | undefined {
  const id = trigger.workflow.replace(/^#\/workflows\//, "");
  const definition = manifest.workflows[id];
  return definition && { id, definition };
}
