import { createContext, useCallback, useContext, useMemo, useState } from "react";
import type { Block, ElementState, SuggestAnswer } from "../../page_api.ts";
import { api } from "../api.ts";
import { useSession } from "../components/session.ts";
import { actionPayload, type Changes, currentState, fieldKey, stateValues } from "./form_state.ts";
import { type Json, readString } from "./slack_objects.ts";

/** The message or the modal that holds the blocks. */
export type Surface = { readonly channel: string; readonly ts: string } | { readonly viewId: string };

/** What the elements of one message or modal share. */
export interface Interaction {
  readonly stateOf: (blockId: string, element: Json) => ElementState | undefined;
  /** Remembers a value; posts it as an action where `dispatch` says that Slack would. */
  readonly change: (blockId: string, element: Json, state: ElementState, dispatch: boolean) => void;
  /** Posts an action and settles when the server has taken it; a failure has been shown by then. */
  readonly press: (blockId: string, element: Json, payload: Json) => Promise<boolean>;
  readonly suggest: (blockId: string, element: Json, typed: string, signal: AbortSignal) => Promise<SuggestAnswer>;
}

export const InteractionContext = createContext<Interaction | undefined>(undefined);

export function useInteraction(): Interaction {
  const interaction = useContext(InteractionContext);
  if (!interaction) throw new Error("Block Kit elements work only inside InteractionContext.");
  return interaction;
}

const actionIdOf = (element: Json) => readString(element["action_id"]) ?? "";

/** The interaction of one surface, with the values that somebody has entered so far. */
export function useSurface(
  surface: Surface,
  blocks: readonly Block[],
): { readonly interaction: Interaction; readonly changes: Changes } {
  const session = useSession();
  const [changes, setChanges] = useState<Changes>(new Map());
  const place = JSON.stringify(surface);

  const press = useCallback(
    (blockId: string, element: Json, payload: Json, withChanges: Changes) =>
      session.attempt(async () => {
        const state = stateValues(blocks, withChanges);
        await api.press({
          user: session.me,
          ...(JSON.parse(place) as Surface),
          blockId,
          actionId: actionIdOf(element),
          payload,
          state,
        });
        await session.reload();
      }),
    [session, place, blocks],
  );

  const interaction = useMemo<Interaction>(
    () => ({
      stateOf: (blockId, element) => currentState(blockId, element, changes),
      change(blockId, element, state, dispatch) {
        const next = new Map(changes).set(fieldKey(blockId, actionIdOf(element)), state);
        setChanges(next);
        if (dispatch) void press(blockId, element, actionPayload(state), next);
      },
      press: (blockId, element, payload) => press(blockId, element, payload, changes),
      suggest: (blockId, element, value, signal) =>
        api.suggest(
          { user: session.me, ...(JSON.parse(place) as Surface), blockId, actionId: actionIdOf(element), value },
          signal,
        ),
    }),
    [changes, press, session.me, place],
  );
  return { interaction, changes };
}
