import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import { useSession } from "../components/session.ts";
import { linkTarget } from "../slack_links.ts";
import { PlainText } from "../text/rich_text.tsx";
import type { ElementProps } from "./block_element.tsx";
import { ConfirmDialog } from "./confirm_dialog.tsx";
import { useInteraction } from "./interaction.ts";
import { readConfirm, readString, readText } from "./slack_objects.ts";

/**
 * A button or workflow button. It stays focusable while its press is under way, says so, and takes no second press. One
 * with an address opens it and posts the press as well, as Slack does.
 */
export function ButtonElement({ blockId, element }: ElementProps) {
  const { press } = useInteraction();
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const text = readText(element["text"])?.text ?? "";
  const value = readString(element["value"]);
  const url = readString(element["url"]);
  const confirm = readConfirm(element["confirm"]);
  const button = useRef<HTMLButtonElement>(null);
  useFocusAfterwards(button);

  const send = async () => {
    setAsking(false);
    setBusy(true);
    if (url) follow(url);
    await press(blockId, element, value === undefined ? {} : { value });
    setBusy(false);
  };
  const follow = (href: string) => {
    const target = linkTarget(href, location.origin);
    if (target.kind === "outside") open(target.href, "_blank", "noopener,noreferrer");
    if (target.kind === "channel") session.openChannel(target.channel, target.ts);
    if (target.kind === "link_trigger") void session.attempt(() => session.startLink(target.url));
  };
  const style = readString(element["style"]) ?? "default";
  return (
    <>
      <button
        ref={button}
        type="button"
        className={`button button-${style}`}
        // An emoji's picture would add its own words to the name.
        aria-label={readString(element["accessibility_label"]) ?? text}
        aria-busy={busy}
        aria-disabled={busy}
        onClick={() => {
          if (busy) return;
          if (confirm) setAsking(true);
          else void send();
        }}
      >
        <PlainText text={text} />
        {url && <span className="button-out" aria-hidden="true" />}
        {busy && <span className="spinner" aria-hidden="true" />}
      </button>
      {asking && confirm && (
        <ConfirmDialog confirm={confirm} onConfirm={() => void send()} onDeny={() => setAsking(false)} />
      )}
    </>
  );
}

/** An answered question loses its buttons; whoever pressed one by keyboard goes on from that message, not from the top. */
function useFocusAfterwards(button: RefObject<HTMLButtonElement | null>): void {
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (!element || document.activeElement !== element) return;
      const around = element.closest<HTMLElement>("li[data-ts]");
      queueMicrotask(() => {
        if (around?.isConnected && document.activeElement === document.body) around.focus({ preventScroll: true });
      });
    };
  }, [button]);
}
