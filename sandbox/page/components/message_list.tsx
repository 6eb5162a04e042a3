import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { MessageView, WorkspaceView } from "../../page_api.ts";
import { dayName, instantOf } from "../text/time_text.ts";
import type { Jump } from "../use_session.ts";
import { Icon } from "./icon.tsx";
import { MessageItem, replyCount } from "./message_item.tsx";

interface Props {
  readonly workspace: WorkspaceView;
  /** What the list shows, oldest first. */
  readonly messages: readonly MessageView[];
  /** With replies, for the preview of a thread. */
  readonly all: readonly MessageView[];
  readonly pinnedTs: readonly string[];
  readonly jump?: Jump | undefined;
  readonly thread?: string | undefined;
  /** Absent inside of a thread. */
  readonly onThread?: ((ts: string) => void) | undefined;
  readonly intro?: ReactNode;
}

const GROUP_WITHIN_MS = 5 * 60_000;
const BOTTOM_TOLERANCE_PX = 40;

/** The scrolling list. It stays at its end only if it was there; otherwise it says that something new has come. */
export function MessageList(props: Props) {
  const { workspace, messages, jump } = props;
  const { scroller, content, missed, toEnd } = useStickToEnd(messages.at(-1)?.ts);
  useEffect(() => {
    if (!jump) return;
    const item = content.current?.querySelector(`[data-ts="${CSS.escape(jump.ts)}"]`);
    if (!(item instanceof HTMLElement)) return;
    // What is taller than the list begins at its top, so that the title is seen.
    const fits = item.offsetHeight < (scroller.current?.clientHeight ?? 0);
    item.scrollIntoView({ block: fits ? "center" : "start" });
  }, [jump, content, scroller]);
  return (
    <div className="list-frame">
      <div className="list-scroller" ref={scroller} tabIndex={-1}>
        <div className="list-content" ref={content}>
          {props.intro}
          <ul className="messages" role="list">
            {messages.map((message, index) => {
              const before = messages[index - 1];
              return (
                <MessageItem
                  key={message.ts}
                  workspace={workspace}
                  message={message}
                  divider={dividerOf(before, message, props)}
                  grouped={isGrouped(before, message)}
                  isPinned={props.pinnedTs.includes(message.ts)}
                  isTarget={jump?.ts === message.ts}
                  isThreadOpen={props.thread === message.ts}
                  replies={props.all.filter(({ threadTs, ts }) => threadTs === message.ts && ts !== message.ts)}
                  onThread={props.onThread}
                />
              );
            })}
          </ul>
        </div>
      </div>
      {missed && (
        <button type="button" className="to-end" onClick={toEnd}>
          New messages <Icon name="down" />
        </button>
      )}
    </div>
  );
}

function dividerOf(before: MessageView | undefined, message: MessageView, props: Props): string | undefined {
  if (isFirstReply(before, message)) return replyCount(props.messages.length - 1);
  return isNewDay(before, message) ? dayName(instantOf(message.ts), props.workspace.now) : undefined;
}

/** Only in a thread does a message follow the one that it replies to. */
function isFirstReply(before: MessageView | undefined, message: MessageView): boolean {
  return before !== undefined && before.ts === message.threadTs;
}

function isNewDay(before: MessageView | undefined, message: MessageView): boolean {
  const day = (ts: string) => new Date(instantOf(ts)).toDateString();
  return !before || day(before.ts) !== day(message.ts);
}

function isGrouped(before: MessageView | undefined, message: MessageView): boolean {
  if (!before || before.user !== message.user || isNewDay(before, message)) return false;
  if (isFirstReply(before, message)) return false;
  if (before.isSystem || message.isSystem || before.isEphemeral !== message.isEphemeral) return false;
  return instantOf(message.ts) - instantOf(before.ts) < GROUP_WITHIN_MS;
}

function useStickToEnd(newest: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const seen = useRef(newest);
  const [missed, setMissed] = useState(false);
  const toEnd = () => {
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
    else if (newest !== seen.current) setMissed(true);
    seen.current = newest;
  }, [newest]);
  useEffect(() => {
    const frame = scroller.current;
    const inside = content.current;
    if (!frame || !inside) return;
    let size = "";
    const sizeNow = () => `${frame.scrollHeight}/${frame.clientHeight}`;
    const follow = () => {
      const isAtEnd = frame.scrollHeight - frame.scrollTop - frame.clientHeight < BOTTOM_TOLERANCE_PX;
      // The browser also moves a list whose content has changed; only a person's scrolling leaves the end.
      if (isAtEnd || size === sizeNow()) atEnd.current = isAtEnd;
      if (atEnd.current) setMissed(false);
    };
    // A message that grows (an edited card, a late picture) must not push the end out of sight.
    const grown = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
      size = sizeNow();
    });
    frame.addEventListener("scroll", follow, { passive: true });
    grown.observe(inside);
    grown.observe(frame);
    return () => {
      frame.removeEventListener("scroll", follow);
      grown.disconnect();
    };
  }, []);
  return { scroller, content, missed, toEnd };
}
