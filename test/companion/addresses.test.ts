import { expect, it } from "vitest";
import { createAddresses } from "../../companion/pagerduty/addresses.ts";
import type { Pagerduty } from "../../companion/pagerduty/client.ts";

it("looks up the addresses of fifty people at most for one alert, whatever it says whom it pages, and each once", async () => {
  const asked: string[] = [];
  const userEmail: Pagerduty["userEmail"] = (id) => {
    asked.push(id);
    return Promise.resolve({ ok: true, value: `${id}@example.com` });
  };
  const addresses = createAddresses({ pagerduty: { userEmail } as Pagerduty, elapsed: () => 0 });
  const crowd = Array.from({ length: 10_000 }, (_, index) => ({ pagerdutyUserId: `U${index}`, name: "N" }));
  const { people } = await addresses(crowd);
  await addresses(crowd);
  expect(people).toHaveLength(10_000);
  expect(people.filter(({ email }) => email !== undefined)).toHaveLength(50);
  expect(asked).toHaveLength(50);
});
