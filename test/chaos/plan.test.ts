import { expect, it } from "vitest";
import { planOf } from "../../chaos/plan.ts";

it("the plan of a chaos run is the same for the same seed, and another one for another", () => {
  const request = { seed: 7, kills: 100, store: "sqlite" } as const;
  expect(planOf(request)).toEqual(planOf(request));
  expect(planOf({ ...request, seed: 8 })).not.toEqual(planOf(request));
});

it("the plan of a chaos run differs between databases in what befalls them alone", () => {
  const { database: _sqlite, ...plan } = planOf({ seed: 7, kills: 100, store: "sqlite" });
  const { database, ...other } = planOf({ seed: 7, kills: 100, store: "postgres" });
  expect(other).toEqual(plan);
  expect(new Set(database.map(({ fault }) => fault))).toEqual(new Set(["full", "held", "cut"]));
});
