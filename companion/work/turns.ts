/** Lets work on the same thing happen one after the other, in the order in which it was asked for. */
export function createTurns(): <Outcome>(about: string, work: () => Promise<Outcome>) => Promise<Outcome> {
  const last = new Map<string, Promise<unknown>>();
  return (about, work) => {
    const mine = (last.get(about) ?? Promise.resolve()).then(work);
    const over = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(about, over);
    void over.then(() => {
      if (last.get(about) === over) last.delete(about);
    });
    return mine;
  };
}
