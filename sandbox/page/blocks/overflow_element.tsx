import { useState } from "react";
import type { OptionObject } from "../../page_api.ts";
import { PopupMenu } from "../components/popup_menu.tsx";
import type { ElementProps } from "./block_element.tsx";
import { ConfirmDialog } from "./confirm_dialog.tsx";
import { useInteraction } from "./interaction.ts";
import { readConfirm, readObjects, readOption, readString } from "./slack_objects.ts";

/** The three dots: a menu of further actions. */
export function OverflowElement({ blockId, element }: ElementProps) {
  const { press } = useInteraction();
  const [asking, setAsking] = useState<OptionObject>();
  const confirm = readConfirm(element["confirm"]);
  const send = (option: OptionObject) => {
    setAsking(undefined);
    void press(blockId, element, { selected_option: option });
  };
  const items = readObjects(element["options"]).flatMap((raw) => {
    const option = readOption(raw);
    const url = readString(raw["url"]);
    if (!option) return [];
    const choose = () => {
      if (url && /^https?:/i.test(url)) open(url, "_blank", "noopener,noreferrer");
      if (confirm) setAsking(option);
      else send(option);
    };
    return [{ id: option.value, name: option.text.text, description: option.description?.text, choose }];
  });
  return (
    <>
      <PopupMenu label="More actions" className="button button-overflow" items={items} align="end">
        <svg viewBox="0 0 16 16" className="glyph" aria-hidden="true">
          <circle cx="3" cy="8" r="1.4" />
          <circle cx="8" cy="8" r="1.4" />
          <circle cx="13" cy="8" r="1.4" />
        </svg>
      </PopupMenu>
      {asking && confirm && (
        <ConfirmDialog confirm={confirm} onConfirm={() => send(asking)} onDeny={() => setAsking(undefined)} />
      )}
    </>
  );
}
