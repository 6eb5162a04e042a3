import { Icon } from "./icon.tsx";

export const PANES = ["channels", "messages", "pagerduty", "runs"] as const;
export type Pane = (typeof PANES)[number];

const NAMES = {
  channels: ["Channels", "hash"],
  messages: ["Messages", "message"],
  pagerduty: ["PagerDuty", "pulse"],
  runs: ["Runs", "steps"],
} as const;

interface Props {
  readonly pane: Pane;
  /** Whether anything outside of the open channel is unread. */
  readonly unread: boolean;
  readonly onSwitch: (pane: Pane) => void;
}

/** At the foot of a narrow screen: which one pane is seen. */
export function PaneSwitcher({ pane, unread, onSwitch }: Props) {
  return (
    <nav className="pane-switcher" aria-label="Panes">
      {PANES.map((name) => (
        <button
          key={name}
          type="button"
          aria-current={pane === name ? "page" : undefined}
          onClick={() => onSwitch(name)}
        >
          <Icon name={NAMES[name][1]} />
          {NAMES[name][0]}
          {name === "channels" && unread && <span className="dot" aria-hidden="true" />}
        </button>
      ))}
    </nav>
  );
}
