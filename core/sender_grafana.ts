import { isSentBy, summaryOf } from "./alert_body.ts";
import { commonFacts, commonText, firingAlerts, firingCount, NOTIFICATION_KEYS } from "./firing_alerts.ts";
import type { Sender } from "./sender.ts";

const RULE = /^(.*)\/alerting\/grafana\/([A-Za-z0-9_-]{1,60})\/view\/?$/;

/** Grafana's rules. The client's address is only Grafana's front page; each rule's own stands in the text of its alert. */
export const grafana: Sender = {
  kind: "grafana_rule",
  isSelfHosted: true,

  find(url) {
    const [, base, id] = RULE.exec(url.pathname) ?? [];
    return id ? { key: `${url.host}${base}/${id}`, url: url.href, name: `Grafana rule ${id}` } : undefined;
  },

  describe({ body }, { key }) {
    if (!isSentBy(body, "Grafana", NOTIFICATION_KEYS)) return undefined;
    const all = firingAlerts(body.details);
    const alerts = all.filter(({ source }) => keyOf(source) === key);
    if (alerts.length === 0) return undefined;
    const summary = summaryOf(body);
    const count = alerts.length === all.length ? firingCount(body.details, summary) : String(alerts.length);
    const title = commonText(
      alerts.map(({ labels }) => labels),
      "alertname",
    );
    return { title: title ?? summary, facts: [["Firing", count], ...commonFacts(alerts)] };
  },
};

function keyOf(source: string | undefined): string | undefined {
  return source && URL.canParse(source) ? grafana.find(new URL(source))?.key : undefined;
}
