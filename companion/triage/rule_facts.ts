import type { DebounceWindow } from "../../core/debounce.ts";
import type { RuleFacts } from "../../core/explanation.ts";
import type { WindowSettings } from "../../core/service_settings.ts";
import type { Instant } from "../../core/time.ts";

/** What the rule decided by, for the explanation: settings may change later. */
export function ruleFacts(window: WindowSettings, at: Instant, former: DebounceWindow | undefined): RuleFacts {
  return {
    at,
    ...(window.kind === "none" ? { hasNoWindow: true } : { windowMs: window.lengthMs }),
    ...(window.kind === "rolling" ? { isRolling: true } : {}),
    ...(former ? { windowOpenedAt: former.openedAt, windowClosesAt: former.closesAt } : {}),
  };
}
