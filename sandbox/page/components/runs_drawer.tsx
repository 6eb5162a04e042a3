import { useState } from "react";
import type { RunView, StepView } from "../../page_api.ts";
import { api } from "../api.ts";
import type { Remote } from "../live.ts";
import { clockTime, fullTime, milliseconds } from "../text/time_text.ts";
import { BusyButton } from "./busy_button.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  readonly runs: Remote<readonly RunView[]>;
  readonly onClose: () => void;
}

/** What the platform did behind the messages: each run of a workflow and each of its steps. */
export function RunsDrawer({ runs, onClose }: Props) {
  const [chosen, setChosen] = useState<string>();
  const list = runs.data ?? [];
  const run = list.find(({ id }) => id === chosen) ?? list[0];
  return (
    <section
      className="runs"
      aria-label="Workflow runs"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className="pane-head">
        <h2>Workflow runs</h2>
        <span className="muted">newest first</span>
        <button type="button" className="icon-button" aria-label="Close workflow runs" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {runs.error && <p className="field-error">{runs.error}</p>}
      {list.length === 0 && (
        <p className="waiting">{runs.data ? "No workflow has run yet." : "Asking for the runs…"}</p>
      )}
      {run && (
        <div className="runs-body">
          <ul className="runs-list" role="list">
            {list.map((item) => (
              <li key={item.id}>
                <button type="button" aria-current={item.id === run.id} onClick={() => setChosen(item.id)}>
                  <span className={`status status-run-${item.status}`}>{item.status}</span>
                  <span className="runs-title">{item.title}</span>
                  <time className="muted" title={fullTime(item.startedAt)}>
                    {clockTime(item.startedAt)}
                  </time>
                </button>
              </li>
            ))}
          </ul>
          <RunDetails key={run.id} run={run} />
        </div>
      )}
    </section>
  );
}

function RunDetails({ run }: { readonly run: RunView }) {
  return (
    <div className="run-details">
      <p className="run-line">
        <b>{run.title}</b> <span className="muted">started by {run.trigger}</span>
      </p>
      <ol className="steps">
        {run.steps.map((step, index) => (
          <Step key={`${step.functionId}/${index}`} step={step} />
        ))}
      </ol>
    </div>
  );
}

function Step({ step }: { readonly step: StepView }) {
  const { executionId } = step;
  const isOpen = step.status === "running" || step.status === "waiting";
  return (
    <li className="step">
      <p className="step-line">
        <span className={`status status-step-${step.status}`}>{step.status.replace("_", " ")}</span>
        <b>{step.title}</b>
        <code className="muted" title={step.functionId}>
          {step.functionId.split("/").at(-1)}
        </code>
        {step.durationMs !== undefined && <span className="muted">{milliseconds(step.durationMs)}</span>}
        {isOpen && executionId !== undefined && (
          <BusyButton className="button button-small" act={() => api.expire({ executionId })}>
            Let it expire
          </BusyButton>
        )}
      </p>
      {step.error && <p className="field-error">{step.error}</p>}
      <div className="step-folds">
        <Values title="Inputs" values={step.inputs} />
        <Values title="Outputs" values={step.outputs} />
        {step.log.length > 0 && (
          <details className="fold">
            <summary>
              Log <span className="muted">{step.log.length}</span>
            </summary>
            <pre>{step.log.join("\n")}</pre>
          </details>
        )}
      </div>
    </li>
  );
}

function Values({ title, values }: { readonly title: string; readonly values: Readonly<Record<string, unknown>> }) {
  const entries = Object.entries(values);
  if (entries.length === 0) return null;
  return (
    <details className="fold">
      <summary>
        {title} <span className="muted">{entries.length}</span>
      </summary>
      <dl className="values">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{typeof value === "string" ? value : JSON.stringify(value, null, 2)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
