import { recordOf, textOf } from "./json.ts";
import { isOnHost, type Sender } from "./sender.ts";

const HOSTS = /^(?:[a-z0-9-]+\.)?console\.(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn)$/;

/** Alarms of Amazon CloudWatch, by their links into the AWS console, old and new. */
export const cloudwatch: Sender = {
  kind: "cloudwatch_alarm",
  isSelfHosted: false,

  find(url) {
    const name = alarmOf(url);
    if (!name || !url.pathname.startsWith("/cloudwatch/") || !isOnHost(url, HOSTS)) return undefined;
    const region = url.searchParams.get("region") ?? /^([a-z0-9-]+)\.console\./.exec(url.hostname)?.[1] ?? "";
    return { key: `${region}/${name}`, url: url.href, name };
  },

  describe({ body }, { name }) {
    const details = recordOf(body.details);
    if (textOf(details["AlarmName"]) !== name) return undefined;
    const { MetricName, Namespace } = recordOf(details["Trigger"]);
    const states = [textOf(details["OldStateValue"]), textOf(details["NewStateValue"])];
    return {
      title: name,
      facts: [
        ["State", states.filter((state) => state !== undefined).join(" → ")],
        ["Reason", textOf(details["NewStateReason"])],
        ["Region", textOf(details["Region"])],
        ["Metric", [textOf(Namespace), textOf(MetricName)].filter((part) => part !== undefined).join(" ")],
        ["Description", textOf(details["AlarmDescription"])],
      ],
    };
  },
};

/** "…#c=CloudWatch&s=Alarms&alarm=NAME" and "…#alarmsV2:alarm/NAME". */
function alarmOf(url: URL): string | undefined {
  const raw = /[#&;?](?:alarm=|alarmsV2:alarm\/)([^&?#;]+)/.exec(url.search + url.hash)?.[1];
  if (!raw) return undefined;
  try {
    return decodeURIComponent(raw.replaceAll("+", " "));
  } catch {
    return raw;
  }
}
