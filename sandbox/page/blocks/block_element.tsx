import { ButtonElement } from "./button_element.tsx";
import { ChoicesElement } from "./choices_element.tsx";
import { ComboboxElement } from "./combobox_element.tsx";
import { DateElement } from "./date_element.tsx";
import { ImageElement } from "./image_element.tsx";
import { OverflowElement } from "./overflow_element.tsx";
import { SelectElement } from "./select_element.tsx";
import type { Json } from "./slack_objects.ts";
import { readString } from "./slack_objects.ts";
import { TextInputElement } from "./text_input_element.tsx";

export interface ElementProps {
  readonly blockId: string;
  readonly element: Json;
  /** The input block around the element, where there is one: whose label names it, and whether changes are posted. */
  readonly input?: {
    readonly label: string;
    readonly describedBy: string | undefined;
    readonly invalid: boolean;
    readonly required: boolean;
    readonly dispatch: boolean;
  };
}

/** One interactive element, wherever it stands. */
export function BlockElement(props: ElementProps) {
  const type = readString(props.element["type"]) ?? "";
  switch (type) {
    case "button":
    case "workflow_button":
      return <ButtonElement {...props} />;
    case "overflow":
      return <OverflowElement {...props} />;
    case "static_select":
    case "users_select":
    case "channels_select":
    case "conversations_select":
      return <SelectElement {...props} />;
    case "external_select":
    case "multi_external_select":
    case "multi_static_select":
    case "multi_users_select":
    case "multi_channels_select":
    case "multi_conversations_select":
      return <ComboboxElement {...props} />;
    case "checkboxes":
    case "radio_buttons":
      return <ChoicesElement {...props} />;
    case "plain_text_input":
    case "email_text_input":
    case "url_text_input":
    case "number_input":
    case "rich_text_input":
      return <TextInputElement {...props} />;
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return <DateElement {...props} />;
    case "image":
      return <ImageElement element={props.element} />;
    default:
      return <span className="unsupported">The sandbox&rsquo;s page cannot draw an element of type {type}.</span>;
  }
}
