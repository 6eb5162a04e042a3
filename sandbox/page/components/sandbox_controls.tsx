import { useState } from "react";
import { MINUTE } from "../../../core/time.ts";
import type { CompanionView } from "../../page_api.ts";
import { api } from "../api.ts";
import { Dialog } from "./dialog.tsx";
import type { Remote } from "../live.ts";
import { clockTime, fullTime } from "../text/time_text.ts";
import { BusyButton } from "./busy_button.tsx";

interface Props {
  readonly companion: Remote<CompanionView>;
  readonly now: number;
  readonly manualClock: boolean;
}

const STEPS = [1, 10, 31] as const;

/** What only a sandbox has: the companion's switch and the clock. */
export function SandboxControls({ companion, now, manualClock }: Props) {
  return (
    <div className="pagerduty-block sandbox-controls">
      <CompanionSwitch companion={companion} />
      {manualClock && (
        <div className="control-row" role="group" aria-label="Clock">
          <span title={fullTime(now)}>
            Clock: <b>{clockTime(now)}</b>
          </span>
          {STEPS.map((minutes) => (
            <BusyButton key={minutes} className="button button-small" act={() => api.advanceClock(minutes * MINUTE)}>
              +{minutes} min
            </BusyButton>
          ))}
        </div>
      )}
    </div>
  );
}

/** Back to an empty workspace. */
export function StartOver() {
  const [asking, setAsking] = useState(false);
  return (
    <div className="pagerduty-block sandbox-controls">
      <div className="control-row">
        <span className="muted">Forget all that has happened</span>
        <button type="button" className="button button-small" onClick={() => setAsking(true)}>
          Start over
        </button>
      </div>
      {asking && <ResetDialog onClose={() => setAsking(false)} />}
    </div>
  );
}

function CompanionSwitch({ companion }: { readonly companion: Remote<CompanionView> }) {
  if (companion.error) return <p className="field-error">{companion.error}</p>;
  const running = companion.data?.state === "running";
  if (!companion.data) return null;
  return (
    <div className="control-row" role="group" aria-label="Companion">
      <span title={companion.data.url}>
        Companion: <b className={running ? "good" : "bad"}>{companion.data.state}</b>
      </span>
      <BusyButton className="button button-small" act={() => api.setCompanion({ action: running ? "stop" : "start" })}>
        {running ? "Stop" : "Start"}
      </BusyButton>
    </div>
  );
}

function ResetDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog
      title="Start over?"
      small
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <BusyButton
            className="button button-danger"
            act={async () => {
              await api.reset();
              onClose();
            }}
          >
            Forget everything
          </BusyButton>
        </>
      }
    >
      <p>Every channel, message, workflow run and PagerDuty incident of this sandbox is removed.</p>
    </Dialog>
  );
}
