import { useEffect, useState } from "react";

const TICK_MS = 15_000;

/**
 * The sandbox's time, for ages that grow while nothing else happens. A manual clock stands still between two answers of
 * the server.
 * @param told the time of the server's last answer
 */
export function useNow(told: number | undefined, manual: boolean): number {
  const [received, setReceived] = useState({ told: told ?? Date.now(), at: Date.now() });
  const [at, setAt] = useState(() => Date.now());
  useEffect(() => {
    if (told !== undefined) setReceived({ told, at: Date.now() });
  }, [told]);
  useEffect(() => {
    const timer = setInterval(() => setAt(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const base = told ?? received.told;
  return manual || told !== received.told ? base : base + Math.max(0, at - received.at);
}
