import type { Block } from "../../page_api.ts";
import { DrawnBlockView, PlainText, RichText } from "../text/rich_text.tsx";
import { BlockElement } from "./block_element.tsx";
import { InputBlock } from "./input_block.tsx";
import { isJson, type Json, readObjects, readString, readText } from "./slack_objects.ts";

interface Props {
  readonly blocks: readonly Block[];
  /** Messages by block_id, shown under their block. */
  readonly errors?: Readonly<Record<string, string>>;
}

/** All blocks of a message or modal. What can be pressed is ours; the rest is drawn by slack-blocks-to-jsx. */
export function BlockList({ blocks, errors = {} }: Props) {
  return (
    <div className="blocks">
      {blocks.map((block) => (
        <div key={block.block_id} className={`block block-${block.type}`}>
          <BlockView block={block} error={errors[block.block_id]} />
          {errors[block.block_id] && block.type !== "input" && <p className="field-error">{errors[block.block_id]}</p>}
        </div>
      ))}
    </div>
  );
}

function BlockView({ block, error }: { readonly block: Block; readonly error: string | undefined }) {
  switch (block.type) {
    case "header":
      return <HeaderBlock block={block} />;
    case "section":
      return <SectionBlock block={block} />;
    case "context":
      return <ContextBlock block={block} />;
    case "actions":
      return (
        <div className="actions">
          {readObjects(block["elements"]).map((element, index) => (
            <BlockElement key={readString(element["action_id"]) ?? index} blockId={block.block_id} element={element} />
          ))}
        </div>
      );
    case "input":
      return <InputBlock block={block} error={error} />;
    default:
      return <DrawnBlockView block={block} />;
  }
}

function HeaderBlock({ block }: { readonly block: Block }) {
  return (
    <h3 className="block-header-text">
      <PlainText text={readText(block["text"])?.text ?? ""} />
    </h3>
  );
}

function SectionBlock({ block }: { readonly block: Block }) {
  const text = readText(block["text"]);
  const fields = readObjects(block["fields"]);
  const accessory = isJson(block["accessory"]) ? block["accessory"] : undefined;
  return (
    <div className="section">
      <div className="section-text">
        {text && <RichText text={text} />}
        {fields.length > 0 && (
          <div className="fields">
            {fields.map((field, index) => (
              <Field key={index} field={field} />
            ))}
          </div>
        )}
      </div>
      {accessory && (
        <div className="accessory">
          <BlockElement blockId={block.block_id} element={accessory} />
        </div>
      )}
    </div>
  );
}

function Field({ field }: { readonly field: Json }) {
  const text = readText(field);
  return text ? (
    <div className="field">
      <RichText text={text} />
    </div>
  ) : null;
}

function ContextBlock({ block }: { readonly block: Block }) {
  return (
    <div className="context">
      {readObjects(block["elements"]).map((element, index) => {
        const text = element["type"] === "image" ? undefined : readText(element);
        if (text) return <RichText key={index} text={text} />;
        return <BlockElement key={index} blockId={block.block_id} element={element} />;
      })}
    </div>
  );
}
