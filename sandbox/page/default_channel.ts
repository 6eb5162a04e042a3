import { useEffect } from "react";
import type { WorkspaceView } from "../page_api.ts";
import type { Go } from "./route.ts";

export const FEED_NAME = "triage-feed";

/** Leads somebody who is nowhere, or in a channel that they cannot see, to the feed of triages. */
export function useDefaultChannel(workspace: WorkspaceView, isNowhere: boolean, user: string, replace: Go): void {
  const open = workspace.channels.filter(({ isArchived, isMember }) => isMember && !isArchived);
  const id = (open.find(({ name }) => name === FEED_NAME) ?? open[0])?.id;
  useEffect(() => {
    if (isNowhere && id !== undefined) replace({ user, channel: id });
  }, [isNowhere, id, user, replace]);
}
