/** Short texts for attachments: what a sender says, as plain text on one line and without secrets. */
import type { Attachment } from "./attachment.ts";
import { redactSecrets, redactTokens } from "./redaction.ts";
import { cutCharacters, oneLine } from "./text.ts";

const MAX_FACT_LENGTH = 120;
/** Longest title of an attachment, in characters. */
const MAX_TITLE_LENGTH = 300;
/** More than this of a text is not looked at. */
const MAX_READ = 4_000;

export type FactList = readonly (readonly [label: string, value: string | undefined])[];

/** Facts in the order given; empty ones are left out. */
export function listFacts(facts: FactList, redact = redactTokens): Attachment["facts"] {
  return facts.flatMap(([label, text]) => {
    const value = cutCharacters(clean(text ?? "", redact), MAX_FACT_LENGTH);
    return value === "" ? [] : [{ label, value }];
  });
}

/** One line of plain text for an attachment's title. */
export function plainTitle(text: string, redact = redactSecrets): string {
  return cutCharacters(clean(text, redact), MAX_TITLE_LENGTH);
}

/** A title that ends with the real host, since the words before it may claim any other. */
export function titleWithHost(words: string, host: string): string {
  const said = cutCharacters(clean(words, redactTokens), Math.max(20, MAX_TITLE_LENGTH - host.length - 3));
  return said !== "" && said !== host ? `${said} (${host})` : host;
}

function clean(text: string, redact: (text: string) => string): string {
  return redact(oneLine(text.slice(0, MAX_READ)));
}
