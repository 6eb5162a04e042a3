import { useEffect } from "react";
import type { WorkspaceView } from "../../page_api.ts";
import { api } from "../api.ts";
import type { Go, Route } from "../route.ts";
import { useDefaultChannel } from "../default_channel.ts";
import { useReadMark } from "../read_mark.ts";
import type { SandboxData } from "../sandbox_data.ts";
import type { SessionState } from "../use_session.ts";
import { ChannelPane } from "./channel_pane.tsx";
import { Icon } from "./icon.tsx";
import { Modal } from "./modal.tsx";
import { type Notice, Notices } from "./notices.tsx";
import { PagerdutyPanel } from "./pagerduty_panel.tsx";
import { type Pane, PaneSwitcher } from "./pane_switcher.tsx";
import { RunsDrawer } from "./runs_drawer.tsx";
import { Sidebar } from "./sidebar.tsx";
import { ThreadPane } from "./thread_pane.tsx";

interface Props {
  readonly data: SandboxData;
  readonly workspace: WorkspaceView;
  readonly state: SessionState;
  readonly route: Route;
  readonly go: Go;
  readonly replace: Go;
  readonly now: number;
  readonly pane: Pane;
  readonly onPane: (pane: Pane) => void;
  readonly runsOpen: boolean;
  readonly onRunsOpen: (open: boolean) => void;
}

/** The columns, the drawer under them, and what lies above everything. */
export function WorkspacePage(props: Props) {
  const { data, workspace, state, route, go, pane, onPane, runsOpen, onRunsOpen } = props;
  const channel = workspace.channels.find(({ id }) => id === route.channel);
  useDefaultChannel(workspace, data.isCurrent && channel === undefined, route.user, props.replace);
  useReadMark(data.isCurrent ? channel : undefined, state.session);
  useTitle(channel ? `${channel.isDirectMessage ? "" : "#"}${channel.name}` : undefined);
  const inChannel = route.channel ? { channel: route.channel } : {};
  const notices = <AllNotices data={data} workspace={workspace} state={state} />;
  // Another channel's answer may be on its way; the person's modal stays, with all that was typed into it.
  const modal = workspace.me === route.user ? workspace.modal : undefined;
  return (
    <>
      <div className="columns">
        <Sidebar workspace={workspace} channel={route.channel} onSwitchUser={(user) => go({ user, ...inChannel })} />
        <Middle {...props} />
        <aside className="right" aria-label="Outside of Slack">
          <PagerdutyPanel
            pagerduty={data.pagerduty}
            companion={data.companion}
            me={workspace.users.find(({ id }) => id === workspace.me)?.name}
            now={props.now}
            manualClock={workspace.manualClock}
          />
          <button type="button" className="runs-button" aria-expanded={runsOpen} onClick={() => onRunsOpen(!runsOpen)}>
            <Icon name="steps" /> Workflow runs
          </button>
        </aside>
      </div>
      {(runsOpen || pane === "runs") && (
        <RunsDrawer
          runs={data.runs}
          onClose={() => {
            onRunsOpen(false);
            if (pane === "runs") onPane("messages");
          }}
        />
      )}
      <PaneSwitcher
        pane={pane}
        unread={workspace.channels.some(({ id, unread }) => unread > 0 && id !== route.channel)}
        onSwitch={onPane}
      />
      {modal ? <Modal key={modal.id} modal={modal} notices={notices} /> : notices}
    </>
  );
}

/** The channel, and beside it the thread where one is open. */
function Middle({ data, workspace, state, route, go }: Props) {
  const channel = workspace.channels.find(({ id }) => id === route.channel);
  const messages = data.isCurrent ? workspace.messages : undefined;
  const setThread = (thread: string | undefined) =>
    go({ user: route.user, ...(route.channel ? { channel: route.channel } : {}), ...(thread ? { thread } : {}) });
  if (!channel) {
    return (
      <main className="middle">
        <p className="waiting">Opening the channel…</p>
      </main>
    );
  }
  return (
    <main className={route.thread ? "middle middle-thread" : "middle"}>
      <ChannelPane
        workspace={workspace}
        channel={channel}
        messages={messages}
        jump={state.jump}
        thread={route.thread}
        onThread={(ts) => setThread(ts === route.thread ? undefined : ts)}
      />
      {messages && route.thread && (
        <ThreadPane
          workspace={workspace}
          channel={channel}
          messages={messages}
          threadTs={route.thread}
          onClose={() => setThread(undefined)}
        />
      )}
    </main>
  );
}

function AllNotices({ data, workspace, state }: Pick<Props, "data" | "workspace" | "state">) {
  const { session, failures, dismiss } = state;
  const fromServer = workspace.notices.map(({ id, text }): Notice => ({ id: `server ${id}`, text, tone: "info" }));
  const loading: readonly Notice[] = data.workspaceError
    ? [{ id: "workspace", text: data.workspaceError, tone: "error" }]
    : [];
  const onDismiss = ({ id }: Notice) => {
    if (!id.startsWith("server ")) return dismiss(id);
    void session.attempt(async () => {
      await api.dismissNotice({ user: session.me, id: id.slice("server ".length) });
      await session.reload();
    });
  };
  return <Notices notices={[...failures, ...loading, ...fromServer]} onDismiss={onDismiss} />;
}

function useTitle(place: string | undefined): void {
  useEffect(() => {
    document.title = place ? `${place} · Pager Triage sandbox` : "Pager Triage sandbox";
  }, [place]);
}
