import type { ElementProps } from "./block_element.tsx";
import { dispatches, naming } from "./element_naming.ts";
import { useInteraction } from "./interaction.ts";
import { readString } from "./slack_objects.ts";

/** A day ("2026-01-31") or a time of day ("14:05"), as the browser asks for it. */
export function DateElement(props: ElementProps) {
  const { blockId, element } = props;
  const { stateOf, change } = useInteraction();
  const state = stateOf(blockId, element);
  if (!state) return null;
  const isDay = state.type === "datepicker";
  const key = isDay ? "selected_date" : "selected_time";
  return (
    <input
      className="text-input date-input"
      type={isDay ? "date" : "time"}
      {...naming(props, isDay ? "Choose a date" : "Choose a time")}
      value={readString(state[key]) ?? ""}
      onChange={(event) =>
        change(blockId, element, { type: state.type, [key]: event.target.value || null }, dispatches(props))
      }
    />
  );
}
