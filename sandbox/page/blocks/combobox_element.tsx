import { useState } from "react";
import type { ElementState, OptionObject } from "../../page_api.ts";
import type { ElementProps } from "./block_element.tsx";
import { Combobox } from "./combobox.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { useInteraction } from "./interaction.ts";
import { ID_KEYS, useNamedOptions } from "./named_options.ts";
import { readNumber, readOption, readOptions, readStrings, readText } from "./slack_objects.ts";
import { useSuggestions } from "./suggestions.ts";

/** A searchable select, of one option or of several. */
export function ComboboxElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const state = stateOf(blockId, element);
  const named = useNamedOptions(state?.type ?? "");
  const suggestions = useSuggestions(blockId, element, typed, open);
  if (!state) return null;
  return (
    <Combobox
      naming={naming(props, "Search")}
      placeholder={readText(element["placeholder"])?.text ?? "Search"}
      many={state.type.startsWith("multi_")}
      max={readNumber(element["max_selected_items"]) ?? Infinity}
      selected={selectedOptions(state, named)}
      suggestions={suggestions}
      typed={typed}
      onType={setTyped}
      open={open}
      onOpen={setOpen}
      onSelect={(options) => change(blockId, element, withOptions(state, options), dispatches(props))}
    />
  );
}

function selectedOptions(state: ElementState, named: readonly OptionObject[]): readonly OptionObject[] {
  const key = ID_KEYS[state.type];
  if (key) {
    return readStrings(state[key]).map(
      (id) => named.find(({ value }) => value === id) ?? { value: id, text: { type: "plain_text", text: id } },
    );
  }
  if (state.type.startsWith("multi_")) return readOptions(state["selected_options"]);
  const option = readOption(state["selected_option"]);
  return option ? [option] : [];
}

function withOptions({ type }: ElementState, options: readonly OptionObject[]): ElementState {
  const key = ID_KEYS[type];
  if (key) return { type, [key]: options.map(({ value }) => value) };
  if (type.startsWith("multi_")) return { type, selected_options: options };
  return { type, selected_option: options[0] ?? null };
}
