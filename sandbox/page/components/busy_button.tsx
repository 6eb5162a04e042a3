import { type ReactNode, useState } from "react";
import { useSession } from "./session.ts";

interface Props {
  readonly className?: string;
  readonly act: () => Promise<unknown>;
  readonly label?: string;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

/** A button of the page itself: shows that its call is under way, takes no second press, shows failures in words. */
export function BusyButton({ className = "button", act, label, disabled = false, children }: Props) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  const press = async () => {
    if (busy || disabled) return;
    setBusy(true);
    await session.attempt(async () => {
      await act();
      await session.reload();
    });
    setBusy(false);
  };
  return (
    <button
      type="button"
      className={className}
      aria-label={label}
      aria-busy={busy}
      aria-disabled={busy || disabled}
      onClick={() => void press()}
    >
      {children}
      {busy && <span className="spinner" aria-hidden="true" />}
    </button>
  );
}
