import { Icon } from "./icon.tsx";

export interface Notice {
  readonly id: string;
  readonly text: string;
  readonly tone: "error" | "info";
}

interface Props {
  readonly notices: readonly Notice[];
  readonly onDismiss: (notice: Notice) => void;
}

/** What went wrong, and what Slack's client would tell this person alone. Stays until it is dismissed. */
export function Notices({ notices, onDismiss }: Props) {
  return (
    <div className="notices" role="region" aria-label="Notices" aria-live="polite">
      {notices.map((notice) => (
        <div
          key={notice.id}
          className={`notice notice-${notice.tone}`}
          role={notice.tone === "error" ? "alert" : "status"}
        >
          <p>{notice.text}</p>
          <button type="button" className="icon-button" aria-label="Dismiss notice" onClick={() => onDismiss(notice)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
