/** Slack's own steps that workflows here may use: OpenForm, SendMessage, SendDm. */
import { APP } from "../seed.ts";
import { openForm } from "./forms.ts";
import { permalink, targetChannel } from "./methods/chat.ts";
import { addMessage, type Platform } from "./platform.ts";
import type { Runs } from "./runs.ts";
import type { Channel, Step, Values } from "./state.ts";

/** The text of a message input, which may be a text or rich text. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(textOf).join("");
  if (typeof value !== "object" || value === null) return "";
  const { text, elements } = value as { readonly text?: unknown; readonly elements?: unknown };
  return text !== undefined ? textOf(text) : textOf(elements);
}

function send(platform: Platform, step: Step, runs: Runs, channel: Channel | undefined): string | undefined {
  const text = textOf(step.inputs["message"]);
  if (!channel) return "channel_not_found";
  if (channel.isArchived) return "is_archived";
  if (text === "") return `parameter_validation_failed: "message" is required and missing`;
  if (step.inputs["interactive_blocks"] !== undefined)
    return "messages with buttons of this step are not supported here";
  const message = addMessage(platform, { channel, user: APP.botUserId, text });
  const seconds = Math.floor(platform.deps.clock.now() / 1_000);
  const outputs: Values = {
    message_timestamp: Math.floor(Number(message.ts)),
    message_link: permalink(message),
    message_context: { message_ts: message.ts, channel_id: channel.id, user_id: APP.botUserId },
    timestamp_started: seconds,
    timestamp_completed: seconds,
  };
  runs.succeed(step.execution ?? "", outputs);
  return undefined;
}

/** Begins a built-in step; why it cannot be done where it cannot. */
export function beginBuiltIn(platform: Platform, name: string, step: Step, runs: Runs): string | undefined {
  const target = (input: string) => {
    const id = step.inputs[input];
    return typeof id === "string" ? targetChannel(platform, id) : undefined;
  };
  if (name === "open_form") return openForm(platform, step);
  if (name === "send_message") return send(platform, step, runs, target("channel_id"));
  if (name === "send_dm") return send(platform, step, runs, target("user_id"));
  return `Slack's own step "${name}" is not supported here`;
}
