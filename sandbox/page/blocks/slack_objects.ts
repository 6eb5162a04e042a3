/**
 * Careful readers of Block Kit's JSON. The server has checked it; these only give it types, and undefined for what is
 * not there.
 */
import type { OptionObject } from "../../page_api.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface TextObject {
  readonly type: "mrkdwn" | "plain_text";
  readonly text: string;
  readonly emoji: boolean;
}

export interface OptionGroup {
  readonly label: string;
  readonly options: readonly OptionObject[];
}

export interface Confirm {
  readonly title: string;
  readonly text: TextObject;
  readonly confirm: string;
  readonly deny: string;
  readonly danger: boolean;
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function readNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function readStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function readObjects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function readText(value: unknown): TextObject | undefined {
  if (!isJson(value) || typeof value["text"] !== "string") return undefined;
  const type = value["type"] === "mrkdwn" ? "mrkdwn" : "plain_text";
  return { type, text: value["text"], emoji: value["emoji"] !== false };
}

export function readOption(value: unknown): OptionObject | undefined {
  if (!isJson(value)) return undefined;
  const text = readText(value["text"]);
  const description = readText(value["description"]);
  if (!text || typeof value["value"] !== "string") return undefined;
  return {
    text: { type: text.type, text: text.text },
    value: value["value"],
    ...(description ? { description: { type: description.type, text: description.text } } : {}),
  };
}

export function readOptions(value: unknown): readonly OptionObject[] {
  return readObjects(value)
    .map(readOption)
    .filter((option) => option !== undefined);
}

export function readGroups(value: unknown): readonly OptionGroup[] {
  return readObjects(value).map((group) => ({
    label: readText(group["label"])?.text ?? "",
    options: readOptions(group["options"]),
  }));
}

/** All options of a select, whether grouped or not; ungrouped ones come as one group without a label. */
export function groupsOf(element: Json): readonly OptionGroup[] {
  const groups = readGroups(element["option_groups"]);
  return groups.length > 0 ? groups : [{ label: "", options: readOptions(element["options"]) }];
}

export function readConfirm(value: unknown): Confirm | undefined {
  if (!isJson(value)) return undefined;
  return {
    title: readText(value["title"])?.text ?? "Are you sure?",
    text: readText(value["text"]) ?? { type: "plain_text", text: "", emoji: true },
    confirm: readText(value["confirm"])?.text ?? "Yes",
    deny: readText(value["deny"])?.text ?? "Cancel",
    danger: value["style"] === "danger",
  };
}
