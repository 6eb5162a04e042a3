import type { Platform } from "./platform.ts";

/** What Slack says to a channel's name; undefined for a name that can be used. Archived channels keep their names. */
export function nameProblem(platform: Platform, name: string): string | undefined {
  if (name === "") return "invalid_name_required";
  if (name.length > 80) return "invalid_name_maxlength";
  if (!/^[a-z0-9_-]+$/.test(name)) return "invalid_name_specials";
  if (!/[a-z0-9]/.test(name)) return "invalid_name_punctuation";
  const isTaken = Object.values(platform.state.channels).some((channel) => channel.name === name);
  return isTaken ? "name_taken" : undefined;
}
