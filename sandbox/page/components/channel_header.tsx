import type { BookmarkView, ChannelView, MessageView, WorkspaceView } from "../../page_api.ts";
import { api } from "../api.ts";
import { PICTURES } from "../text/emoji_pictures.tsx";
import { Emoji } from "../text/emoji.tsx";
import { plainPreview } from "../text/plain_preview.ts";
import { PlainText } from "../text/rich_text.tsx";
import { Icon } from "./icon.tsx";
import { PopupMenu } from "./popup_menu.tsx";
import { useSession } from "./session.ts";
import { SmartLink } from "./smart_link.tsx";

interface Props {
  readonly workspace: WorkspaceView;
  readonly channel: ChannelView;
  readonly messages: readonly MessageView[];
}

/** Name, topic, members, bookmarks and pins of a channel. */
export function ChannelHeader({ workspace, channel, messages }: Props) {
  return (
    <header className="channel-header">
      <div className="channel-title">
        <h2>
          <Icon name={channel.isDirectMessage ? "person" : channel.isArchived ? "archive" : "hash"} />
          <span>{channel.name}</span>
        </h2>
        {!channel.isDirectMessage && <Members workspace={workspace} channel={channel} />}
        {!channel.isDirectMessage && <ChannelMenu channel={channel} />}
      </div>
      {channel.topic !== "" && (
        // Slack neither formats a topic nor makes links of it.
        <p className="topic" title={channel.topic}>
          <PlainText text={channel.topic} />
        </p>
      )}
      {(channel.bookmarks.length > 0 || channel.pinnedTs.length > 0) && (
        <div className="bookmarks">
          {channel.pinnedTs.length > 0 && <Pins workspace={workspace} channel={channel} messages={messages} />}
          {channel.bookmarks.map((bookmark) => (
            <Bookmark key={bookmark.id} bookmark={bookmark} />
          ))}
        </div>
      )}
    </header>
  );
}

function Bookmark({ bookmark }: { readonly bookmark: BookmarkView }) {
  const name = bookmark.emoji?.replaceAll(":", "");
  return (
    <SmartLink href={bookmark.link} className="bookmark">
      {name !== undefined && name in PICTURES ? <Emoji name={name} /> : <Icon name="bookmark" />}
      {bookmark.title}
    </SmartLink>
  );
}

function Members({ workspace, channel }: Pick<Props, "workspace" | "channel">) {
  const members = channel.memberIds.map((id) => workspace.users.find((user) => user.id === id)?.name ?? id);
  const count = `${members.length} member${members.length === 1 ? "" : "s"}`;
  return (
    <PopupMenu
      label={count}
      className="chip-button"
      align="end"
      items={members.map((name) => ({ id: name, name, choose: () => undefined }))}
    >
      <Icon name="people" />
      {members.length}
    </PopupMenu>
  );
}

function Pins({ workspace, channel, messages }: Props) {
  const session = useSession();
  const items = channel.pinnedTs.map((ts) => {
    const text = messages.find((message) => message.ts === ts)?.text ?? "A message";
    return { id: ts, name: plainPreview(text, workspace), choose: () => session.openChannel(channel.id, ts) };
  });
  const label = `${items.length} pinned`;
  return (
    <PopupMenu label={label} className="bookmark" items={items}>
      <Icon name="pin" />
      {label}
    </PopupMenu>
  );
}

function ChannelMenu({ channel }: { readonly channel: ChannelView }) {
  const session = useSession();
  const request = { user: session.me, channel: channel.id };
  const act = (work: () => Promise<unknown>) =>
    void session.attempt(async () => {
      await work();
      await session.reload();
    });
  const items = channel.isArchived
    ? [{ id: "unarchive", name: "Unarchive channel", choose: () => act(() => api.unarchive(request)) }]
    : [
        ...(channel.isMember ? [] : [{ id: "join", name: "Join channel", choose: () => act(() => api.join(request)) }]),
        { id: "archive", name: "Archive channel", choose: () => act(() => api.archive(request)) },
        { id: "private", name: "Make channel private", choose: () => act(() => api.makePrivate(request)) },
      ];
  return (
    <PopupMenu label="Channel menu" className="icon-button" align="end" items={items}>
      <Icon name="more" />
    </PopupMenu>
  );
}
