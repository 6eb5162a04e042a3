import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { OptionObject } from "../../page_api.ts";
import type { naming } from "./element_naming.ts";
import type { Suggestions } from "./suggestions.ts";

interface Props {
  readonly naming: ReturnType<typeof naming>;
  readonly placeholder: string;
  readonly many: boolean;
  /** How many may be chosen where several may. */
  readonly max: number;
  readonly selected: readonly OptionObject[];
  readonly suggestions: Suggestions;
  readonly typed: string;
  readonly onType: (text: string) => void;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onSelect: (options: readonly OptionObject[]) => void;
}

/**
 * A text field with a list of options under it (the combobox pattern of the ARIA practices guide): arrow keys walk
 * through the list while the focus stays in the field, Enter chooses, Escape closes the list and nothing else.
 */
export function Combobox(props: Props) {
  const { many, selected, suggestions, typed, open, onOpen } = props;
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const options = suggestions.state === "options" ? suggestions.groups.flatMap((group) => group.options) : [];
  const isSelected = (option: OptionObject) => selected.some(({ value }) => value === option.value);
  useEffect(() => setActive(0), [typed]);
  useEffect(() => {
    if (open) document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [open, active, id]);

  const close = () => {
    onOpen(false);
    props.onType("");
  };
  const closeNow = useRef(close);
  closeNow.current = close;
  useEffect(() => {
    if (!open) return;
    // Not at the loss of focus: what lies under the list would move away from under the pointer before the click is done.
    const closeOutside = (event: MouseEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) closeNow.current();
    };
    document.addEventListener("click", closeOutside, true);
    return () => document.removeEventListener("click", closeOutside, true);
  }, [open]);
  const choose = (option: OptionObject) => {
    if (!many) {
      props.onSelect([option]);
      return close();
    }
    props.onType("");
    if (isSelected(option)) props.onSelect(selected.filter(({ value }) => value !== option.value));
    else if (selected.length < props.max) props.onSelect([...selected, option]);
  };
  const walk = (step: number) => {
    if (!open) onOpen(true);
    else if (options.length > 0) setActive((active + step + options.length) % options.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Tab") return close();
    const act = keyAction(event.key);
    if (!act) return;
    // Enter in a closed field, and Escape with no list, belong to the form around it.
    if ((event.key === "Enter" || event.key === "Escape") && !open) return;
    if (event.key === "Backspace" && (typed !== "" || !many)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  function keyAction(key: string): (() => void) | undefined {
    const highlighted = options[active];
    switch (key) {
      case "ArrowDown":
        return () => walk(1);
      case "ArrowUp":
        return () => walk(-1);
      case "Enter":
        return () => highlighted && choose(highlighted);
      case "Escape":
        return close;
      case "Backspace":
        return () => props.onSelect(selected.slice(0, -1));
      default:
        return undefined;
    }
  }
  const chosen = many ? undefined : selected[0]?.text.text;
  return (
    <div className="combobox" ref={root}>
      {many && selected.length > 0 && <Chips selected={selected} onSelect={props.onSelect} />}
      <div className="combobox-field">
        <input
          {...props.naming}
          className="text-input"
          role="combobox"
          type="text"
          autoComplete="off"
          aria-expanded={open}
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={open && options[active] ? `${id}-${active}` : undefined}
          placeholder={chosen ?? props.placeholder}
          value={open ? typed : (chosen ?? typed)}
          onFocus={() => onOpen(true)}
          onClick={() => onOpen(true)}
          onChange={(event) => {
            onOpen(true);
            props.onType(event.target.value);
          }}
          onKeyDown={onKeyDown}
        />
        {chosen !== undefined && !open && (
          <button
            type="button"
            className="icon-button clear"
            aria-label="Clear choice"
            onClick={() => props.onSelect([])}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4.5 4.5 7 7m0-7-7 7" />
            </svg>
          </button>
        )}
      </div>
      {open && (
        <div className="options" role="listbox" id={`${id}-list`} aria-label={props.naming["aria-label"]}>
          {suggestions.state !== "options" && (
            <p className={suggestions.state === "failed" ? "options-say field-error" : "options-say"}>
              {suggestions.say}
            </p>
          )}
          {suggestions.state === "options" && options.length === 0 && <p className="options-say">No matches.</p>}
          {suggestions.state === "options" && (
            <OptionGroups
              id={id}
              groups={suggestions.groups}
              active={options[active]}
              isSelected={isSelected}
              onHover={(option) => setActive(options.indexOf(option))}
              onChoose={choose}
            />
          )}
        </div>
      )}
    </div>
  );
}

interface GroupsProps {
  readonly id: string;
  readonly groups: readonly { readonly label: string; readonly options: readonly OptionObject[] }[];
  readonly active: OptionObject | undefined;
  readonly isSelected: (option: OptionObject) => boolean;
  readonly onHover: (option: OptionObject) => void;
  readonly onChoose: (option: OptionObject) => void;
}

function OptionGroups({ id, groups, active, isSelected, onHover, onChoose }: GroupsProps) {
  const all = groups.flatMap(({ options }) => options);
  return groups.map((group, index) => (
    <div key={index} role={group.label === "" ? "presentation" : "group"} aria-label={group.label || undefined}>
      {group.label !== "" && <p className="options-label">{group.label}</p>}
      {group.options.map((option) => (
        <div
          key={option.value}
          id={`${id}-${all.indexOf(option)}`}
          role="option"
          aria-label={option.text.text}
          aria-description={option.description?.text}
          aria-selected={isSelected(option)}
          className={option === active ? "option option-active" : "option"}
          onPointerMove={() => option !== active && onHover(option)}
          // The field keeps the focus, or its blur would close the list before the click arrives.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(option)}
        >
          <span>{option.text.text}</span>
          {option.description && <span className="option-description">{option.description.text}</span>}
        </div>
      ))}
    </div>
  ));
}

function Chips({ selected, onSelect }: Pick<Props, "selected" | "onSelect">) {
  return (
    <ul className="chips">
      {selected.map((option) => (
        <li key={option.value} className="chip">
          {option.text.text}
          <button
            type="button"
            aria-label={`Remove ${option.text.text}`}
            onClick={() => onSelect(selected.filter((other) => other !== option))}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4.5 4.5 7 7m0-7-7 7" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
}
