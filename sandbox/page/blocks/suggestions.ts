import { useEffect, useState } from "react";
import { useInteraction } from "./interaction.ts";
import { ID_KEYS, useNamedOptions } from "./named_options.ts";
import { groupsOf, type Json, type OptionGroup, readNumber, readString } from "./slack_objects.ts";

const DEBOUNCE_MS = 150;
/** Slack's default where an external select does not say how much must be typed first. */
const DEFAULT_MIN_QUERY_LENGTH = 3;

export type Suggestions =
  | { readonly state: "options"; readonly groups: readonly OptionGroup[] }
  | { readonly state: "loading" | "failed" | "type_more"; readonly say: string };

/** The options that fit what was typed: asked of the app for an external select, filtered here for all others. */
export function useSuggestions(blockId: string, element: Json, typed: string, open: boolean): Suggestions {
  const type = readString(element["type"]) ?? "";
  const isExternal = type === "external_select" || type === "multi_external_select";
  const external = useExternal(blockId, element, typed, open && isExternal);
  const named = useNamedOptions(type);
  if (isExternal) return external;
  const groups = type in ID_KEYS ? [{ label: "", options: named }] : groupsOf(element);
  return { state: "options", groups: filterGroups(groups, typed) };
}

function useExternal(blockId: string, element: Json, typed: string, active: boolean): Suggestions {
  const { suggest } = useInteraction();
  const [suggestions, setSuggestions] = useState<Suggestions>({ state: "loading", say: "Looking…" });
  const min = readNumber(element["min_query_length"]) ?? DEFAULT_MIN_QUERY_LENGTH;
  const key = JSON.stringify(element);
  useEffect(() => {
    if (!active) return;
    if (typed.length < min) {
      setSuggestions({ state: "type_more", say: `Type at least ${min} ${min === 1 ? "character" : "characters"}.` });
      return;
    }
    setSuggestions((before) => (before.state === "options" ? before : { state: "loading", say: "Looking…" }));
    const abort = new AbortController();
    const ask = async () => {
      try {
        const { optionGroups, options } = await suggest(blockId, element, typed, abort.signal);
        setSuggestions({ state: "options", groups: optionGroups ?? [{ label: "", options: options ?? [] }] });
      } catch (error) {
        if (abort.signal.aborted) return;
        setSuggestions({ state: "failed", say: error instanceof Error ? error.message : String(error) });
      }
    };
    const timer = setTimeout(() => void ask(), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
    // The element counts by what it says: each refetch of the workspace makes a new, equal object.
  }, [active, typed, min, key, blockId]);
  return suggestions;
}

function filterGroups(groups: readonly OptionGroup[], typed: string): readonly OptionGroup[] {
  const wanted = typed.trim().toLowerCase();
  return groups
    .map(({ label, options }) => ({
      label,
      options: options.filter(({ text }) => text.text.toLowerCase().includes(wanted)),
    }))
    .filter(({ options }) => options.length > 0);
}
