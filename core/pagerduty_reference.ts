/** What people paste to name a PagerDuty incident. */
export type PagerdutyReference =
  { readonly kind: "id"; readonly id: string } | { readonly kind: "number"; readonly number: number };

/**
 * Reads an incident's link, its id or its number. Nothing is fetched and no host is trusted: only an id is taken from the
 * path.
 * @returns undefined where it is none of these
 */
export function pagerdutyReference(text: string): PagerdutyReference | undefined {
  // Slack writes a pasted link as <https://…> or <https://…|label>.
  const typed = text.trim().replace(/^<([^|>]*)(?:\|[^>]*)?>$/, "$1");
  const number = /^#?(\d{1,9})$/.exec(typed)?.[1];
  if (number !== undefined) return { kind: "number", number: Number(number) };
  if (/^[A-Z0-9]{2,40}$/.test(typed)) return { kind: "id", id: typed };
  const path = httpsPath(typed);
  const id = path === undefined ? undefined : /^\/incidents\/([A-Za-z0-9]{1,40})(?:\/|$)/.exec(path)?.[1];
  return id === undefined ? undefined : { kind: "id", id };
}

function httpsPath(text: string): string | undefined {
  try {
    const url = new URL(text);
    return url.protocol === "https:" ? url.pathname : undefined;
  } catch {
    return undefined;
  }
}
