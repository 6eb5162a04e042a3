import type { ElementState } from "../../page_api.ts";
import type { ElementProps } from "./block_element.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { useInteraction } from "./interaction.ts";
import { readNumber, readString } from "./slack_objects.ts";

interface Kind {
  readonly input: "date" | "time" | "datetime-local";
  readonly fallback: string;
  readonly read: (state: ElementState) => string;
  readonly write: (text: string) => Readonly<Record<string, unknown>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  datepicker: {
    input: "date",
    fallback: "Choose a date",
    read: (state) => readString(state["selected_date"]) ?? "",
    write: (text) => ({ selected_date: text || null }),
  },
  timepicker: {
    input: "time",
    fallback: "Choose a time",
    read: (state) => readString(state["selected_time"]) ?? "",
    write: (text) => ({ selected_time: text || null }),
  },
  datetimepicker: {
    input: "datetime-local",
    fallback: "Choose a date and time",
    read: (state) => localText(readNumber(state["selected_date_time"])),
    write: (text) => ({ selected_date_time: text ? Math.floor(new Date(text).getTime() / 1_000) : null }),
  },
};

/** A day, a time of day, or both (Slack holds those as seconds since 1970), as the browser asks for it. */
export function DateElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const state = stateOf(blockId, element);
  const kind = state ? KINDS[state.type] : undefined;
  if (!state || !kind) return null;
  return (
    <input
      className="text-input date-input"
      type={kind.input}
      {...naming(props, kind.fallback)}
      value={kind.read(state)}
      onChange={(event) =>
        change(blockId, element, { type: state.type, ...kind.write(event.target.value) }, dispatches(props))
      }
    />
  );
}

/** "2026-03-14T02:07" in the reader's zone. */
function localText(seconds: number | undefined): string {
  if (seconds === undefined) return "";
  const at = new Date(seconds * 1_000);
  const two = (number: number) => String(number).padStart(2, "0");
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
