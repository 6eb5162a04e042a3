import { memo, useMemo } from "react";
import type { MessageView, UserView, WorkspaceView } from "../../page_api.ts";
import { BlockList } from "../blocks/block_list.tsx";
import { InteractionContext, useSurface } from "../blocks/interaction.ts";
import { RichText } from "../text/rich_text.tsx";
import { plainPreview } from "../text/plain_preview.ts";
import { ago, clockTime, fullTime, instantOf } from "../text/time_text.ts";
import { Avatar } from "./avatar.tsx";
import { Icon } from "./icon.tsx";

interface Props {
  readonly workspace: WorkspaceView;
  readonly message: MessageView;
  /** What the line above says: the day's name where this message is the first of its day, or how many replies follow. */
  readonly divider: string | undefined;
  /** Whether the message follows another one of the same person closely. */
  readonly grouped: boolean;
  readonly isPinned: boolean;
  readonly isTarget: boolean;
  readonly isThreadOpen: boolean;
  readonly replies: readonly MessageView[];
  readonly onThread: ((ts: string) => void) | undefined;
}

/** One message with everything around it. */
export const MessageItem = memo(function MessageItem(props: Props) {
  const { workspace, message, grouped, divider } = props;
  const user = workspace.users.find(({ id }) => id === message.user);
  const name = user?.name ?? message.user;
  const className = [
    "message",
    grouped ? "message-grouped" : "",
    message.isSystem ? "message-system" : "",
    message.isEphemeral ? "message-ephemeral" : "",
    props.isPinned ? "message-pinned" : "",
    props.isTarget ? "message-target" : "",
    props.isThreadOpen ? "message-thread-open" : "",
  ];
  if (message.isSystem) {
    return (
      <li role="listitem" className={className.join(" ")} data-ts={message.ts} tabIndex={-1}>
        {divider && <p className="divider">{divider}</p>}
        <div className="system-line">
          <Body message={message} />
          <Time ts={message.ts} className="time" />
        </div>
      </li>
    );
  }
  return (
    <li role="listitem" className={className.join(" ")} data-ts={message.ts} tabIndex={-1}>
      {divider && <p className="divider">{divider}</p>}
      {props.isPinned && (
        <p className="message-note">
          <Icon name="pin" /> Pinned
        </p>
      )}
      {message.isEphemeral && (
        <p className="message-note">
          <Icon name="eye" /> Only visible to you
        </p>
      )}
      <div className="message-row">
        <div className="message-gutter">
          {grouped ? <Time ts={message.ts} className="gutter-time" /> : <Avatar user={user} />}
        </div>
        <div className="message-main">
          {grouped ? (
            <span className="visually-hidden">{name}:</span>
          ) : (
            <Byline message={message} user={user} name={name} />
          )}
          <Body message={message} />
          {message.isEdited && grouped && <span className="edited">(edited)</span>}
          <ThreadLink {...props} />
        </div>
      </div>
    </li>
  );
});

function Byline(props: { readonly message: MessageView; readonly user: UserView | undefined; readonly name: string }) {
  return (
    <p className="byline">
      <b title={props.user?.title}>{props.name}</b>
      {props.user?.isBot && <span className="app-tag">App</span>}
      <Time ts={props.message.ts} className="time" />
      {props.message.isEdited && <span className="edited">(edited)</span>}
    </p>
  );
}

function Time({ ts, className }: { readonly ts: string; readonly className: string }) {
  const at = instantOf(ts);
  return (
    <time className={className} dateTime={new Date(at).toISOString()} title={fullTime(at)}>
      {clockTime(at)}
    </time>
  );
}

function Body({ message }: { readonly message: MessageView }) {
  const surface = useMemo(() => ({ channel: message.channel, ts: message.ts }), [message.channel, message.ts]);
  const { interaction } = useSurface(surface, message.blocks);
  return (
    <InteractionContext.Provider value={interaction}>
      {message.blocks.length > 0 ? (
        <BlockList blocks={message.blocks} />
      ) : (
        // The platform's own lines quote topics and names as they are.
        <RichText text={{ type: message.isSystem ? "plain_text" : "mrkdwn", text: message.text, emoji: true }} />
      )}
    </InteractionContext.Provider>
  );
}

export function replyCount(count: number): string {
  return `${count} ${count === 1 ? "reply" : "replies"}`;
}

/** The way into a thread: how many replies there are and how the last one begins. */
function ThreadLink({ message, replies, onThread, workspace, isThreadOpen }: Props) {
  if (!onThread || message.isEphemeral) return null;
  const last = replies.at(-1);
  const count = Math.max(replies.length, message.replyCount);
  if (count === 0) {
    return (
      <button type="button" className="reply-button" onClick={() => onThread(message.ts)}>
        <Icon name="reply" /> Reply in thread
      </button>
    );
  }
  const label = replyCount(count);
  return (
    <button
      type="button"
      className="thread-link"
      aria-label={label}
      aria-expanded={isThreadOpen}
      onClick={() => onThread(message.ts)}
    >
      {last && <Avatar user={workspace.users.find(({ id }) => id === last.user)} small />}
      <b>{label}</b>
      {last && (
        <span className="thread-preview">
          {ago(instantOf(last.ts), workspace.now)} · {plainPreview(last.text, workspace)}
        </span>
      )}
    </button>
  );
}
