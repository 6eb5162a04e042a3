/** Secrets in text that others wrote: alerts repeat log lines, and log lines repeat headers and settings. */

/** Names of fields and of query parameters whose values are never relayed. */
const SECRET_NAME =
  /secret|token|passw|passphrase|credential|cookie|session|authori[sz]ation|signature|(?:api|access|private|signing|routing|integration)[-_. ]?key|(?:^|[-_.])(?:auth|pwd|sig|dsn|jwt)(?:$|[-_.])/i;

/** What can be nothing but a credential, wherever it stands. */
const CREDENTIAL = [
  // With a greatest length, since a text full of such beginnings is read on from each of them.
  /\beyJ[\w-]{6,2000}\.[\w-]{6,}(?:\.[\w-]*)?/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bx(?:ox[a-z]|app|wfp)-[\w.-]{8,}/gi,
  /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|sntry[a-z]+_|[sr]k_(?:live|test)_|AIza)[\w-]{16,}/g,
  /\bhooks\.slack\.com\/(?:services|triggers|workflows)\/[\w/-]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
] as const;

/** What looks like one in running text, where nothing is lost with an id too many. */
const TOKEN_SHAPES = [
  /\b(?:Bearer|Basic|Token)\s+(?=\S*\d)[\w.~+/=-]{8,}/gi,
  /\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{32,}\b/gi,
  /(?<![\w+-])(?=[\w+-]*\d)(?=[\w+-]*[a-z])(?=[\w+-]*[A-Z])[\w+-]{32,}={0,2}/g,
  /(?<![\w+/-])[\w+/-]{32,}={1,2}/g,
] as const;

const REMOVED = "[removed]";

export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Whether a text holds something that can be nothing but a credential. */
export function holdsCredential(text: string): boolean {
  return CREDENTIAL.some((shape) => text.search(shape) >= 0);
}

/** The text without what is named or shaped like a secret: `password=[removed]`. */
export function redactSecrets(text: string): string {
  // Credentials in an address: postgres://user:password@host
  const clean = text.replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,200}@/gi, `$1${REMOVED}@`);
  return withoutNamed(CREDENTIAL.reduce((rest, shape) => rest.replace(shape, REMOVED), clean));
}

/** A value may itself look like a name ("failed: token=abc"), so only names are matched, and then what follows them. */
function withoutNamed(text: string): string {
  const names = /(?<![\w.-])(["']?)([\w.-]{2,60})\1\s{0,3}[:=]\s{0,3}/g;
  const value = /(?:Bearer|Basic|Token)\s+[^\s"',;&]+|"[^"]*"|'[^']*'|[^\s"',;&]+/iy;
  let clean = "";
  let from = 0;
  for (let match = names.exec(text); match; match = names.exec(text)) {
    if (!looksSecret(match[2] ?? "")) continue;
    clean += text.slice(from, names.lastIndex);
    from = value.lastIndex = names.lastIndex;
    if (!value.test(text)) continue;
    clean += REMOVED;
    from = names.lastIndex = value.lastIndex;
  }
  return clean + text.slice(from);
}

/**
 * The same, and without whatever looks like a token, long hexadecimal numbers included. For texts in which no id matters;
 * a release or an error's title may well be one.
 */
export function redactTokens(text: string): string {
  return redactSecrets(TOKEN_SHAPES.reduce((rest, shape) => rest.replace(shape, REMOVED), text));
}
