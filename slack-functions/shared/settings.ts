/** What the app was configured with: the variables of `slack env`, or of the root .env under `slack run`. */
export interface Settings {
  readonly companion?: { readonly url: string; readonly secret: string };
  /** Where every triage has its line; undefined where none was chosen. */
  readonly triageChannelId?: string;
  /** Where accepted incidents are announced; undefined where none was chosen. */
  readonly announceChannelId?: string;
  /** URLs of link triggers; a button whose URL is missing, or is no link for people, is left out. */
  readonly links: {
    readonly resolve?: string;
    readonly undo?: string;
    readonly dismiss?: string;
    readonly why?: string;
    readonly askAgain?: string;
    readonly snooze?: string;
    readonly open?: string;
    readonly split?: string;
  };
}

export function readSettings(env: Readonly<Record<string, string>>): Settings {
  const value = (name: string) => env[name]?.trim() || undefined;
  const link = (name: string) => publicLink(value(name));
  const url = value("COMPANION_URL")?.replace(/\/+$/, "");
  const secret = value("COMPANION_SECRET");
  return {
    ...(url && secret ? { companion: { url, secret } } : {}),
    ...optional("triageChannelId", value("TRIAGE_CHANNEL_ID")),
    ...optional("announceChannelId", value("ANNOUNCE_CHANNEL_ID")),
    links: {
      ...optional("resolve", link("RESOLVE_LINK_URL")),
      ...optional("undo", link("UNDO_LINK_URL")),
      ...optional("dismiss", link("DISMISS_LINK_URL")),
      ...optional("why", link("WHY_LINK_URL")),
      ...optional("askAgain", link("ASK_AGAIN_LINK_URL")),
      ...optional("snooze", link("SNOOZE_LINK_URL")),
      ...optional("open", link("OPEN_LINK_URL")),
      ...optional("split", link("SPLIT_LINK_URL")),
    },
  };
}

/** A link for people stands in messages. The address of a webhook trigger, pasted in its place, is a secret and never does. */
function publicLink(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  const isWeb = protocol === "https:" || protocol === "http:";
  return isWeb && hostname !== "hooks.slack.com" ? text : undefined;
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>);
}
