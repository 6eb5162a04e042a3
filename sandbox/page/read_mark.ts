import { useEffect, useState } from "react";
import type { ChannelView } from "../page_api.ts";
import { api } from "./api.ts";
import type { Session } from "./components/session.ts";

/** Tells the server that the open channel's news have been seen, and only while somebody looks at the page. */
export function useReadMark(channel: ChannelView | undefined, session: Session): void {
  const [visible, setVisible] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const follow = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  const id = channel?.id;
  const unread = channel?.unread ?? 0;
  const { me, attempt } = session;
  useEffect(() => {
    if (!visible || id === undefined || unread === 0) return;
    void attempt(() => api.read({ user: me, channel: id }));
  }, [visible, id, unread, me, attempt]);
}
