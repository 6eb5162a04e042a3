import type { ElementProps } from "./block_element.tsx";
import { readText } from "./slack_objects.ts";

/** What a screen reader says of an element that holds a value: the input's label, else its placeholder. */
export function naming({ element, input }: ElementProps, fallback: string) {
  const placeholder = readText(element["placeholder"])?.text;
  return {
    "aria-label": input?.label ?? placeholder ?? fallback,
    "aria-describedby": input?.describedBy,
    "aria-invalid": input?.invalid || undefined,
    "aria-required": input?.required || undefined,
  };
}

/** Whether a change is posted at once: always outside of input blocks, inside only where the block asks for it. */
export function dispatches({ input }: ElementProps): boolean {
  return input?.dispatch ?? true;
}
