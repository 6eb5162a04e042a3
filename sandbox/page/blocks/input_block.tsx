import { useId } from "react";
import type { Block } from "../../page_api.ts";
import { PlainText } from "../text/rich_text.tsx";
import { BlockElement } from "./block_element.tsx";
import { isJson, readString, readText } from "./slack_objects.ts";

interface Props {
  readonly block: Block;
  readonly error: string | undefined;
}

/** A label, its element, and under it the hint and what is wrong with it. */
export function InputBlock({ block, error }: Props) {
  const id = useId();
  const element = isJson(block["element"]) ? block["element"] : undefined;
  const label = readText(block["label"])?.text ?? "";
  const hint = readText(block["hint"])?.text;
  const optional = block["optional"] === true;
  if (!element) return null;
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter((part) => part !== "").join(" ");
  const isGroup = ["checkboxes", "radio_buttons"].includes(readString(element["type"]) ?? "");
  const Wrapper = isGroup ? "div" : "label";
  return (
    <div className={error ? "input-block input-block-wrong" : "input-block"}>
      <Wrapper className="input-label">
        <span className="input-label-text">
          <PlainText text={label} />
          {optional && <span className="muted"> (optional)</span>}
        </span>
      </Wrapper>
      <BlockElement
        blockId={block.block_id}
        element={element}
        input={{
          label,
          describedBy: described === "" ? undefined : described,
          invalid: error !== undefined,
          required: !optional,
          dispatch: block["dispatch_action"] === true,
        }}
      />
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          <PlainText text={hint} />
        </p>
      )}
    </div>
  );
}
