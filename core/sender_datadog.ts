import { isSentBy, summaryOf } from "./alert_body.ts";
import { recordOf, textOf } from "./json.ts";
import { isOnHost, type Sender } from "./sender.ts";

const HOSTS = /^(?:[a-z0-9-]+\.)+(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)$/;

/** Datadog's monitors, in every region and under an organisation's own subdomain. */
export const datadog: Sender = {
  kind: "datadog_monitor",
  isSelfHosted: false,

  find(url) {
    const id = /^\/monitors[#/](\d{1,20})(?![\w-])/.exec(url.pathname + url.hash)?.[1];
    if (!id || !isOnHost(url, HOSTS)) return undefined;
    return { key: `${url.hostname}/${id}`, url: url.href, name: `Datadog monitor ${id}` };
  },

  describe({ body, isOwn }) {
    const details = recordOf(body.details);
    if (!isOwn || !isSentBy(body, "Datadog", ["event_id", "org", "query"])) return undefined;
    const tags = tagsOf(textOf(details["tags"]) ?? "");
    return {
      title: textOf(details["title"]) ?? summaryOf(body),
      facts: [
        ["Severity", textOf(body.alert["severity"])],
        ["Environment", tags.get("env")],
        ["Service", tags.get("service")],
        ["Host", tags.get("host")],
        ["Query", textOf(details["query"])],
        ["Message", textOf(details["body"])],
        ["Priority", textOf(details["priority"])],
      ],
    };
  },
};

/** "env:prod, host:db-1" */
function tagsOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.slice(0, 4_000).split(",");
  return new Map(
    pairs.flatMap((pair) => {
      const [name = "", ...value] = pair.trim().split(":");
      return value.length > 0 ? [[name, value.join(":")] as const] : [];
    }),
  );
}
