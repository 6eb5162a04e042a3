import { type ReactNode, useState } from "react";
import type { ChannelView, WorkspaceView } from "../../page_api.ts";
import { Icon } from "./icon.tsx";
import { PopupMenu } from "./popup_menu.tsx";
import { useSession } from "./session.ts";
import { UserSwitcher } from "./user_switcher.tsx";

interface Props {
  readonly workspace: WorkspaceView;
  readonly channel: string | undefined;
  readonly onSwitchUser: (user: string) => void;
}

/** Everything to the left: who looks, where they can go, what they can start. */
export function Sidebar({ workspace, channel, onSwitchUser }: Props) {
  const groups = groupChannels(workspace.channels);
  const list = (channels: readonly ChannelView[]) => <ChannelLinks channels={channels} current={channel} />;
  return (
    <nav className="sidebar" aria-label="Workspace">
      <header className="sidebar-head">
        <h1>{workspace.team}</h1>
        <Shortcuts shortcuts={workspace.shortcuts} />
      </header>
      <div className="sidebar-scroll">
        {groups.incidents.length > 0 && <Group title="Incidents">{list(groups.incidents)}</Group>}
        <Group title="Channels">{list(groups.channels)}</Group>
        {groups.direct.length > 0 && <Group title="Direct messages">{list(groups.direct)}</Group>}
        {groups.archived.length > 0 && (
          <details className="sidebar-group" open={groups.archived.some(({ id }) => id === channel) || undefined}>
            <summary>Archived ({groups.archived.length})</summary>
            {list(groups.archived)}
          </details>
        )}
      </div>
      <UserSwitcher workspace={workspace} onSwitch={onSwitchUser} />
    </nav>
  );
}

interface Groups {
  readonly incidents: readonly ChannelView[];
  readonly channels: readonly ChannelView[];
  readonly direct: readonly ChannelView[];
  readonly archived: readonly ChannelView[];
}

/** Incident channels come newest first: their names carry rising numbers. */
function groupChannels(all: readonly ChannelView[]): Groups {
  const open = all.filter((channel) => !channel.isArchived && !channel.isDirectMessage);
  const isIncident = ({ name }: ChannelView) => name.startsWith("inc-");
  const newestFirst = (a: ChannelView, b: ChannelView) => b.name.localeCompare(a.name, "en", { numeric: true });
  return {
    incidents: open.filter(isIncident).sort(newestFirst),
    channels: open.filter((channel) => !isIncident(channel)).sort((a, b) => a.name.localeCompare(b.name, "en")),
    direct: all.filter((channel) => !channel.isArchived && channel.isDirectMessage),
    archived: all.filter((channel) => channel.isArchived).sort(newestFirst),
  };
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="sidebar-group">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface LinksProps {
  readonly channels: readonly ChannelView[];
  readonly current: string | undefined;
}

function ChannelLinks({ channels, current }: LinksProps) {
  const session = useSession();
  return (
    <ul>
      {channels.map((channel) => (
        <li key={channel.id}>
          <button
            type="button"
            className={channelClass(channel, current)}
            aria-label={channel.name}
            aria-current={channel.id === current ? "page" : undefined}
            aria-description={describeChannel(channel)}
            title={channel.name}
            onClick={() => session.openChannel(channel.id)}
          >
            <Icon name={channel.isDirectMessage ? "person" : channel.isArchived ? "archive" : "hash"} />
            <span className="channel-name">{channel.name}</span>
            {channel.mentions > 0 && (
              <span className="badge" aria-hidden="true">
                {channel.mentions}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}

function channelClass(channel: ChannelView, current: string | undefined): string {
  return [
    "channel-link",
    channel.id === current ? "channel-current" : "",
    channel.unread > 0 && channel.id !== current ? "channel-unread" : "",
    channel.isMember || channel.isDirectMessage ? "" : "channel-foreign",
  ].join(" ");
}

function describeChannel({ unread, mentions, isMember, isArchived }: ChannelView): string | undefined {
  const parts = [
    unread > 0 ? `${unread} unread` : "",
    mentions > 0 ? `${mentions} mention${mentions === 1 ? "" : "s"} of you` : "",
    isMember ? "" : "you are not a member",
    isArchived ? "archived" : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(", ") : undefined;
}

function Shortcuts({ shortcuts }: Pick<WorkspaceView, "shortcuts">) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const start = async (url: string) => {
    setBusy(true);
    await session.attempt(() => session.startLink(url));
    setBusy(false);
  };
  return (
    <PopupMenu
      label="Shortcuts"
      className="sidebar-button"
      align="end"
      busy={busy}
      empty="The app has no shortcuts yet."
      items={shortcuts.map(({ url, name, description }) => ({
        id: url,
        name,
        description,
        choose: () => void start(url),
      }))}
    >
      <Icon name="bolt" />
      Shortcuts
    </PopupMenu>
  );
}
