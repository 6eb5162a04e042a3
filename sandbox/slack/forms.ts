/** Slack's own step OpenForm: a modal made of the declared fields, whose values are the step's outputs. */
import { z } from "zod";
import type { SubmitAnswer, SubmitRequest } from "../page_api.ts";
import { interactivityOf, takePointer } from "./credentials.ts";
import { addNotice, findExecution, isOpen, type Platform } from "./platform.ts";
import type { Runs } from "./runs.ts";
import type { Step, Values, View } from "./state.ts";
import { fullState, heldValue, inputErrors } from "./view_state.ts";
import { openView, popView, readView } from "./views.ts";

const Field = z.looseObject({
  name: z.string().min(1),
  title: z.string().min(1),
  type: z.string(),
  description: z.string().optional(),
  long: z.boolean().optional(),
  default: z.unknown().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  enum: z.array(z.unknown()).optional(),
  choices: z.array(z.object({ value: z.unknown(), title: z.string(), description: z.string().optional() })).optional(),
  items: z.looseObject({ type: z.string() }).optional(),
});
type Field = z.infer<typeof Field>;

const Inputs = z.object({
  title: z.string().min(1),
  description: z.string().optional(),
  submit_label: z.string().optional(),
  fields: z.object({ elements: z.array(Field).min(1), required: z.array(z.string()).default([]) }),
  interactivity: z.looseObject({ interactivity_pointer: z.string() }),
});

const plain = (text: string) => ({ type: "plain_text", text });

function choicesOf(field: Field) {
  const titles = new Map(field.choices?.map((choice) => [choice.value, choice.title]));
  const values = field.enum ?? field.choices?.map((choice) => choice.value) ?? [];
  return values.map((value) => ({ text: plain(titles.get(value) ?? String(value)), value: String(value) }));
}

/** The elements of Slack's form for a field of each type. */
function elementOf(field: Field): Values | undefined {
  const first = field.default;
  const options = choicesOf(field);
  const initial = (key: string) => (first === undefined ? {} : { [key]: first });
  if (options.length > 0) {
    const chosen = options.filter(({ value }) =>
      (Array.isArray(first) ? first.map(String) : [String(first)]).includes(value),
    );
    if (field.type === "array") {
      return { type: "multi_static_select", options, ...(chosen.length > 0 ? { initial_options: chosen } : {}) };
    }
    return { type: "static_select", options, ...(chosen[0] ? { initial_option: chosen[0] } : {}) };
  }
  switch (field.type) {
    case "string":
    case "slack#/types/rich_text":
      return {
        type: "plain_text_input",
        multiline: field.long === true || field.type !== "string",
        ...initial("initial_value"),
        ...(field.minLength !== undefined ? { min_length: field.minLength } : {}),
        ...(field.maxLength !== undefined ? { max_length: field.maxLength } : {}),
      };
    case "integer":
    case "number":
      return {
        type: "number_input",
        is_decimal_allowed: field.type === "number",
        ...(typeof first === "number" ? { initial_value: String(first) } : {}),
      };
    case "boolean": {
      const yes = { text: plain(field.title.slice(0, 75)), value: "true" };
      return { type: "checkboxes", options: [yes], ...(first === true ? { initial_options: [yes] } : {}) };
    }
    case "slack#/types/user_id":
      return { type: "users_select", ...initial("initial_user") };
    case "slack#/types/channel_id":
      return { type: "channels_select", ...initial("initial_channel") };
    case "slack#/types/date":
      return { type: "datepicker", ...initial("initial_date") };
    case "slack#/types/timestamp":
      return { type: "datetimepicker", ...initial("initial_date_time") };
    case "array":
      if (field.items?.type === "slack#/types/user_id")
        return { type: "multi_users_select", ...initial("initial_users") };
      if (field.items?.type === "slack#/types/channel_id") {
        return { type: "multi_channels_select", ...initial("initial_channels") };
      }
  }
  return undefined;
}

