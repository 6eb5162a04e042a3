import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export interface MenuItem {
  readonly id: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly choose: () => void;
}

interface Props {
  /** The button's accessible name. */
  readonly label: string;
  readonly className: string;
  readonly items: readonly MenuItem[];
  readonly align?: "start" | "end";
  /** What the menu says where it has no items. */
  readonly empty?: string;
  readonly busy?: boolean;
  readonly children: ReactNode;
}

/** A button that opens a menu: arrow keys walk, Enter chooses, Escape or a click elsewhere closes. */
export function PopupMenu({ label, className, items, align = "start", empty, busy = false, children }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Tab") return setOpen(false);
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return close();
    }
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveFocus(root.current, step);
  };
  return (
    <div className="popup" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-busy={busy}
        onClick={() => setOpen(!open)}
      >
        {children}
        {busy && <span className="spinner" aria-hidden="true" />}
      </button>
      {open && (
        <div className={`menu menu-${align}`} role="menu" id={id} aria-label={label}>
          {items.length === 0 && <p className="menu-empty">{empty ?? "Nothing here yet."}</p>}
          {items.map((item) => (
            <button
              key={item.id}
              type="button"
              role="menuitem"
              tabIndex={-1}
              aria-label={item.name}
              aria-description={item.description}
              onClick={() => {
                close();
                item.choose();
              }}
            >
              <span>{item.name}</span>
              {item.description && <span className="menu-description">{item.description}</span>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function moveFocus(root: HTMLElement | null, step: number): void {
  const items = Array.from(root?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []);
  const at = items.findIndex((item) => item === document.activeElement);
  const next = Number.isFinite(step) ? (at + step + items.length) % items.length : step < 0 ? 0 : items.length - 1;
  items[next]?.focus();
}
