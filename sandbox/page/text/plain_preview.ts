import type { WorkspaceView } from "../../page_api.ts";
import { decodeEntities } from "./mrkdwn.ts";

type Names = Pick<WorkspaceView, "users" | "channels">;
const MAX_LENGTH = 140;

/** The beginning of a message as bare text on one line: names for ids, labels for links, no marks. */
export function plainPreview(text: string, { users, channels }: Names): string {
  const bare = text
    .replace(/<@([A-Z0-9]+)>/g, (_, id: string) => `@${users.find((user) => user.id === id)?.name ?? id}`)
    .replace(/<#([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) => `#${channels.find((c) => c.id === id)?.name ?? id}`)
    .replace(/<[^<>|]*\|([^<>]*)>/g, "$1")
    .replace(/<([^<>]*)>/g, "$1")
    .replace(/\s+/g, " ");
  return decodeEntities(bare).slice(0, MAX_LENGTH);
}
