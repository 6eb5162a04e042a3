/**
 * The reader's language tag for dates. Some systems give one that is none ("en-US@posix" where LANG is C.UTF-8), and
 * Intl throws for it; those read English.
 */
export function readerLocale(): string {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0] ?? "en-US";
  } catch {
    return "en-US";
  }
}
