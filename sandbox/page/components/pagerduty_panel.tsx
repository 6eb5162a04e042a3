import { useState } from "react";
import type { CompanionView, PagerdutyView } from "../../page_api.ts";
import { api } from "../api.ts";
import type { Remote } from "../live.ts";
import { clockTime, fullTime } from "../text/time_text.ts";
import { BusyButton } from "./busy_button.tsx";
import { OtherSenders } from "./other_senders.tsx";
import { PagerdutyIncident } from "./pagerduty_incident.tsx";
import { SandboxControls, StartOver } from "./sandbox_controls.tsx";

interface Props {
  readonly pagerduty: Remote<PagerdutyView>;
  readonly companion: Remote<CompanionView>;
  /** The name of the person who looks at the page. */
  readonly me: string | undefined;
  readonly now: number;
  readonly manualClock: boolean;
}

/** The world outside of Slack: things fail here, and here one sees what PagerDuty was told. */
export function PagerdutyPanel({ pagerduty, companion, me, now, manualClock }: Props) {
  const view = pagerduty.data;
  return (
    <section className="pagerduty" aria-label="PagerDuty">
      <header className="pane-head">
        <h2>PagerDuty</h2>
        <span className="muted">stand-in</span>
      </header>
      <div className="pagerduty-scroll">
        {pagerduty.error && (
          <p className="field-error" role="alert">
            {pagerduty.error}
          </p>
        )}
        {view ? <FireForm view={view} /> : <p className="waiting">Asking PagerDuty…</p>}
        <SandboxControls companion={companion} now={now} manualClock={manualClock} />
        {view && <Incidents key={me} view={view} me={me} now={now} />}
        {view && <Webhooks webhooks={view.webhooks} />}
        <StartOver />
      </div>
    </section>
  );
}

function FireForm({ view }: { readonly view: PagerdutyView }) {
  const [chosen, setChosen] = useState("");
  const [title, setTitle] = useState("");
  const service = view.services.find(({ id }) => id === chosen) ?? view.services[0];
  if (!service) return <p className="waiting">PagerDuty has no services.</p>;
  const fire = (kind: "sentry_error" | "by_hand" | "again") => async () => {
    const own = title.trim();
    await api.fire({ serviceId: service.id, kind, ...(own === "" ? {} : { title: own }) });
    setTitle("");
  };
  return (
    <div className="fire">
      {view.incidents.length === 0 && (
        <p className="first-visit">
          Choose a service and fire an error, then look at <b>#triage-feed</b>.
        </p>
      )}
      <label className="labelled">
        <span>Service</span>
        <select className="select" value={service.id} onChange={(event) => setChosen(event.target.value)}>
          {view.services.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <p className="muted small">On call: {service.onCall}</p>
      <BusyButton className="button button-fire" act={fire("sentry_error")}>
        Fire a new Sentry error
      </BusyButton>
      <div className="fire-more">
        <BusyButton act={fire("again")}>The same service fails again</BusyButton>
        <BusyButton act={fire("by_hand")}>Incident made by hand</BusyButton>
      </div>
      <OtherSenders serviceId={service.id} title={title.trim()} onFired={() => setTitle("")} />
      <details className="fold">
        <summary>Give it a title of your own</summary>
        <label className="labelled">
          <span>Title</span>
          <input
            className="text-input"
            value={title}
            maxLength={255}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
      </details>
    </div>
  );
}

function Incidents({ view, me, now }: Pick<Props, "me" | "now"> & { readonly view: PagerdutyView }) {
  const [chosen, setChosen] = useState("");
  const user =
    view.users.find(({ id }) => id === chosen) ?? view.users.find(({ name }) => name === me) ?? view.users[0];
  const open = view.incidents.filter(({ status }) => status !== "resolved");
  const resolved = view.incidents.filter(({ status }) => status === "resolved");
  return (
    <div className="pagerduty-block">
      <h3>
        Incidents <span className="muted">{view.incidents.length === 0 ? "" : `${open.length} open`}</span>
      </h3>
      {view.incidents.length === 0 && <p className="muted small">None yet. All is quiet.</p>}
      {view.incidents.length > 0 && user && (
        <label className="labelled labelled-row">
          <span>Act as</span>
          <select className="select" value={user.id} onChange={(event) => setChosen(event.target.value)}>
            {view.users.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <ul className="incidents" role="list">
        {[...open, ...resolved].map((incident) => (
          <PagerdutyIncident key={incident.id} incident={incident} actAs={user?.id} now={now} />
        ))}
      </ul>
    </div>
  );
}

function Webhooks({ webhooks }: Pick<PagerdutyView, "webhooks">) {
  if (webhooks.length === 0) return null;
  const failed = webhooks.filter(({ status }) => !isDelivered(status)).length;
  return (
    <details className="fold pagerduty-block">
      <summary>
        Webhooks sent <span className="muted">{failed > 0 ? `${failed} not taken` : webhooks.length}</span>
      </summary>
      <table className="webhooks">
        <thead className="visually-hidden">
          <tr>
            <th>Event</th>
            <th>At</th>
            <th>Answer</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td>{webhook.eventType}</td>
              <td title={fullTime(webhook.at)}>{clockTime(webhook.at)}</td>
              <td>
                <span className={isDelivered(webhook.status) ? "code code-good" : "code code-bad"}>
                  {webhook.status === 0 ? "no answer" : webhook.status}
                </span>
                {webhook.attempts > 1 && <span className="muted"> × {webhook.attempts}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function isDelivered(status: number): boolean {
  return status >= 200 && status < 300;
}
