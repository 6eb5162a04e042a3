import type { UserView } from "../../page_api.ts";

/** A person's initials on their colour; the app's own sign for a bot. */
export function Avatar({ user, small = false }: { readonly user: UserView | undefined; readonly small?: boolean }) {
  const className = small ? "avatar avatar-small" : "avatar";
  if (user?.isBot) {
    return (
      <span className={`${className} avatar-bot`} aria-hidden="true">
        <svg viewBox="0 0 32 32">
          <path d="M5 17h6l3-8 5 14 3-6h5" />
        </svg>
      </span>
    );
  }
  return (
    <span className={className} style={{ backgroundColor: user?.color ?? "#68737d" }} aria-hidden="true">
      {initials(user?.name ?? "?")}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/u).filter((word) => word !== "");
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => Array.from(word ?? "")[0] ?? "")
    .join("")
    .toUpperCase();
}
