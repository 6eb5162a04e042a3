/** Whether values fit the parameters that the manifest declares, in the strictest reading. */
import type { AppManifest, Parameter, ParameterSet } from "./app_definition.ts";
import type { Values } from "./state.ts";

const isText = (value: unknown) => typeof value === "string";
const matches = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);
const isWhole = (value: unknown) => Number.isSafeInteger(value);
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Slack's own types take neither null nor an empty text. */
const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: isText,
  boolean: (value) => typeof value === "boolean",
  integer: isWhole,
  number: (value) => typeof value === "number" && Number.isFinite(value),
  array: Array.isArray,
  object: isObject,
  "slack#/types/channel_id": matches(/^[CDG][A-Z0-9]+$/),
  "slack#/types/user_id": matches(/^[UW][A-Z0-9]+$/),
  "slack#/types/usergroup_id": matches(/^S[A-Z0-9]+$/),
  "slack#/types/timestamp": isWhole,
  "slack#/types/date": matches(/^\d{4}-\d\d-\d\d$/),
  "slack#/types/message_ts": matches(/^\d+\.\d{6}$/),
  "slack#/types/interactivity": (value) =>
    isObject(value) && typeof (value as Values)["interactivity_pointer"] === "string",
  "slack#/types/user_context": (value) => isObject(value) && typeof (value as Values)["id"] === "string",
  "slack#/types/message_context": (value) => isObject(value) && typeof (value as Values)["message_ts"] === "string",
  "slack#/types/rich_text": (value) => isText(value) || isObject(value) || Array.isArray(value),
  "slack#/types/blocks": Array.isArray,
  "slack#/types/form_input_object": (value) => isObject(value) && Array.isArray((value as Values)["elements"]),
  "slack#/types/file_id": matches(/^F[A-Z0-9]+$/),
};

/** Whether a value has a declared type; a type that nobody knows fits nothing. */
export function fitsType(manifest: AppManifest, type: string, value: unknown): boolean {
  const custom = /^#\/types\/(.+)$/.exec(type)?.[1];
  if (custom !== undefined) {
    const definition = manifest.types[custom];
    return definition !== undefined && fitsType(manifest, definition.type, value);
  }
  return FITS[type]?.(value) ?? false;
}

function problemOf(manifest: AppManifest, name: string, parameter: Parameter, value: unknown): string | undefined {
  if (!fitsType(manifest, parameter.type, value)) return `"${name}" is not of type ${parameter.type}`;
  const allowed = parameter["enum"];
  if (Array.isArray(allowed) && !allowed.includes(value)) return `"${name}" is none of the allowed values`;
  return undefined;
}

/** What is wrong with the values, one sentence each; empty where all fit. Values beyond the declared ones are wrong too. */
export function parameterProblems(manifest: AppManifest, parameters: ParameterSet, values: Values): readonly string[] {
  const problems: string[] = [];
  for (const name of parameters.required) {
    if (values[name] === undefined || values[name] === null) problems.push(`"${name}" is required and missing`);
  }
  for (const [name, value] of Object.entries(values)) {
    const parameter = parameters.properties[name];
    if (!parameter) problems.push(`"${name}" is not declared`);
    else if (value !== undefined && value !== null) {
      const problem = problemOf(manifest, name, parameter, value);
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}
