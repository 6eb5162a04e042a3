/** `state.values` as Slack sends it: what the elements of a message or modal hold. */
import type { Block, ElementState, StateValues } from "../../page_api.ts";
import {
  groupsOf,
  isJson,
  readNumber,
  type Json,
  readObjects,
  readOption,
  readOptions,
  readString,
  readStrings,
} from "./slack_objects.ts";

/** What somebody changed, by {@link fieldKey}. Kept when the app redraws the view, as Slack keeps it. */
export type Changes = ReadonlyMap<string, ElementState>;

export function fieldKey(blockId: string, actionId: string): string {
  return JSON.stringify([blockId, actionId]);
}

/** The value an element begins with; undefined for one that holds none, such as a button. */
export function initialState(element: Json): ElementState | undefined {
  const type = readString(element["type"]) ?? "";
  switch (type) {
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
      return { type, value: readString(element["initial_value"]) ?? null };
    case "rich_text_input":
      return { type, rich_text_value: element["initial_value"] ?? null };
    case "static_select":
    case "external_select":
    case "radio_buttons":
      return { type, selected_option: readOption(element["initial_option"]) ?? null };
    case "multi_static_select":
    case "multi_external_select":
    case "checkboxes":
      return { type, selected_options: readOptions(element["initial_options"]) };
    case "users_select":
      return { type, selected_user: readString(element["initial_user"]) ?? null };
    case "multi_users_select":
      return { type, selected_users: readStrings(element["initial_users"]) };
    case "channels_select":
      return { type, selected_channel: readString(element["initial_channel"]) ?? null };
    case "conversations_select":
      return { type, selected_conversation: readString(element["initial_conversation"]) ?? null };
    case "datepicker":
      return { type, selected_date: readString(element["initial_date"]) ?? null };
    case "timepicker":
      return { type, selected_time: readString(element["initial_time"]) ?? null };
    case "datetimepicker":
      return { type, selected_date_time: readNumber(element["initial_date_time"]) ?? null };
    case "multi_channels_select":
      return { type, selected_channels: readStrings(element["initial_channels"]) };
    case "multi_conversations_select":
      return { type, selected_conversations: readStrings(element["initial_conversations"]) };
    default:
      return undefined;
  }
}

/** The interactive elements of a block, in reading order. */
export function elementsOf(block: Block): readonly Json[] {
  if (block.type === "actions") return readObjects(block["elements"]);
  if (block.type === "section" && isJson(block["accessory"])) return [block["accessory"]];
  if (block.type === "input" && isJson(block["element"])) return [block["element"]];
  return [];
}

/** Slack's `state.values`: every element that holds a value, changed or not, of the blocks that are there now. */
export function stateValues(blocks: readonly Block[], changes: Changes): StateValues {
  const values: Record<string, Record<string, ElementState>> = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const actionId = readString(element["action_id"]);
      const state = currentState(block.block_id, element, changes);
      if (actionId === undefined || !state) continue;
      (values[block.block_id] ??= {})[actionId] = state;
    }
  }
  return values;
}

/** What an element holds now. */
export function currentState(blockId: string, element: Json, changes: Changes): ElementState | undefined {
  const initial = initialState(element);
  if (!initial) return undefined;
  const changed = changes.get(fieldKey(blockId, readString(element["action_id"]) ?? ""));
  return changed && changed.type === initial.type ? changed : initial;
}

function isEmpty(state: ElementState): boolean {
  return Object.entries(state).every(
    ([key, value]) => key === "type" || value === null || value === "" || (Array.isArray(value) && value.length === 0),
  );
}

/** What Slack's client checks itself before it submits a form: messages by block_id, empty where all is well. */
export function clientErrors(blocks: readonly Block[], changes: Changes): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const block of blocks) {
    const element = block.type === "input" ? elementsOf(block)[0] : undefined;
    const state = element ? currentState(block.block_id, element, changes) : undefined;
    if (!element || !state) continue;
    if (isEmpty(state)) {
      if (block["optional"] !== true) errors[block.block_id] = "Please complete this required field.";
      continue;
    }
    const problem = lengthProblem(element, readString(state["value"]));
    if (problem) errors[block.block_id] = problem;
  }
  return errors;
}

/** Of what was said against a form, what concerns blocks that nobody has changed since. */
export function standingErrors(
  blocks: readonly Block[],
  errors: Readonly<Record<string, string>>,
  before: Changes,
  now: Changes,
): Readonly<Record<string, string>> {
  const isTouched = (block: Block) =>
    elementsOf(block)
      .map((element) => fieldKey(block.block_id, readString(element["action_id"]) ?? ""))
      .some((key) => before.get(key) !== now.get(key));
  const touched = blocks.filter(isTouched).map(({ block_id }) => block_id);
  return Object.fromEntries(Object.entries(errors).filter(([blockId]) => !touched.includes(blockId)));
}

function lengthProblem(element: Json, value: string | undefined): string | undefined {
  const { min_length: min, max_length: max } = element;
  if (value === undefined) return undefined;
  if (typeof min === "number" && value.length < min) return `Please enter at least ${min} characters.`;
  if (typeof max === "number" && value.length > max) return `Please enter at most ${max} characters.`;
  return undefined;
}

/** What an element adds to its action when it is pressed or changed. */
export function actionPayload(state: ElementState): Readonly<Record<string, unknown>> {
  const { type: _, ...payload } = state;
  return payload;
}

/** The option with this value among the element's own. */
export function optionByValue(element: Json, value: string) {
  return groupsOf(element)
    .flatMap((group) => group.options)
    .find((option) => option.value === value);
}
