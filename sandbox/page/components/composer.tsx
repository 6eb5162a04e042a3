import { useLayoutEffect, useRef, useState } from "react";
import type { WorkspaceView } from "../../page_api.ts";
import { api } from "../api.ts";
import { typedText } from "../text/typed_text.ts";
import { Icon } from "./icon.tsx";
import { useSession } from "./session.ts";

interface Props {
  readonly workspace: WorkspaceView;
  readonly channel: string;
  readonly threadTs?: string;
  /** The field's accessible name and placeholder. */
  readonly label: string;
}

/** Where a person writes. What was typed stays until the server has taken it. */
export function Composer({ workspace, channel, threadTs, label }: Props) {
  const session = useSession();
  const [text, setText] = useState("");
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, 160)}px`;
  }, [text]);

  const send = async () => {
    if (text.trim() === "" || sending) return;
    setSending(true);
    const sent = await session.attempt(() =>
      api.say({
        user: session.me,
        channel,
        text: typedText(text.trim(), workspace),
        ...(threadTs ? { threadTs } : {}),
      }),
    );
    setSending(false);
    if (!sent) return;
    setText("");
    await session.reload();
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void send();
        }}
      />
      <button type="submit" className="send-button" aria-label="Send" aria-disabled={text.trim() === "" || sending}>
        <Icon name="send" />
      </button>
    </form>
  );
}
