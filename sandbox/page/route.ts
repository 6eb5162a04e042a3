import { useCallback, useEffect, useState } from "react";

/** What the address says: as whom, where, and which thread is open. Reloading and "back" keep working by it. */
export interface Route {
  readonly user: string;
  readonly channel?: string;
  readonly thread?: string;
}

/** "#/U0DANA/C0FEED/1700000000.000100" → its parts. */
export function parseRoute(hash: string, defaultUser: string): Route {
  const [user, channel, thread] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return { user: user || defaultUser, ...(channel ? { channel } : {}), ...(channel && thread ? { thread } : {}) };
}

export function formatRoute(route: Route): string {
  const parts = [route.user, route.channel, route.channel ? route.thread : undefined];
  return `#/${parts
    .filter((part) => part !== undefined)
    .map(encodeURIComponent)
    .join("/")}`;
}

export function useRoute(defaultUser: string): readonly [Route, (next: Route) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash, defaultUser));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash, defaultUser));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [defaultUser]);
  const go = useCallback((next: Route) => {
    history.pushState(null, "", formatRoute(next));
    setRoute(next);
  }, []);
  return [route, go];
}
