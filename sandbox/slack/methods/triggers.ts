import { z } from "zod";
import { APP } from "../../seed.ts";
import { TriggerDefinition, workflowOf } from "../app_definition.ts";
import { flag, id, json, method, wholeNumber, type Answer, type Method } from "../method.ts";
import { touch, type Platform } from "../platform.ts";
import { allTriggers, linkPath, triggerId, triggerNamed } from "../triggers.ts";
import { pageOf } from "./channel_access.ts";

const WRITE = ["triggers:write"];

function triggerBody(platform: Platform, name: string, trigger: TriggerDefinition): Answer {
  const workflow = workflowOf(platform.app.manifest, trigger);
  return {
    id: triggerId(name),
    type: trigger.type,
    name: trigger.name,
    description: trigger.description,
    workflow: {
      id: `Fn${workflow?.id ?? ""}`,
      workflow_id: `Wf${workflow?.id ?? ""}`,
      callback_id: workflow?.id ?? "",
      title: workflow?.definition.title ?? "",
      description: workflow?.definition.description ?? "",
      type: "workflow",
      app_id: APP.id,
    },
    inputs: trigger.inputs,
    ...(trigger.type === "shortcut" ? { shortcut_url: `${platform.baseUrl}${linkPath(name)}` } : {}),
    ...(trigger.type === "webhook" ? { webhook_url: `${platform.baseUrl}/slack/triggers/${name}` } : {}),
  };
}

const list = method(
  2,
  ["triggers:read"],
  z.object({
    cursor: z.string().optional(),
    limit: wholeNumber.pipe(z.int().min(1).max(1_000)).default(100),
    is_owner: flag.optional(),
    is_published: flag.optional(),
  }),
  (args, { platform }) => {
    const { items, response_metadata } = pageOf(allTriggers(platform), args.limit, args.cursor);
    return { triggers: items.map(([name, trigger]) => triggerBody(platform, name, trigger)), response_metadata };
  },
);

const fields = {
  type: z.string(),
  name: z.string().min(1),
  description: z.string().optional(),
  workflow: id,
  inputs: json(z.record(z.string(), z.unknown())).optional(),
};

/** What an app makes at run time must fit as its own files do. */
function readTrigger(platform: Platform, input: Readonly<Record<string, unknown>>): TriggerDefinition | Answer {
  const parsed = TriggerDefinition.safeParse(input);
  if (!parsed.success) return { error: "invalid_arguments" };
  return workflowOf(platform.app.manifest, parsed.data) ? parsed.data : { error: "workflow_not_found" };
}
const isTrigger = (value: TriggerDefinition | Answer): value is TriggerDefinition => !("error" in value);

const create = method(2, WRITE, z.looseObject(fields), (args, { platform }) => {
  const trigger = readTrigger(platform, args);
  if (!isTrigger(trigger)) return trigger;
  const name = platform.deps.id("Ft");
  platform.state.triggers[name] = trigger;
  touch(platform);
  return { trigger: triggerBody(platform, name, trigger) };
});

const update = method(2, WRITE, z.looseObject({ ...fields, trigger_id: id }), (args, { platform }) => {
  const { trigger_id, ...input } = args;
  const found = triggerNamed(platform, trigger_id);
  if (!found || !Object.hasOwn(platform.state.triggers, found.name)) return { error: "trigger_does_not_exist" };
  const trigger = readTrigger(platform, input);
  if (!isTrigger(trigger)) return trigger;
  platform.state.triggers[found.name] = trigger;
  touch(platform);
  return { trigger: triggerBody(platform, found.name, trigger) };
});

const remove = method(2, WRITE, z.object({ trigger_id: id }), (args, { platform }) => {
  const found = triggerNamed(platform, args.trigger_id);
  if (!found || !Object.hasOwn(platform.state.triggers, found.name)) return { error: "trigger_does_not_exist" };
  delete platform.state.triggers[found.name];
  touch(platform);
  return {};
});

export const TRIGGER_METHODS: Readonly<Record<string, Method>> = {
  "workflows.triggers.list": list,
  "workflows.triggers.create": create,
  "workflows.triggers.update": update,
  "workflows.triggers.delete": remove,
};
