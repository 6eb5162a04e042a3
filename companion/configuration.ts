import { z } from "zod";
import { accept, refuse, type Result } from "../core/result.ts";
import { DEFAULT_STORM, type StormSettings } from "../core/storm.ts";
import { MINUTE } from "../core/time.ts";
import type { Environment } from "./environment.ts";
import type { Database } from "./store/open_store.ts";

export interface Configuration {
  readonly port: number;
  readonly database: Database;
  readonly pagerduty: {
    readonly webhookSecrets: readonly string[];
    readonly apiToken: string;
    readonly apiUrl: string;
    /** The address that stands in where the presser has none in PagerDuty. */
    readonly from: string;
    /** PagerDuty addresses by Slack user id. */
    readonly userMap: ReadonlyMap<string, string>;
  };
  readonly slack: {
    readonly triageTriggerUrl: string;
    readonly signalTriggerUrl: string;
    /** For signals after which nothing is asked. */
    readonly newsTriggerUrl: string;
  };
  readonly secrets: readonly string[];
  readonly sentry: { readonly url: string; readonly org?: string; readonly authToken?: string };
  /** What /metrics asks for; without it, it answers this machine only. */
  readonly metricsToken?: string;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  readonly debounceWindowMs: number;
  readonly archiveGraceMs: number;
  /** How often what is open in PagerDuty is compared with what is known; 0 for never. */
  readonly reconcileMs: number;
  readonly storm: StormSettings;
}

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** One thing that is wrong with one variable. Never holds a value: it may be a secret. */
export interface ConfigurationProblem {
  readonly variable: string;
  readonly problem: string;
  readonly example: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** An address that secrets may be sent to: https, or http to this machine itself. */
const address = z.string().superRefine((text, context) => {
  const problem = addressProblem(text);
  if (problem) context.addIssue({ code: "custom", message: problem });
});

function addressProblem(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return "is not a web address";
  }
  if (url.username !== "" || url.password !== "") return "must not contain a user name or a password";
  if (url.hash !== "") return "must not contain a #";
  if (url.protocol === "https:") return undefined;
  if (url.protocol === "http:" && LOOPBACK.test(url.hostname)) return undefined;
  return "must begin with https:// (http:// is for this machine's own address only)";
}

/** Slack's webhook triggers, and not its link triggers, whose addresses lead people to a form and take nothing in. */
const webhookTrigger = address.refine(
  (text) => !/^https:\/\/[^/]*slack\.com\/shortcuts\//i.test(text),
  "is a link for people; the address of a webhook trigger begins with https://hooks.slack.com/triggers/",
);

const baseAddress = address
  .refine((text) => !text.includes("?"), "must not contain a ?")
  .transform((text) => text.replace(/\/+$/, ""));

/** Printable ASCII without angle brackets: it goes into a header, and Slack's mailto form is no address. */
const email = z
  .string()
  .regex(/^(?=[!-~]+$)[^@<>|,]+@[^@<>|,]+\.[^@<>|,]+$/, "is not an e-mail address")
  .transform((text) => text.toLowerCase());

const secrets = z
  .string()
  .transform((text) =>
    text
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  )
  .refine((list) => list.length > 0, "holds no secret");

function wholeNumber(min: number, max: number) {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .refine((number) => number >= min && number <= max, problem);
}

const database = z.string().transform((text, context): Database => {
  if (/^postgres(ql)?:/i.test(text)) {
    if (isPostgresUrl(text)) return { kind: "postgres", url: text };
    context.addIssue({ code: "custom", message: "must name a host and a database of PostgreSQL, and be a valid URL" });
    return z.NEVER;
  }
  const path = /^sqlite:(.+)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: "sqlite", path };
  context.addIssue({ code: "custom", message: "must begin with sqlite: and name a file, or with postgres://" });
  return z.NEVER;
});

function isPostgresUrl(text: string): boolean {
  try {
    const { host, pathname, hash } = new URL(text);
    // A # that was not written as %23 ends the address in the middle of its password.
    return host !== "" && pathname.length > 1 && hash === "";
  } catch {
    return false;
  }
}

/** Reads the address of a database. The refusal is the end of a sentence and holds nothing of the address. */
export function readDatabase(text: string): Result<Database, string> {
  const parsed = database.safeParse(text);
  return parsed.success ? accept(parsed.data) : refuse(parsed.error.issues[0]?.message ?? "is wrong");
}

const userMap = z.string().transform((text, context): ReadonlyMap<string, string> => {
  const map = new Map<string, string>();
  for (const [index, entry] of text.split(",").entries()) {
    if (entry.trim() === "") continue;
    const [user, address, ...rest] = entry.split("=").map((part) => part.trim());
    const parsed = email.safeParse(address);
    if (!user || !/^[UW][A-Z0-9]+$/.test(user) || !parsed.success || rest.length > 0) {
      context.addIssue({ code: "custom", message: `entry ${index + 1} is not SLACK_USER_ID=e-mail address` });
      continue;
    }
    map.set(user, parsed.data);
  }
  return map;
});

