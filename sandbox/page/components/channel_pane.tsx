import { useMemo } from "react";
import type { ChannelView, MessageView, WorkspaceView } from "../../page_api.ts";
import { api } from "../api.ts";
import { FEED_NAME } from "../default_channel.ts";
import type { Jump } from "../use_session.ts";
import { ChannelHeader } from "./channel_header.tsx";
import { Composer } from "./composer.tsx";
import { MessageList } from "./message_list.tsx";
import { useSession } from "./session.ts";

interface Props {
  readonly workspace: WorkspaceView;
  readonly channel: ChannelView;
  /** Undefined while another channel's messages are still all that the page has. */
  readonly messages: readonly MessageView[] | undefined;
  readonly jump: Jump | undefined;
  readonly thread: string | undefined;
  readonly onThread: (ts: string) => void;
}

/** The channel in the middle of the page. */
export function ChannelPane({ workspace, channel, messages, jump, thread, onThread }: Props) {
  const label = channel.isDirectMessage ? channel.name : `#${channel.name}`;
  const top = useMemo(
    () => messages?.filter(({ threadTs, ts }) => threadTs === undefined || threadTs === ts),
    [messages],
  );
  return (
    <section className="channel-pane" aria-label={label}>
      <ChannelHeader workspace={workspace} channel={channel} messages={messages ?? []} />
      {top ? (
        <MessageList
          key={channel.id}
          workspace={workspace}
          messages={top}
          all={messages ?? []}
          pinnedTs={channel.pinnedTs}
          jump={jump}
          thread={thread}
          onThread={onThread}
          intro={<Intro channel={channel} label={label} isEmpty={top.length === 0} />}
        />
      ) : (
        <p className="waiting">Opening {label}…</p>
      )}
      <Footer workspace={workspace} channel={channel} label={label} />
    </section>
  );
}

interface IntroProps {
  readonly channel: ChannelView;
  readonly label: string;
  readonly isEmpty: boolean;
}

function Intro({ channel, label, isEmpty }: IntroProps) {
  return (
    <div className="intro">
      <h3>{label}</h3>
      <p>{channel.isDirectMessage ? `Messages between you and ${channel.name}.` : `This is the start of ${label}.`}</p>
      {channel.purpose !== "" && <p className="muted">{channel.purpose}</p>}
      {isEmpty && channel.name === FEED_NAME && (
        <p className="first-visit">Nothing has failed yet. Fire an error in the PagerDuty panel.</p>
      )}
    </div>
  );
}

/** Where one writes; or why one cannot, and what to do about it. */
function Footer({ workspace, channel, label }: Pick<Props, "workspace" | "channel"> & { readonly label: string }) {
  const session = useSession();
  const request = { user: session.me, channel: channel.id };
  const act = (work: () => Promise<unknown>) => () =>
    void session.attempt(async () => {
      await work();
      await session.reload();
    });
  if (channel.isArchived) {
    return (
      <div className="footer-note">
        <p>{label} is archived.</p>
        <button type="button" className="button" onClick={act(() => api.unarchive(request))}>
          Unarchive
        </button>
      </div>
    );
  }
  if (!channel.isMember && !channel.isDirectMessage) {
    return (
      <div className="footer-note">
        <p>You are looking at {label} without being a member.</p>
        <button type="button" className="button button-primary" onClick={act(() => api.join(request))}>
          Join channel
        </button>
      </div>
    );
  }
  return (
    <Composer
      key={`${session.me}/${channel.id}`}
      workspace={workspace}
      channel={channel.id}
      label={`Message ${label}`}
    />
  );
}
