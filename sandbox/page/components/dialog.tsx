import { type ReactNode, useEffect, useId, useRef } from "react";

interface Props {
  readonly title: string;
  readonly small?: boolean;
  /** The close button, and Escape. */
  readonly onClose: () => void;
  readonly footer: ReactNode;
  readonly children: ReactNode;
  /** Pressing Enter in a field of the dialog. */
  readonly onSubmit?: () => void;
}

/**
 * A window above everything else. The browser's own modal dialog keeps the focus inside and makes the rest inert; where
 * the focus came from gets it back.
 */
export function Dialog({ title, small = false, onClose, footer, children, onSubmit }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    focusFirst(dialog);
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      role="dialog"
      className={small ? "dialog dialog-small" : "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        // Chromium lets only every second Escape be prevented as a cancel event.
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          onSubmit?.();
        }}
      >
        <header className="dialog-title">
          <h2 id={titleId}>{title}</h2>
          <button type="button" className="icon-button" aria-label="Close window" onClick={onClose}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 4 8 8m0-8-8 8" />
            </svg>
          </button>
        </header>
        <div className="dialog-body">{children}</div>
        <footer className="dialog-footer">{footer}</footer>
      </form>
    </dialog>
  );
}

/** The first field, rather than the close button that the browser would choose. */
function focusFirst(dialog: HTMLDialogElement | null): void {
  const field = dialog?.querySelector<HTMLElement>(
    "[autofocus], .dialog-body input:not([type=hidden]), .dialog-body select, .dialog-body textarea, .dialog-body button",
  );
  const last = dialog?.querySelectorAll<HTMLElement>(".dialog-footer button");
  (field ?? last?.item(last.length - 1))?.focus();
}
