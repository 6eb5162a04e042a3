import type { PagerdutyActRequest, PagerdutyIncidentView } from "../../page_api.ts";
import { api } from "../api.ts";
import { ago, clockTime, fullTime } from "../text/time_text.ts";
import { BusyButton } from "./busy_button.tsx";
import { SmartLink } from "./smart_link.tsx";

interface Props {
  readonly incident: PagerdutyIncidentView;
  /** The PagerDuty user in whose name the buttons act. */
  readonly actAs: string | undefined;
  readonly now: number;
}

/** One incident of PagerDuty's, as its own web page would sum it up. */
export function PagerdutyIncident({ incident, actAs, now }: Props) {
  const act = (action: PagerdutyActRequest["action"]) => async () => {
    if (actAs !== undefined) await api.pagerdutyAct({ incidentId: incident.id, action, userId: actAs });
  };
  const assigned =
    incident.assignees.length > 0 ? `assigned to ${incident.assignees.join(", ")}` : "assigned to nobody";
  return (
    <li
      className={`incident incident-${incident.status}`}
      role="listitem"
      aria-label={`#${incident.number} ${incident.title}`}
    >
      <p className="incident-line">
        <span className={`status status-${incident.status}`}>{incident.status}</span>
        <span className="muted">
          #{incident.number} · {incident.service}
        </span>
        <time
          className="muted incident-age"
          dateTime={new Date(incident.createdAt).toISOString()}
          title={fullTime(incident.createdAt)}
        >
          {ago(incident.createdAt, now)}
        </time>
      </p>
      <p className="incident-title" title={incident.title}>
        {incident.title}
      </p>
      <p className="muted small">
        {incident.urgency} urgency, {assigned}
      </p>
      {incident.status !== "resolved" && (
        <p className="incident-buttons">
          {incident.status === "triggered" && (
            <BusyButton className="button button-small" act={act("acknowledge")}>
              Acknowledge
            </BusyButton>
          )}
          <BusyButton className="button button-small" act={act("resolve")}>
            Resolve
          </BusyButton>
          <BusyButton className="button button-small" act={act("heal")}>
            Heals by itself
          </BusyButton>
        </p>
      )}
      <details className="fold">
        <summary>
          Notes and log{" "}
          <span className="muted">
            {incident.notes.length} {incident.notes.length === 1 ? "note" : "notes"}
          </span>
        </summary>
        <ul className="entries" aria-label="Notes">
          {incident.notes.map((note, index) => (
            <li key={index}>
              <time title={fullTime(note.at)}>{clockTime(note.at)}</time> <b>{note.by}</b> noted:{" "}
              <Linked text={note.text} />
            </li>
          ))}
        </ul>
        <ul className="entries" aria-label="Log">
          {incident.log.map((entry, index) => (
            <li key={index}>
              <time title={fullTime(entry.at)}>{clockTime(entry.at)}</time> {entry.text}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** Plain text with its web addresses as links. */
function Linked({ text }: { readonly text: string }) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)])/g).map((part, index) =>
    index % 2 === 1 ? (
      <SmartLink key={index} href={part}>
        {part}
      </SmartLink>
    ) : (
      part
    ),
  );
}
