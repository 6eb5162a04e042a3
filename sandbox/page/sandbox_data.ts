import { useCallback, useRef } from "react";
import type { CompanionView, PagerdutyView, RunView, WorkspaceView } from "../page_api.ts";
import { api } from "./api.ts";
import { type Remote, useLiveVersion, useRemote } from "./live.ts";
import type { Route } from "./route.ts";

export interface SandboxData {
  /** Whether the server can be reached. */
  readonly connected: boolean;
  /** The last answer; it may be another channel's or another person's while the next one is on its way. */
  readonly workspace: WorkspaceView | undefined;
  /** Whether the answer was given for the route's person and channel. */
  readonly isCurrent: boolean;
  readonly workspaceError: string | undefined;
  readonly pagerduty: Remote<PagerdutyView>;
  readonly companion: Remote<CompanionView>;
  readonly runs: Remote<readonly RunView[]>;
  /** Fetches everything again and waits for it. */
  readonly reload: () => Promise<void>;
}

const NO_RUNS: readonly RunView[] = [];

/** Everything that the page shows, kept current. Runs are asked for only while they are looked at. */
export function useSandboxData(route: Route, showsRuns: boolean): SandboxData {
  const { version, connected } = useLiveVersion();
  const place = `${route.user}/${route.channel ?? ""}`;
  const remote = useRemote(place, version, async (signal) => ({
    place,
    workspace: await api.workspace(route.user, route.channel, signal),
  }));
  const pagerduty = useRemote("pagerduty", version, api.pagerduty);
  const companion = useRemote("companion", version, api.companion);
  const runs = useRemote(`runs ${showsRuns}`, version, (signal) =>
    showsRuns ? api.runs(signal) : Promise.resolve(NO_RUNS),
  );
  const reloads = useRef<readonly (() => Promise<void>)[]>([]);
  reloads.current = [remote.reload, pagerduty.reload, companion.reload, runs.reload];
  const reload = useCallback(async () => {
    await Promise.all(reloads.current.map((again) => again()));
  }, []);
  return {
    connected,
    workspace: remote.data?.workspace,
    isCurrent: remote.data?.place === place,
    workspaceError: remote.error || undefined,
    pagerduty,
    companion,
    runs,
    reload,
  };
}
