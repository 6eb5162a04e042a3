/** The outcome of a rule: a value, or a refusal. Exceptions are for bugs only. */
export type Result<Value, Problem> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly refusal: Problem };

export function accept<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function refuse<Problem>(refusal: Problem): { readonly ok: false; readonly refusal: Problem } {
  return { ok: false, refusal };
}
