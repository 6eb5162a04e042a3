import { it } from "vitest";
import { expectGoodDays } from "./hundred_days.ts";

// In two files, so that two workers share them.
it("the simulated days 1 to 50 end well", () => expectGoodDays(1, 50));