const printable = z.string().regex(/^[\x21-\x7e]+$/, "must be one line of printable characters without spaces");

const schema = z.object({
  PORT: wholeNumber(0, 65_535).prefault("8787"),
  DATABASE_URL: database.prefault("sqlite:./data/companion.db"),
  PAGERDUTY_WEBHOOK_SECRETS: secrets,
  PAGERDUTY_API_TOKEN: printable,
  PAGERDUTY_API_URL: baseAddress.prefault("https://api.pagerduty.com"),
  PAGERDUTY_FROM: email,
  PAGERDUTY_USER_MAP: userMap.prefault(""),
  SLACK_TRIAGE_TRIGGER_URL: webhookTrigger,
  SLACK_SIGNAL_TRIGGER_URL: webhookTrigger,
  SLACK_NEWS_TRIGGER_URL: webhookTrigger,
  COMPANION_SECRETS: secrets.refine(
    (list) => list.every((one) => one.length >= 16),
    "holds a secret of fewer than 16 characters",
  ),
  SENTRY_URL: baseAddress.prefault("https://sentry.io"),
  SENTRY_ORG: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/i, "is not an organisation's slug")
    .optional(),
  SENTRY_AUTH_TOKEN: printable.optional(),
  METRICS_TOKEN: printable.min(16, "has fewer than 16 characters").optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).prefault("info"),
  DEBOUNCE_WINDOW_MINUTES: wholeNumber(1, 2_880).prefault("30"),
  ARCHIVE_GRACE_MINUTES: wholeNumber(0, 1_440).prefault("10"),
  RECONCILE_MINUTES: wholeNumber(0, 1_440).prefault("5"),
  STORM_SERVICES: wholeNumber(1, 1_000).prefault(String(DEFAULT_STORM.services)),
  STORM_MINUTES: wholeNumber(1, 60).prefault(String(DEFAULT_STORM.withinMs / MINUTE)),
});
type Variable = keyof z.input<typeof schema>;

const EXAMPLES: Readonly<Record<Variable, string>> = {
  PORT: "8787",
  DATABASE_URL: "sqlite:./data/companion.db",
  PAGERDUTY_WEBHOOK_SECRETS: "the secret that PagerDuty showed when the webhook was created",
  PAGERDUTY_API_TOKEN: "an API access key of PagerDuty",
  PAGERDUTY_API_URL: "https://api.pagerduty.com",
  PAGERDUTY_FROM: "pager-triage@example.com",
  PAGERDUTY_USER_MAP: "U0123=ann@example.com,U0456=ben@example.com",
  SLACK_TRIAGE_TRIGGER_URL: "https://hooks.slack.com/triggers/T0123/456/abc",
  SLACK_SIGNAL_TRIGGER_URL: "https://hooks.slack.com/triggers/T0123/789/def",
  SLACK_NEWS_TRIGGER_URL: "https://hooks.slack.com/triggers/T0123/012/ghi",
  COMPANION_SECRETS: "what `openssl rand -hex 32` prints, the same as COMPANION_SECRET of the Slack app",
  SENTRY_URL: "https://sentry.io",
  SENTRY_ORG: "acme",
  SENTRY_AUTH_TOKEN: "the token of an internal integration with the scope event:read",
  METRICS_TOKEN: "what `openssl rand -hex 32` prints",
  LOG_LEVEL: "info",
  DEBOUNCE_WINDOW_MINUTES: "30",
  ARCHIVE_GRACE_MINUTES: "10",
  RECONCILE_MINUTES: "5",
  STORM_SERVICES: "5",
  STORM_MINUTES: "5",
};
const VARIABLES = Object.keys(EXAMPLES) as readonly Variable[];

/** What a command needs that only works on the store: no secrets. The refusal is a sentence. */
export function readStoreConfiguration(
  environment: Environment,
): Result<Pick<Configuration, "database" | "debounceWindowMs">, string> {
  const part = schema.pick({ DATABASE_URL: true, DEBOUNCE_WINDOW_MINUTES: true });
  const value = (variable: Variable): string | undefined => environment[variable]?.trim() || undefined;
  const parsed = part.safeParse({
    DATABASE_URL: value("DATABASE_URL"),
    DEBOUNCE_WINDOW_MINUTES: value("DEBOUNCE_WINDOW_MINUTES"),
  });
  if (parsed.success) {
    const { DATABASE_URL: database, DEBOUNCE_WINDOW_MINUTES: minutes } = parsed.data;
    return accept({ database, debounceWindowMs: minutes * MINUTE });
  }
  const [issue] = parsed.error.issues;
  const variable = VARIABLES.find((one) => one === issue?.path[0]) ?? "DATABASE_URL";
  return refuse(`${variable} ${issue?.message ?? "is wrong"}; for example ${EXAMPLES[variable]}.`);
}

