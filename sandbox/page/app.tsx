import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { PEOPLE } from "../seed.ts";
import { api, SandboxAway } from "./api.ts";
import { ChannelPane } from "./components/channel_pane.tsx";
import { Icon } from "./components/icon.tsx";
import { Modal } from "./components/modal.tsx";
import { type Notice, Notices } from "./components/notices.tsx";
import { PagerdutyPanel } from "./components/pagerduty_panel.tsx";
import { type Pane, PaneSwitcher } from "./components/pane_switcher.tsx";
import { RunsDrawer } from "./components/runs_drawer.tsx";
import { type Session, SessionContext } from "./components/session.ts";
import { Sidebar } from "./components/sidebar.tsx";
import { ThreadPane } from "./components/thread_pane.tsx";
import { useLiveVersion, useRemote } from "./live.ts";
import { useNow } from "./now.ts";
import { useRoute } from "./route.ts";
import { TextSurroundingsProvider } from "./text/text_surroundings.tsx";

const DEFAULT_USER = PEOPLE[0]?.slackId ?? "";

/** The whole page: what the server knows, and where the person is in it. */
export function App() {
  const { version, connected } = useLiveVersion();
  const [route, go] = useRoute(DEFAULT_USER);
  const [pane, setPane] = useState<Pane>("messages");
  const [runsOpen, setRunsOpen] = useState(false);
  const [target, setTarget] = useState<string>();
  const [failures, setFailures] = useState<readonly Notice[]>([]);

  const place = `${route.user}/${route.channel ?? ""}`;
  const remote = useRemote(place, version, async (signal) => ({
    place,
    workspace: await api.workspace(route.user, route.channel, signal),
  }));
  const pagerduty = useRemote("pagerduty", version, api.pagerduty);
  const companion = useRemote("companion", version, api.companion);
  const showsRuns = runsOpen || pane === "runs";
  const runs = useRemote(`runs ${showsRuns}`, version, (signal) =>
    showsRuns ? api.runs(signal) : Promise.resolve([]),
  );
  const workspace = remote.data?.workspace;
  const now = useNow(workspace?.now, workspace?.manualClock ?? false);

  const counter = useRef(0);
  const reloads = useRef([remote.reload, pagerduty.reload, companion.reload, runs.reload]);
  const session = useSessionValue();
  function useSessionValue(): Session {
    const { user, channel } = route;
    return useMemo<Session>(() => {
      const attempt: Session["attempt"] = async (work) => {
        try {
          await work();
          return true;
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          counter.current += 1;
          const notice: Notice = { id: `failure ${counter.current}`, text, tone: "error" };
          setFailures((before) => [...before.filter((other) => other.text !== text), notice]);
          if (!(error instanceof SandboxAway)) console.error(error);
          return false;
        }
      };
      const reload = async () => void (await Promise.all(reloads.current.map((fetchAgain) => fetchAgain())));
      return {
        me: user,
        attempt,
        reload,
        openChannel(id, ts) {
          counter.current += 1;
          setTarget(ts === undefined ? undefined : `${ts}#${counter.current}`);
          setPane("messages");
          go({ user, channel: id });
        },
        async startLink(url) {
          await api.link({ user, url, ...(channel ? { channel } : {}) });
          await reload();
        },
      };
    }, [user, channel]);
  }

  const channel = workspace?.channels.find(({ id }) => id === route.channel);
  useDefaultChannel();
  function useDefaultChannel() {
    const first =
      workspace?.me === route.user ? workspace.channels.find(({ name }) => name === "triage-feed") : undefined;
    const fallback = first ?? workspace?.channels.find(({ isArchived, isMember }) => isMember && !isArchived);
    const missing = workspace !== undefined && channel === undefined && fallback !== undefined;
    useEffect(() => {
      if (missing && fallback) go({ user: route.user, channel: fallback.id });
    }, [missing, fallback?.id, route.user, go]);
  }
  const isCurrent = remote.data?.place === place;
  useReadMark(isCurrent && channel ? channel.id : undefined, channel?.unread ?? 0, session);
  useEffect(() => {
    document.title = channel
      ? `${channel.isDirectMessage ? "" : "#"}${channel.name} · Pager Triage sandbox`
      : "Pager Triage sandbox";
  }, [channel?.name, channel?.isDirectMessage]);

  const setThread = useCallback(
    (ts: string | undefined) => {
      go({ user: route.user, ...(route.channel ? { channel: route.channel } : {}), ...(ts ? { thread: ts } : {}) });
    },
    [go, route.user, route.channel],
  );
  if (!workspace) return <Starting connected={connected} error={remote.error} />;

  const messages = isCurrent ? workspace.messages : undefined;
  const serverNotices = workspace.notices.map(({ id, text }): Notice => ({ id: `server ${id}`, text, tone: "info" }));
  const notices = (
    <Notices
      notices={[
        ...failures,
        ...(remote.error ? [{ id: "load", text: remote.error, tone: "error" } as const] : []),
        ...serverNotices,
      ]}
      onDismiss={(notice) => {
        setFailures((before) => before.filter(({ id }) => id !== notice.id));
        if (!notice.id.startsWith("server ")) return;
        void session.attempt(async () => {
          await api.dismissNotice({ user: route.user, id: notice.id.slice("server ".length) });
          await session.reload();
        });
      }}
    />
  );
  const modal = isCurrent ? workspace.modal : undefined;
  return (
    <SessionContext.Provider value={session}>
      <TextSurroundingsProvider
        users={workspace.users}
        channels={workspace.channels}
        me={workspace.me}
        now={now}
        onOpenChannel={session.openChannel}
      >
        <div className={`page pane-${pane}`}>
          {!connected && <AwayBanner />}
          <div className="columns">
            <Sidebar
              workspace={workspace}
              channel={route.channel}
              onSwitchUser={(user) => go({ user, ...(route.channel ? { channel: route.channel } : {}) })}
            />
            <main className={route.thread ? "middle middle-thread" : "middle"}>
              {channel ? (
                <ChannelPane
                  workspace={workspace}
                  channel={channel}
                  messages={messages}
                  target={target}
                  thread={route.thread}
                  onThread={(ts) => setThread(ts === route.thread ? undefined : ts)}
                  onTarget={(ts) => session.openChannel(channel.id, ts)}
                />
              ) : (
                <p className="waiting">{route.channel ? "This channel does not exist." : "Choose a channel."}</p>
              )}
              {channel && messages && route.thread && (
                <ThreadPane
                  workspace={workspace}
                  channel={channel}
                  messages={messages}
                  threadTs={route.thread}
                  onClose={() => setThread(undefined)}
                />
              )}
            </main>
            <aside className="right">
              <PagerdutyPanel
                pagerduty={pagerduty}
                companion={companion}
                now={now}
                manualClock={workspace.manualClock}
              />
              <button
                type="button"
                className="runs-button"
                aria-expanded={runsOpen}
                onClick={() => setRunsOpen(!runsOpen)}
              >
                <Icon name="steps" /> Workflow runs
              </button>
            </aside>
          </div>
          {showsRuns && (
            <RunsDrawer
              runs={runs}
              onClose={() => {
                setRunsOpen(false);
                if (pane === "runs") setPane("messages");
              }}
            />
          )}
          <PaneSwitcher
            pane={pane}
            unread={workspace.channels.some(({ id, unread }) => unread > 0 && id !== route.channel)}
            onSwitch={setPane}
          />
          {!modal && notices}
          {modal && <Modal key={modal.id} modal={modal} notices={notices} />}
        </div>
      </TextSurroundingsProvider>
    </SessionContext.Provider>
  );
}

function Starting({ connected, error }: { readonly connected: boolean; readonly error: string | undefined }) {
  return (
    <div className="starting">
      {!connected && <AwayBanner />}
      <p className={error ? "field-error" : "waiting"}>{error || "Opening the workspace…"}</p>
    </div>
  );
}

function AwayBanner() {
  return (
    <p className="banner" role="alert">
      The sandbox does not answer. Trying again until it does; what you typed stays here.
    </p>
  );
}

/** Tells the server that the open channel's news have been seen, once for each change, and only while somebody looks. */
function useReadMark(channel: string | undefined, unread: number, session: Session): void {
  const [visible, setVisible] = useState(() => document.visibilityState === "visible");
  useEffect(() => {
    const follow = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", follow);
    return () => document.removeEventListener("visibilitychange", follow);
  }, []);
  useEffect(() => {
    if (!visible || channel === undefined || unread === 0) return;
    void session.attempt(() => api.read({ user: session.me, channel }));
  }, [visible, channel, unread, session]);
}
