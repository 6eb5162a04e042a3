/** Lets a first delivery wait for its alert's details, though never long: a card without them is better than a late one. */
export interface DetailsWatch {
  /** Resolves when an attempt at the alert's details is over, or when patience is. */
  next(alertId: string): Promise<void>;
  ended(alertId: string): void;
}

/** How long the first message waits for details, in real time: it is other machines that are waited for. */
export const DETAILS_PATIENCE_MS = 700;

export function createDetailsWatch(): DetailsWatch {
  const waiting = new Map<string, Set<() => void>>();
  return {
    next(alertId) {
      return new Promise((resolve) => {
        const all = waiting.get(alertId) ?? new Set();
        const done = (): void => {
          clearTimeout(timer);
          all.delete(done);
          if (all.size === 0 && waiting.get(alertId) === all) waiting.delete(alertId);
          resolve();
        };
        const timer = setTimeout(done, DETAILS_PATIENCE_MS);
        all.add(done);
        waiting.set(alertId, all);
      });
    },
    ended(alertId) {
      for (const done of waiting.get(alertId) ?? []) done();
    },
  };
}
