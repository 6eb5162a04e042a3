import { beforeAll, describe, expect, it } from "vitest";
import { loadSimulatedApp, simulate, type SimulatedApp } from "../../simulation/simulate.ts";

let app: SimulatedApp;
beforeAll(async () => {
  app = await loadSimulatedApp();
});

describe("a simulated day", () => {
  it("is the same day again for the same seed, down to the last call", async () => {
    const request = { seed: 4, hours: 2 };
    const [once, again] = [await simulate(app, request), await simulate(app, request)];
    expect(once.digest).toBe(again.digest);
    expect(once.account).toEqual(again.account);
    expect((await simulate(app, { ...request, seed: 5 })).digest).not.toBe(once.digest);
  });
});
