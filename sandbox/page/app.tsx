import { useCallback, useState } from "react";
import { PEOPLE } from "../seed.ts";
import type { Pane } from "./components/pane_switcher.tsx";
import { SessionContext } from "./components/session.ts";
import { WorkspacePage } from "./components/workspace_page.tsx";
import { useNow } from "./now.ts";
import { useRoute } from "./route.ts";
import { useSandboxData } from "./sandbox_data.ts";
import { TextSurroundingsProvider } from "./text/text_surroundings.tsx";
import { useSessionState } from "./use_session.ts";

const DEFAULT_USER = PEOPLE[0]?.slackId ?? "";

/** What the server knows, where the person is in it, and what they may do: everything that the page is drawn from. */
export function App() {
  const { route, go, replace } = useRoute(DEFAULT_USER);
  const [pane, setPane] = useState<Pane>("messages");
  const [runsOpen, setRunsOpen] = useState(false);
  const data = useSandboxData(route, runsOpen || pane === "runs");
  const showMessages = useCallback(() => setPane("messages"), []);
  const state = useSessionState(route, go, data.reload, showMessages);
  const { workspace, connected } = data;
  const now = useNow(workspace?.now, workspace?.manualClock ?? false);
  if (!workspace) {
    return (
      <div className="starting">
        {!connected && <AwayBanner />}
        <p className={data.workspaceError ? "field-error" : "waiting"}>
          {data.workspaceError ?? "Opening the workspace…"}
        </p>
      </div>
    );
  }
  return (
    <SessionContext.Provider value={state.session}>
      <TextSurroundingsProvider
        users={workspace.users}
        channels={workspace.channels}
        me={workspace.me}
        now={now}
        onOpenChannel={state.session.openChannel}
      >
        <div className={`page pane-${pane}`}>
          {!connected && <AwayBanner />}
          <WorkspacePage
            data={data}
            workspace={workspace}
            state={state}
            route={route}
            go={go}
            replace={replace}
            now={now}
            pane={pane}
            onPane={setPane}
            runsOpen={runsOpen}
            onRunsOpen={setRunsOpen}
          />
        </div>
      </TextSurroundingsProvider>
    </SessionContext.Provider>
  );
}

function AwayBanner() {
  return (
    <p className="banner" role="alert">
      The sandbox does not answer. Trying again until it does; what you typed stays here.
    </p>
  );
}
