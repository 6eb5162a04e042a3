import { useMemo } from "react";
import type { OptionObject } from "../../page_api.ts";
import { useTextSurroundings } from "../text/text_surroundings.tsx";

/** Under which key the selects of people and channels hold their ids. */
export const ID_KEYS: Readonly<Record<string, string>> = {
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  multi_users_select: "selected_users",
  multi_channels_select: "selected_channels",
  multi_conversations_select: "selected_conversations",
};

/** The people or channels that such a select offers; none for any other element. */
export function useNamedOptions(type: string): readonly OptionObject[] {
  const { data } = useTextSurroundings();
  return useMemo(() => {
    if (!(type in ID_KEYS)) return [];
    const people = type.includes("users");
    const named: readonly { readonly id: string; readonly name: string }[] =
      (people ? data.users : data.channels) ?? [];
    return named.map(({ id, name }) => ({ value: id, text: { type: "plain_text", text: people ? name : `#${name}` } }));
  }, [type, data]);
}
