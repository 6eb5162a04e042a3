/** Believable errors of the demo services: enough of them that a service which fails again fails in another way. */
import type { SentryError } from "../sentry/state.ts";

export type ErrorTemplate = Omit<SentryError, "project" | "environment">;

const CHECKOUT: readonly ErrorTemplate[] = [
  {
    type: "TypeError",
    value: "Cannot read properties of null (reading 'lineItems')",
    culprit: "POST /api/cart/confirm",
    filename: "src/cart/confirm.ts",
    function: "sumOfLines",
    level: "error",
    release: "checkout@5.8.0",
    count: 318,
    userCount: 204,
  },
  {
    type: "PaymentDeclinedError",
    value: "The card processor answered 503 for 40 % of the payments",
    culprit: "POST /api/payments",
    filename: "src/payments/processor.ts",
    function: "charge",
    level: "fatal",
    release: "checkout@5.8.0",
    count: 96,
    userCount: 91,
  },
  {
    type: "RangeError",
    value: "Invalid currency code: EURO",
    culprit: "GET /api/cart/summary",
    filename: "src/cart/money.ts",
    function: "formatPrice",
    level: "error",
    release: "checkout@5.8.1",
    count: 57,
    userCount: 33,
  },
  {
    type: "ConflictError",
    value: "Stock reservation for the order was taken back before the payment was captured",
    culprit: "job:capture-payments",
    filename: "src/jobs/capture_payments.ts",
    function: "captureReserved",
    level: "error",
    release: "checkout@5.8.1",
    count: 41,
    userCount: 38,
  },
];

const SEARCH: readonly ErrorTemplate[] = [
  {
    type: "TimeoutError",
    value: "Query to index products-v7 timed out after 2000 ms",
    culprit: "search.api.views.search",
    filename: "search/index/client.py",
    function: "run_query",
    level: "error",
    release: "search@7.3.2",
    count: 1204,
    userCount: 871,
  },
  {
    type: "ConnectionError",
    value: "Connection refused by index node 3 of 5",
    culprit: "search.index.pool.acquire",
    filename: "search/index/pool.py",
    function: "acquire",
    level: "fatal",
    release: "search@7.3.2",
    count: 660,
    userCount: 402,
  },
  {
    type: "KeyError",
    value: "'price_range'",
    culprit: "search.api.facets.build_facets",
    filename: "search/api/facets.py",
    function: "build_facets",
    level: "error",
    release: "search@7.3.3",
    count: 85,
    userCount: 80,
  },
  {
    type: "MemoryError",
    value: "Suggestion cache went above 2 GiB",
    culprit: "search.suggest.cache.warm",
    filename: "search/suggest/cache.py",
    function: "warm",
    level: "error",
    release: "search@7.3.3",
    count: 12,
    userCount: 0,
  },
];

const ACCOUNTS: readonly ErrorTemplate[] = [
  {
    type: "DeadlockLoserDataAccessException",
    value: "Deadlock found when trying to get lock on table sessions",
    culprit: "POST /login",
    filename: "com/acme/accounts/SessionStore.java",
    function: "create",
    level: "error",
    release: "accounts@3.18.0",
    count: 143,
    userCount: 139,
  },
  {
    type: "SQLTransientConnectionException",
    value: "HikariPool-1 - Connection is not available, request timed out after 30000ms",
    culprit: "GET /me",
    filename: "com/acme/accounts/Database.java",
    function: "connection",
    level: "fatal",
    release: "accounts@3.18.0",
    count: 902,
    userCount: 655,
  },
  {
    type: "JwtException",
    value: "Signing key 2026-03 is not in the key set",
    culprit: "POST /token/refresh",
    filename: "com/acme/accounts/Tokens.java",
    function: "verify",
    level: "error",
    release: "accounts@3.18.1",
    count: 388,
    userCount: 307,
  },
  {
    type: "MailSendException",
    value: "Mail server refused the password reset message: 421 too many connections",
    culprit: "POST /password/reset",
    filename: "com/acme/accounts/Mailer.java",
    function: "send",
    level: "warning",
    release: "accounts@3.18.1",
    count: 29,
    userCount: 29,
  },
];

const CATALOGUE: Readonly<Record<string, readonly ErrorTemplate[]>> = {
  checkout: CHECKOUT,
  search: SEARCH,
  accounts: ACCOUNTS,
};

/** The error for a service's nth failure, counted from 0; the catalogue starts over when it is through. */
export function errorFor(projectSlug: string, failure: number): ErrorTemplate {
  const errors = CATALOGUE[projectSlug] ?? CHECKOUT;
  const error = errors[failure % errors.length];
  if (!error) throw new Error(`There are no errors for the project ${projectSlug}.`);
  return error;
}
