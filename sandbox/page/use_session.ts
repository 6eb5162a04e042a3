import { useMemo, useRef, useState } from "react";
import { api } from "./api.ts";
import type { Notice } from "./components/notices.tsx";
import type { Session } from "./components/session.ts";
import type { Go, Route } from "./route.ts";

/** A message that somebody followed a link to; each jump is a new object, so that a second one scrolls again. */
export interface Jump {
  readonly ts: string;
}

export interface SessionState {
  readonly session: Session;
  readonly jump: Jump | undefined;
  /** What went wrong and was not dismissed yet. */
  readonly failures: readonly Notice[];
  readonly dismiss: (id: string) => void;
}

/** @param onOpenChannel what a narrow screen does so that the opened channel is seen */
export function useSessionState(
  route: Route,
  go: Go,
  reload: () => Promise<void>,
  onOpenChannel: () => void,
): SessionState {
  const [jump, setJump] = useState<Jump>();
  const [failures, setFailures] = useState<readonly Notice[]>([]);
  const counter = useRef(0);
  const { user, channel } = route;
  const session = useMemo<Session>(
    () => ({
      me: user,
      reload,
      async attempt(work) {
        try {
          await work();
          return true;
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          counter.current += 1;
          const notice: Notice = { id: `failure ${counter.current}`, text, tone: "error" };
          setFailures((before) => [...before.filter((other) => other.text !== text), notice]);
          return false;
        }
      },
      openChannel(id, ts) {
        setJump(ts === undefined ? undefined : { ts });
        onOpenChannel();
        go({ user, channel: id });
      },
      async startLink(url) {
        await api.link({ user, url, ...(channel ? { channel } : {}) });
        await reload();
      },
    }),
    [user, channel, go, reload, onOpenChannel],
  );
  const dismiss = (id: string) => setFailures((before) => before.filter((notice) => notice.id !== id));
  return { session, jump, failures, dismiss };
}
