import type { ElementState } from "../../page_api.ts";
import { useTextSurroundings } from "../text/text_surroundings.tsx";
import type { ElementProps } from "./block_element.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { optionByValue } from "./form_state.ts";
import { useInteraction } from "./interaction.ts";
import { groupsOf, isJson, type Json, type OptionGroup, readString, readText } from "./slack_objects.ts";

/** A select whose options are all known, drawn as the browser's own. */
export function SelectElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const { data } = useTextSurroundings();
  const state = stateOf(blockId, element);
  if (!state) return null;
  const groups = choices(state.type, element, data);
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

function Options({ options }: { readonly options: OptionGroup["options"] }) {
  return options.map(({ value, text }) => (
    <option key={value} value={value}>
      {text.text}
    </option>
  ));
}

const KEYS: Readonly<Record<string, string>> = {
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
};

interface Named {
  readonly id: string;
  readonly name: string;
}

function choices(
  type: string,
  element: Json,
  data: { readonly users?: readonly Named[]; readonly channels?: readonly Named[] },
): readonly OptionGroup[] {
  if (!(type in KEYS)) return groupsOf(element);
  const mark = type === "users_select" ? "" : "#";
  const named = (type === "users_select" ? data.users : data.channels) ?? [];
  const options = named.map(({ id, name }) => ({ value: id, text: { type: "plain_text", text: mark + name } }));
  return [{ label: "", options }];
}

function selectedValue(state: ElementState): string {
  const key = KEYS[state.type];
  if (key) return readString(state[key]) ?? "";
  const option = state["selected_option"];
  return (isJson(option) ? readString(option["value"]) : undefined) ?? "";
}

function withValue(state: ElementState, element: Json, value: string): ElementState {
  const key = KEYS[state.type];
  if (key) return { type: state.type, [key]: value === "" ? null : value };
  return { type: state.type, selected_option: optionByValue(element, value) ?? null };
}
