import { expect, it } from "vitest";
import { MINUTE } from "../../core/time.ts";
import { loadSimulatedApp, simulate } from "../../simulation/simulate.ts";

it("when a hundred services fail within a minute, none waits unseen longer than a minute and none is lost", async () => {
  const app = await loadSimulatedApp();
  const { problems, figures } = await simulate(app, { seed: 1, hours: 1, storm: 100 });
  expect(problems).toEqual([]);
  expect(figures).toMatchObject({ alerts: 100, incidents: 100 });
  expect(figures["longestUnseenMs"]).toBeLessThanOrEqual(MINUTE);
  // A storm is one channel, beside those of the incidents that came before it was known as one.
  expect(figures["channels"]).toBeLessThanOrEqual(10);
});
