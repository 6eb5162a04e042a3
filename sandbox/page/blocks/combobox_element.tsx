import { useState } from "react";
import type { ElementState, OptionObject } from "../../page_api.ts";
import { useTextSurroundings } from "../text/text_surroundings.tsx";
import type { ElementProps } from "./block_element.tsx";
import { Combobox } from "./combobox.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { useInteraction } from "./interaction.ts";
import { readNumber, readOption, readOptions, readStrings, readText } from "./slack_objects.ts";
import { useSuggestions } from "./suggestions.ts";

/** A searchable select, of one option or of several. */
export function ComboboxElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const { data } = useTextSurroundings();
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const suggestions = useSuggestions(blockId, element, typed, open);
  const state = stateOf(blockId, element);
  if (!state) return null;
  const nameOf = (id: string) => data.users?.find((user) => user.id === id)?.name ?? id;
  const selected = selectedOptions(state, nameOf);
  return (
    <Combobox
      naming={naming(props, "Search")}
      placeholder={readText(element["placeholder"])?.text ?? "Search"}
      many={state.type.startsWith("multi_")}
      max={readNumber(element["max_selected_items"]) ?? Infinity}
      selected={selected}
      suggestions={suggestions}
      typed={typed}
      onType={setTyped}
      open={open}
      onOpen={setOpen}
      onSelect={(options) => change(blockId, element, withOptions(state, options), dispatches(props))}
    />
  );
}

function selectedOptions(state: ElementState, nameOf: (id: string) => string): readonly OptionObject[] {
  if (state.type === "multi_users_select") {
    return readStrings(state["selected_users"]).map((id) => ({
      value: id,
      text: { type: "plain_text", text: nameOf(id) },
    }));
  }
  if (state.type.startsWith("multi_")) return readOptions(state["selected_options"]);
  const option = readOption(state["selected_option"]);
  return option ? [option] : [];
}

function withOptions(state: ElementState, options: readonly OptionObject[]): ElementState {
  const { type } = state;
  if (type === "multi_users_select") return { type, selected_users: options.map(({ value }) => value) };
  if (type.startsWith("multi_")) return { type, selected_options: options };
  return { type, selected_option: options[0] ?? null };
}