function blockOf(field: Field, isRequired: boolean): Values | undefined {
  const element = elementOf(field);
  return (
    element && {
      type: "input",
      block_id: field.name,
      label: plain(field.title),
      ...(field.description ? { hint: plain(field.description) } : {}),
      // A tick box is answered by leaving it empty.
      optional: !isRequired || field.type === "boolean",
      element: { ...element, action_id: field.name },
    }
  );
}

/** Opens the form of a step; why it cannot be opened where it cannot. */
export function openForm(platform: Platform, step: Step): string | undefined {
  const parsed = Inputs.safeParse(step.inputs);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `parameter_validation_failed: ${issue?.path.join(".")} ${issue?.message}`;
  }
  const { title, description, submit_label, fields, interactivity } = parsed.data;
  const blocks: Values[] = [];
  if (description)
    blocks.push({ type: "section", block_id: "form:description", text: { type: "mrkdwn", text: description } });
  for (const field of fields.elements) {
    const block = blockOf(field, fields.required.includes(field.name));
    if (!block) return `the form's field "${field.name}" has the type ${field.type}, which is not supported here`;
    blocks.push(block);
  }
  const read = readView(platform, {
    type: "modal",
    title: plain(title.slice(0, 24)),
    submit: plain(submit_label ?? "Submit"),
    close: plain("Cancel"),
    blocks,
  });
  if (!read.ok) return `the form cannot be shown: ${read.messages.join("; ")}`;
  const pointer = takePointer(platform, interactivity.interactivity_pointer);
  if (typeof pointer === "string") return `${pointer}_interactivity_pointer`;
  openView(platform, { user: pointer.user, execution: step.execution ?? "", kind: "form", content: read.content });
  step.status = "waiting";
  return undefined;
}

function isSelection(value: unknown): value is { readonly value: string } {
  return typeof value === "object" && value !== null && "value" in value;
}

/** A field's value in the type that the form declares; undefined for what was left empty. */
function typed(field: Field, held: unknown): unknown {
  if (field.type === "boolean") return Array.isArray(held) && held.length > 0;
  if (held === null || held === undefined || (Array.isArray(held) && held.length === 0)) return undefined;
  const chosen = (one: unknown): unknown => (isSelection(one) ? one.value : one);
  const bare: unknown = Array.isArray(held) ? held.map(chosen) : chosen(held);
  if (field.type === "integer" || field.type === "number") return Number(bare);
  if (field.type === "slack#/types/rich_text") {
    const elements = [{ type: "rich_text_section", elements: [{ type: "text", text: bare }] }];
    return [{ type: "rich_text", elements }];
  }
  return bare;
}

export function submitForm(platform: Platform, runs: Runs, view: View, request: SubmitRequest): SubmitAnswer {
  const state = fullState(view.blocks, request.state);
  const errors = inputErrors(view.blocks, state);
  if (Object.keys(errors).length > 0) return { errors };
  const execution = findExecution(platform, view.execution);
  popView(platform, view);
  if (!isOpen(execution)) {
    addNotice(platform, view.user, "This form no longer works. What it belonged to has ended.");
    return { errors: {} };
  }
  const fields: Record<string, unknown> = {};
  for (const field of Inputs.parse(execution.step.inputs).fields.elements) {
    const value = typed(field, heldValue(state[field.name]?.[field.name]));
    if (value !== undefined) fields[field.name] = value;
  }
  runs.succeed(view.execution, {
    fields,
    interactivity: interactivityOf(platform, view.user),
    submit_user: view.user,
    timestamp_started: Math.floor((execution.step.startedAt ?? 0) / 1_000),
    timestamp_completed: Math.floor(platform.deps.clock.now() / 1_000),
  });
  return { errors: {} };
}

/** A form that is closed ends its run, and nobody needs to be told. */
export function closeForm(platform: Platform, runs: Runs, view: View): void {
  popView(platform, view);
  runs.cancel(view.execution, "the form was closed");
}
