import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { describeProblems, readConfiguration, secretsIn } from "../../companion/configuration.ts";
import { MINUTE } from "../../core/time.ts";

const GOOD = {
  PAGERDUTY_WEBHOOK_SECRETS: "hook-secret-value",
  PAGERDUTY_API_TOKEN: "api-token-value",
  PAGERDUTY_FROM: "Bot@Example.com",
  SLACK_TRIAGE_TRIGGER_URL: "https://hooks.slack.com/triggers/T1/1/triage-secret",
  SLACK_SIGNAL_TRIGGER_URL: "https://hooks.slack.com/triggers/T1/2/signal-secret",
  SLACK_NEWS_TRIGGER_URL: "https://hooks.slack.com/triggers/T1/3/news-secret",
  COMPANION_SECRETS: "a-shared-secret-of-16",
};

function problemsOf(settings: Readonly<Record<string, string | undefined>>): readonly string[] {
  const read = readConfiguration({ ...GOOD, ...settings });
  return read.ok ? [] : read.refusal.map(({ variable, problem }) => `${variable} ${problem}`);
}

describe("the configuration", () => {
  it("has defaults for everything but secrets and addresses", () => {
    const read = readConfiguration(GOOD);
    expect(read.ok && read.value).toMatchObject({
      port: 8_787,
      database: { kind: "sqlite", path: "./data/companion.db" },
      pagerduty: { apiUrl: "https://api.pagerduty.com", from: "bot@example.com" },
      sentry: { url: "https://sentry.io" },
      logLevel: "info",
      debounceWindowMs: 30 * MINUTE,
      archiveGraceMs: 10 * MINUTE,
    });
  });

  it("reads lists, maps and addresses", () => {
    const read = readConfiguration({
      ...GOOD,
      PAGERDUTY_WEBHOOK_SECRETS: " one , two\n,",
      PAGERDUTY_API_URL: "https://api.eu.pagerduty.com/",
      PAGERDUTY_USER_MAP: "U0123=Ann@example.com, W0456=ben@example.com",
      DATABASE_URL: "sqlite::memory:",
      PORT: "",
    });
    expect(read.ok && read.value.pagerduty.webhookSecrets).toEqual(["one", "two"]);
    expect(read.ok && read.value.pagerduty.apiUrl).toBe("https://api.eu.pagerduty.com");
    expect(read.ok && [...read.value.pagerduty.userMap]).toEqual([
      ["U0123", "ann@example.com"],
      ["W0456", "ben@example.com"],
    ]);
    expect(read.ok && read.value.database).toEqual({ kind: "sqlite", path: ":memory:" });
  });

  it.each([
    ["PORT", "x", "whole number"],
    ["PORT", "65536", "from 0 to 65535"],
    ["DATABASE_URL", "postgres://me:pass@db", "PostgreSQL"],
    ["DATABASE_URL", "postgresql://me:pa#ss@db/x", "PostgreSQL"],
    ["DATABASE_URL", "./file.db", "sqlite:"],
    ["PAGERDUTY_WEBHOOK_SECRETS", " , ", "holds no secret"],
    ["PAGERDUTY_API_TOKEN", "two words", "without spaces"],
    ["PAGERDUTY_API_URL", "http://api.pagerduty.com", "https://"],
    ["PAGERDUTY_API_URL", "http://localhost.evil.example", "https://"],
    ["PAGERDUTY_API_URL", "http://127.0.0.1.evil.example", "https://"],
    ["PAGERDUTY_API_URL", "https://user:pass@api.pagerduty.com", "user name"],
    ["PAGERDUTY_API_URL", "api.pagerduty.com", "web address"],
    ["PAGERDUTY_FROM", "<mailto:a@b.cc|a@b.cc>", "e-mail"],
    ["PAGERDUTY_FROM", "бот@example.com", "e-mail"],
    ["PAGERDUTY_USER_MAP", "ann=ann@example.com", "entry 1"],
    ["PAGERDUTY_USER_MAP", "U1=ann@example.com,U2=nobody", "entry 2"],
    ["SLACK_TRIAGE_TRIGGER_URL", "ftp://hooks.slack.com/x", "https://"],
    ["SLACK_NEWS_TRIGGER_URL", "https://slack.com/shortcuts/Ft1/abc", "is a link for people"],
    ["SLACK_SIGNAL_TRIGGER_URL", GOOD.SLACK_TRIAGE_TRIGGER_URL, "is the same as SLACK_TRIAGE_TRIGGER_URL"],
    ["SLACK_NEWS_TRIGGER_URL", GOOD.SLACK_TRIAGE_TRIGGER_URL, "is the same as SLACK_TRIAGE_TRIGGER_URL"],
    ["COMPANION_SECRETS", "short", "16 characters"],
    ["SENTRY_URL", "http://sentry.example", "https://"],
    ["SENTRY_ORG", "../other", "slug"],
    ["SENTRY_AUTH_TOKEN", "token-without-organisation", "SENTRY_ORG"],
    ["LOG_LEVEL", "loud", "one of"],
    ["DEBOUNCE_WINDOW_MINUTES", "0", "from 1 to 2880"],
    ["DEBOUNCE_WINDOW_MINUTES", "2881", "from 1 to 2880"],
    ["ARCHIVE_GRACE_MINUTES", "1441", "from 0 to 1440"],
    ["ARCHIVE_GRACE_MINUTES", "-1", "from 0 to 1440"],
    ["STORM_SERVICES", "0", "from 1 to 1000"],
    ["STORM_MINUTES", "61", "from 1 to 60"],
  ])("is refused with %s=%s", (variable, value, words) => {
    const problems = problemsOf({ [variable]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(words);
  });

  it.each(["http://localhost:3000/x", "http://127.0.0.1:3000", "http://[::1]:3000"])(
    "allows http for this machine itself: %s",
    (address) => {
      expect(problemsOf({ PAGERDUTY_API_URL: address, SLACK_TRIAGE_TRIGGER_URL: address })).toEqual([]);
    },
  );

  it.each(Object.keys(GOOD))("is refused without %s", (variable) => {
    expect(problemsOf({ [variable]: undefined })).toEqual([`${variable} is not set`]);
    expect(problemsOf({ [variable]: "  " })).toEqual([`${variable} is not set`]);
  });

  it("names every problem at once and no value", () => {
    const settings = {
      PORT: "p0rt",
      PAGERDUTY_API_TOKEN: "a secret token",
      SENTRY_AUTH_TOKEN: "hunter2",
      COMPANION_SECRETS: "tiny",
    };
    const read = readConfiguration(settings);
    const message = describeProblems(read.ok ? [] : read.refusal);
    for (const variable of [...Object.keys(GOOD), "PORT", "SENTRY_ORG"]) expect(message).toContain(`  ${variable} `);
    for (const value of ["p0rt", "a secret token", "hunter2", "tiny"]) expect(message).not.toContain(value);
  });
});

describe("the secrets that no line of the log may hold", () => {
  it("include the password of the database, in both of its forms", () => {
    const read = readConfiguration({ ...GOOD, DATABASE_URL: "postgres://triage:hunter%232%2F3@db.example.com/triage" });
    expect(read.ok && secretsIn(read.value)).toEqual(expect.arrayContaining(["hunter%232%2F3", "hunter#2/3"]));
  });

  it("are all secrets of the configuration, and of a trigger's address what is secret in it", () => {
    const read = readConfiguration({
      ...GOOD,
      METRICS_TOKEN: "m".repeat(20),
      SENTRY_ORG: "acme",
      SENTRY_AUTH_TOKEN: "s",
    });
    const secrets = read.ok ? secretsIn(read.value) : [];
    for (const secret of [
      GOOD.PAGERDUTY_WEBHOOK_SECRETS,
      GOOD.PAGERDUTY_API_TOKEN,
      GOOD.COMPANION_SECRETS,
      "m".repeat(20),
      "s",
      "/triggers/T1/1/triage-secret",
      "/triggers/T1/2/signal-secret",
      "/triggers/T1/3/news-secret",
    ]) {
      expect(secrets).toContain(secret);
    }
  });
});

describe("npm start without configuration", () => {
  it("ends with exit code 1 and one message that lists everything", async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const env = {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      PORT: "none",
      DATABASE_URL: "postgres://a:pw1#@b/c",
    };
    const { code, stderr, stdout } = await new Promise<{ code: unknown; stderr: string; stdout: string }>((resolve) => {
      execFile("npm", ["start", "--silent"], { cwd: root, env }, (error, out, err) =>
        resolve({ code: error?.code, stderr: err, stdout: out }),
      );
    });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.match(/The companion cannot start/g)).toHaveLength(1);
    for (const variable of [...Object.keys(GOOD), "PORT", "DATABASE_URL"]) expect(stderr).toContain(`  ${variable} `);
    expect(stderr).toContain("for example: sqlite:./data/companion.db");
    expect(stderr).not.toContain("pw1");
    expect(stderr).not.toContain("    at ");
  });
});
