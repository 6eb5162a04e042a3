import { it } from "vitest";
import { expectGoodDays } from "./hundred_days.ts";

// In two files, so that two workers share them.
it("the simulated days 51 to 100 end well", () => expectGoodDays(51, 100));
