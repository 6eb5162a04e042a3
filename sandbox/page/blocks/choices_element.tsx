import { useId } from "react";
import type { OptionObject } from "../../page_api.ts";
import { RichText } from "../text/rich_text.tsx";
import type { ElementProps } from "./block_element.tsx";
import { dispatches } from "./element_naming.ts";
import { useInteraction } from "./interaction.ts";
import { readOption, readOptions } from "./slack_objects.ts";

/** Checkboxes and radio buttons. Each is named by its option's text, the group by the input's label. */
export function ChoicesElement(props: ElementProps) {
  const { blockId, element, input } = props;
  const { stateOf, change } = useInteraction();
  const id = useId();
  const state = stateOf(blockId, element);
  if (!state) return null;
  const many = state.type === "checkboxes";
  const one = readOption(state["selected_option"]);
  const selected = many ? readOptions(state["selected_options"]) : one ? [one] : [];
  const options = readOptions(element["options"]);
  const isOn = (option: OptionObject) => selected.some(({ value }) => value === option.value);
  const toggle = (option: OptionObject, on: boolean) => {
    const next = many
      ? { type: state.type, selected_options: options.filter((other) => (other === option ? on : isOn(other))) }
      : { type: state.type, selected_option: option };
    change(blockId, element, next, dispatches(props));
  };
  return (
    <div
      className="choices"
      role={many ? "group" : "radiogroup"}
      aria-label={input?.label ?? "Choices"}
      aria-describedby={input?.describedBy}
    >
      {options.map((option, index) => (
        <label key={option.value} className="choice">
          <input
            type={many ? "checkbox" : "radio"}
            name={id}
            checked={isOn(option)}
            aria-labelledby={`${id}-${index}`}
            aria-describedby={option.description ? `${id}-${index}-more` : undefined}
            onChange={(event) => toggle(option, event.target.checked)}
          />
          <span>
            <span id={`${id}-${index}`}>
              <RichText text={textObject(option.text)} />
            </span>
            {option.description && (
              <span className="choice-description" id={`${id}-${index}-more`}>
                <RichText text={textObject(option.description)} />
              </span>
            )}
          </span>
        </label>
      ))}
    </div>
  );
}

function textObject({ type, text }: OptionObject["text"]) {
  return { type: type === "mrkdwn" ? "mrkdwn" : "plain_text", text, emoji: true } as const;
}
