import { useState } from "react";
import type { SenderKind } from "../../page_api.ts";
import { api } from "../api.ts";
import { BusyButton } from "./busy_button.tsx";

const NAMES: Readonly<Record<SenderKind | "storm", string>> = {
  datadog_monitor: "Datadog monitor",
  grafana_alert: "Grafana alert",
  alertmanager: "Alertmanager",
  cloudwatch_alarm: "CloudWatch alarm",
  new_relic: "New Relic",
  unknown_sender: "Unknown sender with links",
  hostile_title: "Hostile title",
  storm: "A storm of 50",
};

interface Props {
  readonly serviceId: string;
  /** The title that somebody typed; empty for the sender's own. */
  readonly title: string;
  readonly onFired: () => void;
}

/** What else can raise an alert, beside Sentry and people. */
export function OtherSenders({ serviceId, title, onFired }: Props) {
  const [kind, setKind] = useState<SenderKind | "storm">("datadog_monitor");
  const fire = async () => {
    await api.fire(kind === "storm" ? { kind } : { serviceId, kind, ...(title === "" ? {} : { title }) });
    onFired();
  };
  return (
    <div className="fire-sender">
      <label className="labelled">
        <span>Other sender</span>
        <select className="select" value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
          {Object.entries(NAMES).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <BusyButton act={fire}>Fire</BusyButton>
      {kind === "storm" && <p className="muted small">50 alerts, over 20 services at once.</p>}
    </div>
  );
}
