/** What a click on a link in the workspace means. */
export type LinkTarget =
  | { readonly kind: "channel"; readonly channel: string; readonly ts?: string }
  | { readonly kind: "link_trigger"; readonly url: string }
  | { readonly kind: "outside"; readonly href: string }
  | { readonly kind: "blocked" };

/**
 * Slack opens links to its own channels and link triggers inside the client; everything else opens in a new tab. Only
 * http, https and mailto are links at all, so that no text can make the page run a script.
 * @param pageOrigin where this page was loaded from, such as http://localhost:3000
 */
export function linkTarget(href: string, pageOrigin: string): LinkTarget {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return { kind: "blocked" };
  }
  if (url.protocol === "mailto:") return { kind: "outside", href };
  if (url.protocol !== "http:" && url.protocol !== "https:") return { kind: "blocked" };
  if (isOurs(url, pageOrigin)) {
    if (url.pathname.startsWith("/slack/shortcuts/")) return { kind: "link_trigger", url: href };
    const archive = /^(?:\/archives|\/client\/T[A-Z0-9]+)\/([CDG][A-Z0-9]+)(?:\/p(\d{7,}))?\/?$/.exec(url.pathname);
    if (archive?.[1]) return channelTarget(archive[1], archive[2]);
    const redirected = url.pathname === "/app_redirect" ? url.searchParams.get("channel") : undefined;
    if (redirected) return channelTarget(redirected, undefined);
  }
  return { kind: "outside", href };
}

/** Slack's permalinks write 1700000000.000100 as p1700000000000100. */
function channelTarget(channel: string, packed: string | undefined): LinkTarget {
  if (!packed) return { kind: "channel", channel };
  return { kind: "channel", channel, ts: `${packed.slice(0, -6)}.${packed.slice(-6)}` };
}

/** Slack's hosts, and this sandbox under either name of the loopback. */
function isOurs(url: URL, pageOrigin: string): boolean {
  if (url.hostname === "slack.com" || url.hostname.endsWith(".slack.com")) return true;
  const page = new URL(pageOrigin);
  const loopback = ["localhost", "127.0.0.1"];
  if (url.port !== page.port || url.protocol !== page.protocol) return false;
  return url.hostname === page.hostname || (loopback.includes(url.hostname) && loopback.includes(page.hostname));
}