/** Reads the configuration, or says everything that is wrong with it at once. An empty variable counts as not set. */
export function readConfiguration(environment: Environment): Result<Configuration, readonly ConfigurationProblem[]> {
  const given = Object.fromEntries(
    VARIABLES.map((variable) => [variable, environment[variable]?.trim() || undefined] as const),
  );
  const parsed = schema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue): ConfigurationProblem => {
    const variable = VARIABLES.find((one) => one === issue.path[0]);
    if (!variable) throw new Error(`A problem of configuration belongs to no variable: ${issue.message}`);
    const isMissing = given[variable] === undefined;
    return { variable, problem: isMissing ? "is not set" : issue.message, example: EXAMPLES[variable] };
  });
  if (given["SENTRY_AUTH_TOKEN"] !== undefined && given["SENTRY_ORG"] === undefined) {
    const problem = "is needed together with SENTRY_AUTH_TOKEN";
    problems.push({ variable: "SENTRY_ORG", problem, example: EXAMPLES.SENTRY_ORG });
  }
  for (const variable of ["SLACK_SIGNAL_TRIGGER_URL", "SLACK_NEWS_TRIGGER_URL"] as const) {
    if (given[variable] === undefined || given[variable] !== given["SLACK_TRIAGE_TRIGGER_URL"]) continue;
    const problem = "is the same as SLACK_TRIAGE_TRIGGER_URL, and each is a trigger of its own";
    problems.push({ variable, problem, example: EXAMPLES[variable] });
  }
  if (!parsed.success || problems.length > 0) return refuse(problems);
  return accept(assemble(parsed.data));
}

function assemble(values: z.output<typeof schema>): Configuration {
  return {
    port: values.PORT,
    database: values.DATABASE_URL,
    pagerduty: {
      webhookSecrets: values.PAGERDUTY_WEBHOOK_SECRETS,
      apiToken: values.PAGERDUTY_API_TOKEN,
      apiUrl: values.PAGERDUTY_API_URL,
      from: values.PAGERDUTY_FROM,
      userMap: values.PAGERDUTY_USER_MAP,
    },
    slack: {
      triageTriggerUrl: values.SLACK_TRIAGE_TRIGGER_URL,
      signalTriggerUrl: values.SLACK_SIGNAL_TRIGGER_URL,
      newsTriggerUrl: values.SLACK_NEWS_TRIGGER_URL,
    },
    secrets: values.COMPANION_SECRETS,
    sentry: {
      url: values.SENTRY_URL,
      ...(values.SENTRY_ORG === undefined ? {} : { org: values.SENTRY_ORG }),
      ...(values.SENTRY_AUTH_TOKEN === undefined ? {} : { authToken: values.SENTRY_AUTH_TOKEN }),
    },
    ...(values.METRICS_TOKEN === undefined ? {} : { metricsToken: values.METRICS_TOKEN }),
    logLevel: values.LOG_LEVEL,
    debounceWindowMs: values.DEBOUNCE_WINDOW_MINUTES * MINUTE,
    reconcileMs: values.RECONCILE_MINUTES * MINUTE,
    archiveGraceMs: values.ARCHIVE_GRACE_MINUTES * MINUTE,
    storm: { services: values.STORM_SERVICES, withinMs: values.STORM_MINUTES * MINUTE },
  };
}

/** Everything in the configuration that nobody may read in a log or in an answer; of trigger addresses what is secret in them. */
export function secretsIn({
  database,
  pagerduty,
  slack,
  secrets: shared,
  sentry,
  metricsToken,
}: Configuration): readonly string[] {
  const urls = [slack.triageTriggerUrl, slack.signalTriggerUrl, slack.newsTriggerUrl];
  const paths = urls.map((url) => new URL(url).pathname);
  const tokens = [pagerduty.apiToken, sentry.authToken, metricsToken].filter((token) => token !== undefined);
  return [...pagerduty.webhookSecrets, ...shared, ...tokens, ...paths, ...passwordsIn(database)];
}

/** As it stands in the address, and as it is meant. */
function passwordsIn(database: Database): readonly string[] {
  const written = database.kind === "postgres" ? new URL(database.url).password : "";
  // One that is as short as a word would take words out of every line.
  if (written.length < 6) return [];
  try {
    return [...new Set([written, decodeURIComponent(written)])];
  } catch {
    return [written];
  }
}

/** The problems as one message for a person at a terminal. */
export function describeProblems(problems: readonly ConfigurationProblem[]): string {
  const lines = problems.map((one) => `  ${one.variable} ${one.problem}\n    for example: ${one.example}`);
  return [
    "The companion cannot start: its configuration is missing or wrong.",
    "Set these in the environment or in companion/.env (companion/.env.example shows all of them):",
    "",
    ...lines,
    "",
  ].join("\n");
}
