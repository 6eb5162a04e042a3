import { isSentBy, summaryOf } from "./alert_body.ts";
import { textOf } from "./json.ts";
import { isOnHost, type Sender } from "./sender.ts";

const HOSTS = /^(?:rpm|alerts)\.(?:eu\.)?newrelic\.com$/;

/** New Relic's incidents. What its newer issues link to is not published; those stay ordinary links. */
export const newrelic: Sender = {
  kind: "newrelic_incident",
  isSelfHosted: false,

  find(url) {
    const [, account, id] = /^\/accounts\/(\d{1,20})\/incidents\/(\d{1,20})\/?$/.exec(url.pathname) ?? [];
    if (!account || !id || !isOnHost(url, HOSTS)) return undefined;
    return { key: `${account}/${id}`, url: url.origin + url.pathname, name: `New Relic incident ${id}` };
  },

  describe({ body, isOwn }) {
    if (!isOwn || !isSentBy(body, "New Relic")) return undefined;
    return { title: summaryOf(body), facts: [["Severity", textOf(body.alert["severity"])]] };
  },
};
