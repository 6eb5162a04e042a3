import { useCallback, useEffect, useState } from "react";

/** What the address says: as whom, where, and which thread is open. Reloading and "back" keep working by it. */
export interface Route {
  readonly user: string;
  readonly channel?: string;
  readonly thread?: string;
}

/** "#/U0DANA/C0FEED/1700000000.000100" → its parts. */
export function parseRoute(hash: string, defaultUser: string): Route {
  const [user, channel, thread] = hash.replace(/^#\/?/, "").split("/");
  return { user: user || defaultUser, ...(channel ? { channel } : {}), ...(channel && thread ? { thread } : {}) };
}

export function formatRoute(route: Route): string {
  const parts = [route.user, route.channel, route.channel ? route.thread : undefined];
  return `#/${parts.filter((part) => part !== undefined).join("/")}`;
}

export type Go = (next: Route) => void;

/** `go` leaves the former place in the history, `replace` does not. */
export function useRoute(defaultUser: string): { readonly route: Route; readonly go: Go; readonly replace: Go } {
  const [route, setRoute] = useState(() => parseRoute(location.hash, defaultUser));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash, defaultUser));
    addEventListener("popstate", follow);
    return () => removeEventListener("popstate", follow);
  }, [defaultUser]);
  const go = useCallback((next: Route) => {
    if (formatRoute(next) !== location.hash) history.pushState(null, "", formatRoute(next));
    setRoute(next);
  }, []);
  const replace = useCallback((next: Route) => {
    history.replaceState(null, "", formatRoute(next));
    setRoute(next);
  }, []);
  return { route, go, replace };
}
