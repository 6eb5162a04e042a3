import { createHash } from "node:crypto";
import { toIso } from "../core/time.ts";

/** The account of a run: what a reader wants to know, and a digest of everything that happened. */
export interface Account {
  /** A line for the reader. */
  tell(text: string): void;
  /** Something too small to tell; it counts for the digest alone. */
  note(text: string): void;
  readonly lines: readonly string[];
  /** The same for two runs in which the same things happened at the same times. */
  digest(): string;
}

/** @param isDetailed whether the reader wants to know the small things too */
export function createAccount(now: () => number, isDetailed = false): Account {
  const lines: string[] = [];
  const hash = createHash("sha256");
  const stamp = () => toIso(now()).slice(5, 23).replace("T", " ");
  return {
    lines,
    tell(text) {
      lines.push(`${stamp()}  ${text}`);
      hash.update(`${now()} ${text}\n`);
    },
    note(text) {
      if (isDetailed) lines.push(`${stamp()}    ${text}`);
      hash.update(`${now()} ${text}\n`);
    },
    digest: () => hash.copy().digest("hex"),
  };
}
