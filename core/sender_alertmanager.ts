import { isSentBy, summaryOf } from "./alert_body.ts";
import { recordOf, textOf } from "./json.ts";
import { commonFacts, commonText, firingAlerts, firingCount, NOTIFICATION_KEYS } from "./firing_alerts.ts";
import type { Sender } from "./sender.ts";

/** Prometheus Alertmanager: its link leads to the alerts of the receiver that PagerDuty is. */
export const alertmanager: Sender = {
  kind: "alertmanager",
  isSelfHosted: true,

  find(url) {
    const receiver = /^#\/alerts\?(?:.*&)?receiver=[^&]+/.test(url.hash);
    return receiver ? { key: url.href, url: url.href, name: "Alertmanager" } : undefined;
  },

  describe({ body, isOwn }) {
    if (!isOwn || !isSentBy(body, "Alertmanager", NOTIFICATION_KEYS)) return undefined;
    const alerts = firingAlerts(body.details);
    const summary = summaryOf(body);
    return {
      title:
        commonText(
          alerts.map(({ labels }) => labels),
          "alertname",
        ) ?? summary,
      facts: [
        ["Firing", firingCount(body.details, summary)],
        ...commonFacts(alerts),
        // An event above 512 KB comes with nothing else.
        ["Error", textOf(recordOf(body.details)["error"])],
      ],
    };
  },
};
