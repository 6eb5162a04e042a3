import { Dialog } from "../components/dialog.tsx";
import { PlainText, RichText } from "../text/rich_text.tsx";
import type { Confirm } from "./slack_objects.ts";

interface Props {
  readonly confirm: Confirm;
  readonly onConfirm: () => void;
  readonly onDeny: () => void;
}

/** Slack's confirmation composition object: the question before a press goes out. */
export function ConfirmDialog({ confirm, onConfirm, onDeny }: Props) {
  return (
    <Dialog
      title={confirm.title}
      small
      onClose={onDeny}
      footer={
        <>
          <button type="button" className="button" aria-label={confirm.deny} onClick={onDeny}>
            <PlainText text={confirm.deny} />
          </button>
          <button
            type="button"
            className={confirm.danger ? "button button-danger" : "button button-primary"}
            aria-label={confirm.confirm}
            onClick={onConfirm}
            autoFocus
          >
            <PlainText text={confirm.confirm} />
          </button>
        </>
      }
    >
      <RichText text={confirm.text} />
    </Dialog>
  );
}
