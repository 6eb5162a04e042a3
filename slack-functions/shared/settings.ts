/** What the app was configured with: the variables of `slack env`, or of the root .env under `slack run`. */
export interface Settings {
  readonly companion?: { readonly url: string; readonly secret: string };
  /** Where every triage has its line; undefined where none was chosen. */
  readonly triageChannelId?: string;
  /** Where accepted incidents are announced; undefined where none was chosen. */
  readonly announceChannelId?: string;
  /** URLs of link triggers; a button whose URL is missing is left out. */
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
  const url = value("COMPANION_URL")?.replace(/\/+$/, "");
  const secret = value("COMPANION_SECRET");
  return {
    ...(url && secret ? { companion: { url, secret } } : {}),
    ...optional("triageChannelId", value("TRIAGE_CHANNEL_ID")),
    ...optional("announceChannelId", value("ANNOUNCE_CHANNEL_ID")),
    links: {
      ...optional("resolve", value("RESOLVE_LINK_URL")),
      ...optional("undo", value("UNDO_LINK_URL")),
      ...optional("dismiss", value("DISMISS_LINK_URL")),
      ...optional("why", value("WHY_LINK_URL")),
      ...optional("askAgain", value("ASK_AGAIN_LINK_URL")),
      ...optional("snooze", value("SNOOZE_LINK_URL")),
      ...optional("open", value("OPEN_LINK_URL")),
      ...optional("split", value("SPLIT_LINK_URL")),
    },
  };
}

function optional<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, string>>);
}
