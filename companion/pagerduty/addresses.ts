import { MINUTE } from "../../core/time.ts";
import type { Pagerduty } from "./client.ts";
import type { Addresses } from "./effects.ts";
import type { Failure } from "./failure.ts";

/** Addresses change rarely, and a storm asks for the same few people again and again. */
const KEPT_MS = 10 * MINUTE;
const KEPT_AT_MOST = 1_000;
/** Nobody pages more people at once, and each look-up is a call of its own out of PagerDuty's few hundred a minute. */
const LOOKED_UP_AT_MOST = 50;

/**
 * Looks people's e-mail addresses up in PagerDuty and remembers them for some minutes. Who cannot be looked up stays
 * without one, and the answer says why.
 */
export function createAddresses(deps: { readonly pagerduty: Pagerduty; readonly elapsed: () => number }): Addresses {
  const known = new Map<string, { readonly email: string | undefined; readonly until: number }>();

  return async (people) => {
    const completed = [];
    let failure: Failure | undefined;

    async function emailOf(userId: string): Promise<string | undefined> {
      const found = known.get(userId);
      if (found && found.until > deps.elapsed()) return found.email;
      const answer = await deps.pagerduty.userEmail(userId);
      if (!answer.ok) {
        failure = answer.failure;
        return undefined;
      }
      if (known.size >= KEPT_AT_MOST) known.clear();
      known.set(userId, { email: answer.value, until: deps.elapsed() + KEPT_MS });
      return answer.value;
    }

    for (const [index, person] of people.entries()) {
      const email = person.email ?? (index < LOOKED_UP_AT_MOST ? await emailOf(person.pagerdutyUserId) : undefined);
      completed.push(email === undefined ? person : { ...person, email });
    }
    return { people: completed, ...(failure ? { failure } : {}) };
  };
}
