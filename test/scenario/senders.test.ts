import { describe, expect, it } from "vitest";
import { CHECKOUT, inSandbox, SEARCH, textOf } from "./driver.ts";

const world = inSandbox({ staleReadsMs: 0 });

describe("an alert of another sender", () => {
  it.each([
    ["datadog_monitor", /\*Datadog monitor\*.*Environment: \*production\*/],
    ["grafana_alert", /\*Grafana rule\*.*HighErrorShare \(grafana\.example\.com\).*Firing: \*1\*/],
    ["alertmanager", /\*Alertmanager\*.*HighErrorShare \(alertmanager\.example\.com\).*Region: \*eu-central-1\*/],
    ["cloudwatch_alarm", /\*CloudWatch alarm\*.*State: \*OK → ALARM\*/],
    ["new_relic", /\*New Relic incident\*.*Severity: \*critical\*/],
    ["unknown_sender", /\*Links\*.*Status page \(status\.example\.net\)/],
  ] as const)("%s stands on the card with what it says", async (kind, shown) => {
    await world.fire(CHECKOUT, kind);
    const { id } = await world.channel(/^inc-1-checkout/);
    const card = await world.message(id, shown);
    expect(textOf(card)).toContain("In triage");
  });

  it("with a hostile title pings nobody, forges no link and shows no secret, wherever it is told", async () => {
    await world.fire(SEARCH, "hostile_title");
    const { id } = await world.channel(/^inc-1-search/);
    const card = textOf(await world.message(id, /\(log-in\.example\)/));
    const line = textOf(await world.message("C0FEED", /In triage/));
    for (const text of [card, line]) {
      expect(text.replace(/"type":"header".*?\}\}/, "")).not.toMatch(
        /<!channel>|<@U0DANA>|<https:\/\/log-in\.example\|Log in>/,
      );
      expect(text).not.toMatch(/correct-horse|0123456789abcdef|javascript:|\*Datadog monitor\*|\*Sentry\*/);
    }
  });
});
