import type { ElementState, OptionObject } from "../../page_api.ts";
import type { ElementProps } from "./block_element.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { optionByValue } from "./form_state.ts";
import { useInteraction } from "./interaction.ts";
import { ID_KEYS, useNamedOptions } from "./named_options.ts";
import { groupsOf, isJson, type Json, readString, readText } from "./slack_objects.ts";

/** A select whose options are all known, drawn as the browser's own. */
export function SelectElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const state = stateOf(blockId, element);
  const named = useNamedOptions(state?.type ?? "");
  if (!state) return null;
  const groups = state.type in ID_KEYS ? [{ label: "", options: named }] : groupsOf(element);
  return (
    <select
      className="select"
      {...naming(props, "Choose one")}
      value={selectedValue(state)}
      onChange={(event) => change(blockId, element, withValue(state, element, event.target.value), dispatches(props))}
    >
      <option value="">{readText(element["placeholder"])?.text ?? "Choose one"}</option>
      {groups.map(({ label, options }) =>
        label === "" ? (
          <Options key="" options={options} />
        ) : (
          <optgroup key={label} label={label}>
            <Options options={options} />
          </optgroup>
        ),
      )}
    </select>
  );
}

function Options({ options }: { readonly options: readonly OptionObject[] }) {
  return options.map(({ value, text }) => (
    <option key={value} value={value}>
      {text.text}
    </option>
  ));
}

function selectedValue(state: ElementState): string {
  const key = ID_KEYS[state.type];
  if (key) return readString(state[key]) ?? "";
  const option = state["selected_option"];
  return (isJson(option) ? readString(option["value"]) : undefined) ?? "";
}

function withValue(state: ElementState, element: Json, value: string): ElementState {
  const key = ID_KEYS[state.type];
  if (key) return { type: state.type, [key]: value === "" ? null : value };
  return { type: state.type, selected_option: optionByValue(element, value) ?? null };
}
