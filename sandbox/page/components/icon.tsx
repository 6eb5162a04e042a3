const PATHS = {
  bolt: "M9.2 1.5 3.5 9H7.500L6.8 14.5 12.5 7H8.500Z",
  hash: "M6 2.5 5 13.500M11 2.500l-1 11M2.8 6h10.700M2.5 10h10.7",
  lock: "M4 7.500h8v6H4ZM5.5 7.500V5.300a2.5 2.5 0 0 1 5 0v2.2",
  archive: "M2.5 3h11v3h-11ZM3.5 6v7h9V6M6.5 8.500h3",
  person: "M8 8a2.7 2.7 0 1 0 0-5.400A2.7 2.7 0 0 0 8 8ZM3 14a5 5 0 0 1 10 0",
  people:
    "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.500a4.5 4.5 0 0 1 9 0M10.5 3.200a2.5 2.5 0 0 1 0 4.600M12 9.500a4.5 4.5 0 0 1 2.5 4",
  pin: "m9.5 2 4.5 4.5-1.5.5-2.5 2.5-.5 3L3.5 6.500l3-.5L9 3.500ZM2 14l4.5-4.5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  send: "M2 2.5 14.5 8 2 13.5 3.5 8.7 9 8 3.5 7.300Z",
  reply: "M6.5 4 2.5 8l4 4M2.5 8H9a4.5 4.5 0 0 1 4.5 4.5",
  close: "m4 4 8 8m0-8-8 8",
  chevron: "m6 4 4 4-4 4",
  down: "M8 3v10M4 9l4 4 4-4",
  more: "M3 8h.1M8 8h.1M13 8h.1",
  steps: "M3 3.500h3v3H3ZM10 9.500h3v3h-3ZM6 5h2.500A1.5 1.5 0 0 1 10 6.500V11",
  pulse: "M1.5 8.500h3L6.5 4l3 8.5 2-4h3",
  bookmark: "M4.5 2.500h7v11L8 10.500l-3.5 3Z",
  message: "M2.5 3h11v8h-6L4.5 13.500V11h-2Z",
} as const;

/** A line icon that only decorates: whatever it stands beside says the same in words. */
export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
