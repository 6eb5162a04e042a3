/** `state.values` as Slack sends it: every element that holds a value, filled in or not. */
import type { Block, ElementState, StateValues } from "../page_api.ts";
import { interactiveElements } from "./blocks.ts";

/** Where an element's value stands, and where the app may have set its first one. */
const HOLDS: Readonly<Record<string, { readonly key: string; readonly initial: string; readonly empty: unknown }>> = {
  plain_text_input: { key: "value", initial: "initial_value", empty: null },
  email_text_input: { key: "value", initial: "initial_value", empty: null },
  url_text_input: { key: "value", initial: "initial_value", empty: null },
  number_input: { key: "value", initial: "initial_value", empty: null },
  static_select: { key: "selected_option", initial: "initial_option", empty: null },
  external_select: { key: "selected_option", initial: "initial_option", empty: null },
  radio_buttons: { key: "selected_option", initial: "initial_option", empty: null },
  multi_static_select: { key: "selected_options", initial: "initial_options", empty: [] },
  multi_external_select: { key: "selected_options", initial: "initial_options", empty: [] },
  checkboxes: { key: "selected_options", initial: "initial_options", empty: [] },
  users_select: { key: "selected_user", initial: "initial_user", empty: null },
  multi_users_select: { key: "selected_users", initial: "initial_users", empty: [] },
  channels_select: { key: "selected_channel", initial: "initial_channel", empty: null },
  multi_channels_select: { key: "selected_channels", initial: "initial_channels", empty: [] },
  conversations_select: { key: "selected_conversation", initial: "initial_conversation", empty: null },
  multi_conversations_select: { key: "selected_conversations", initial: "initial_conversations", empty: [] },
  datepicker: { key: "selected_date", initial: "initial_date", empty: null },
  timepicker: { key: "selected_time", initial: "initial_time", empty: null },
  datetimepicker: { key: "selected_date_time", initial: "initial_date_time", empty: null },
};

/** The value that an element's state holds, whatever its kind; undefined for elements that hold none. */
export function heldValue(state: ElementState | undefined): unknown {
  const holds = state && HOLDS[state.type];
  return holds ? state[holds.key] : undefined;
}

/** The whole state of blocks: what the page sent, and for what it left out the value that the app had set. */
export function fullState(blocks: readonly Block[], sent: StateValues): StateValues {
  const values: Record<string, Record<string, ElementState>> = {};
  for (const { block, element } of interactiveElements(blocks)) {
    const holds = HOLDS[element.type];
    const actionId = element.action_id;
    if (!holds || actionId === undefined) continue;
    const given = sent[block.block_id]?.[actionId];
    const value = given && holds.key in given ? given[holds.key] : (element[holds.initial] ?? holds.empty);
    // Slack has no empty texts in a state: an emptied field is null.
    const isEmptied = value === "" || value === undefined;
    (values[block.block_id] ??= {})[actionId] = { type: element.type, [holds.key]: isEmptied ? holds.empty : value };
  }
  return values;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}

/** What Slack's client itself finds wrong before it asks the app: by block_id. */
export function inputErrors(blocks: readonly Block[], values: StateValues): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const { block, element } of interactiveElements(blocks)) {
    if (block.type !== "input") continue;
    const value = heldValue(values[block.block_id]?.[element.action_id ?? ""]);
    if (isEmpty(value)) {
      if (block["optional"] !== true) errors[block.block_id] = "Please complete this required field.";
    } else if (typeof value === "string") {
      const { min_length, max_length } = element as { min_length?: number; max_length?: number };
      if (min_length !== undefined && value.length < min_length)
        errors[block.block_id] = `Enter at least ${min_length} characters.`;
      if (max_length !== undefined && value.length > max_length)
        errors[block.block_id] = `Enter at most ${max_length} characters.`;
    }
  }
  return errors;
}
