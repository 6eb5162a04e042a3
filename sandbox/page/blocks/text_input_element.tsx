import type { ElementState } from "../../page_api.ts";
import type { ElementProps } from "./block_element.tsx";
import { naming } from "./element_naming.ts";
import { actionPayload } from "./form_state.ts";
import { useInteraction } from "./interaction.ts";
import { isJson, readNumber, readObjects, readString, readText } from "./slack_objects.ts";

const TYPES: Readonly<Record<string, "text" | "email" | "url">> = { email_text_input: "email", url_text_input: "url" };

/** One line or several of text. Numbers, addresses and rich text are typed as text too. */
export function TextInputElement(props: ElementProps) {
  const { blockId, element, input } = props;
  const { stateOf, change, press } = useInteraction();
  const state = stateOf(blockId, element);
  if (!state) return null;
  const multiline = element["multiline"] === true || state.type === "rich_text_input";
  const max = readNumber(element["max_length"]);
  const text = textOf(state);
  const shared = {
    ...naming(props, "Text"),
    className: "text-input",
    placeholder: readText(element["placeholder"])?.text,
    maxLength: max,
    value: text,
    onChange: (event: { target: { value: string } }) =>
      change(blockId, element, withText(state, event.target.value), false),
  };
  return (
    <>
      {multiline ? (
        <textarea {...shared} rows={4} />
      ) : (
        <input
          {...shared}
          type={TYPES[state.type] ?? "text"}
          inputMode={state.type === "number_input" ? "decimal" : undefined}
          autoComplete="off"
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !input?.dispatch) return;
            event.preventDefault();
            void press(blockId, element, actionPayload(state));
          }}
        />
      )}
      {max !== undefined && text.length > max * 0.8 && (
        <p className="hint counter">
          {text.length} of {max} characters
        </p>
      )}
    </>
  );
}

function textOf(state: ElementState): string {
  if (state.type !== "rich_text_input") return readString(state["value"]) ?? "";
  const block = state["rich_text_value"];
  if (!isJson(block)) return "";
  return readObjects(block["elements"])
    .flatMap((section) => readObjects(section["elements"]))
    .map((part) => readString(part["text"]) ?? "")
    .join("");
}

function withText(state: ElementState, text: string): ElementState {
  const value = text === "" ? null : text;
  if (state.type !== "rich_text_input") return { type: state.type, value };
  const block = {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  };
  return { type: state.type, rich_text_value: value === null ? null : block };
}
