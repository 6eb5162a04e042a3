/** Fills "{{inputs.title}}" and its like. */
import type { Values } from "./state.ts";

const LONE = /^\{\{\s*([\w.$-]+)\s*\}\}$/;
const INSIDE = /\{\{\s*([\w.$-]+)\s*\}\}/g;

function lookUp(path: string, source: Values): unknown {
  let value: unknown = source;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Values)[key];
  }
  return value;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * A value with its templates filled from `source`: a lone template keeps the value's type, inside text it becomes text.
 * What a lone template does not find is undefined, and left out of objects.
 */
export function fillTemplates(value: unknown, source: Values): unknown {
  if (typeof value === "string") {
    const lone = LONE.exec(value)?.[1];
    if (lone !== undefined) return lookUp(lone, source);
    return value.replace(INSIDE, (_, path: string) => asText(lookUp(path, source)));
  }
  if (Array.isArray(value)) return value.map((entry) => fillTemplates(entry, source));
  if (typeof value !== "object" || value === null) return value;
  const filled: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const result = fillTemplates(entry, source);
    if (result !== undefined) filled[key] = result;
  }
  // An object of templates none of which was found, such as a missing interactivity, is missing itself.
  return Object.keys(filled).length === 0 && Object.keys(value).length > 0 ? undefined : filled;
}
