import type { ChannelView, MessageView, WorkspaceView } from "../../page_api.ts";
import { Composer } from "./composer.tsx";
import { Icon } from "./icon.tsx";
import { MessageList } from "./message_list.tsx";
import { useSession } from "./session.ts";

interface Props {
  readonly workspace: WorkspaceView;
  readonly channel: ChannelView;
  readonly messages: readonly MessageView[];
  readonly threadTs: string;
  readonly onClose: () => void;
}

/** A message and its replies, beside the channel. */
export function ThreadPane({ workspace, channel, messages, threadTs, onClose }: Props) {
  const session = useSession();
  const thread = messages.filter((message) => message.ts === threadTs || message.threadTs === threadTs);
  return (
    <section
      className="thread-pane"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className="pane-head">
        <h2>Thread</h2>
        <span className="muted">{channel.isDirectMessage ? channel.name : `#${channel.name}`}</span>
        <button type="button" className="icon-button" aria-label="Close thread" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <MessageList key={threadTs} workspace={workspace} messages={thread} all={thread} pinnedTs={channel.pinnedTs} />
      {!channel.isArchived && channel.isMember && (
        <Composer
          workspace={workspace}
          key={`${session.me}/${threadTs}`}
          channel={channel.id}
          threadTs={threadTs}
          label="Reply"
        />
      )}
    </section>
  );
}
