import { describe, expect, it } from "vitest";
import {
  importsOf,
  packageOf,
  type Part,
  partOf,
  read,
  resolveImport,
  sourceFiles,
  withoutComments,
} from "./sources.ts";

/** Which part may import which. */
const ARROWS: Record<Part, readonly Part[]> = {
  core: ["core"],
  slack: ["slack", "core"],
  companion: ["companion", "core"],
  sandbox: ["sandbox", "companion", "slack", "core"],
  simulation: ["simulation", "sandbox", "companion", "slack", "core"],
  chaos: ["chaos", "simulation", "sandbox", "companion", "core"],
  test: ["test", "chaos", "simulation", "sandbox", "companion", "slack", "core", "scripts"],
  scripts: ["scripts"],
};

/** Which packages a part may import; the tools of tests and of the sandbox are the business of package.json alone. */
const PACKAGES: Record<"core" | "slack" | "companion", readonly string[]> = {
  core: [],
  slack: ["deno-slack-sdk", "deno-slack-api"],
  companion: [
    "node:",
    "@hono/node-server",
    "@pagerduty/pdjs",
    "@photostructure/sqlite",
    "@slack/webhook",
    "hono",
    "pg",
    "pino",
    "prom-client",
    "zod",
  ],
};

/** Within the Slack app: what workflows and the manifest read of a function is its definition. */
const SLACK_ARROWS: readonly { readonly from: RegExp; readonly to: RegExp }[] = [
  { from: /^slack-functions\//, to: /^(slack-functions|datastores|core)\// },
  { from: /^datastores\//, to: /^(datastores|core)\// },
  { from: /^workflows\//, to: /^(workflows\/|datastores\/|core\/|slack-functions\/[a-z0-9_]+\/definition\.ts$)/ },
  { from: /^triggers\//, to: /^((triggers|workflows|core)\/|slack-functions\/shared\/clock\.ts$)/ },
  { from: /^manifest\.ts$/, to: /^(workflows\/|datastores\/|core\/|slack-functions\/[a-z0-9_]+\/definition\.ts$)/ },
];

/** What is wrong with a file's imports, in sentences. */
function offences(path: string, code: string): readonly string[] {
  const part = partOf(path);
  if (!part) return [`${path} belongs to no part`];
  return importsOf(code).flatMap((name) => {
    const target = resolveImport(path, name);
    if (target === undefined) {
      const allowed = part === "core" || part === "slack" || part === "companion" ? PACKAGES[part] : undefined;
      return allowed && !allowed.includes(packageOf(name)) ? [`${path} imports the package ${name}`] : [];
    }
    const to = partOf(target);
    if (!to) return [`${path} imports ${target}, which belongs to no part`];
    if (!ARROWS[part].includes(to)) return [`${path} imports ${target}`];
    const inner = part === "slack" ? SLACK_ARROWS.find(({ from }) => from.test(path)) : undefined;
    return inner && !inner.to.test(target) ? [`${path} imports ${target}`] : [];
  });
}

const sources = sourceFiles().filter((path) => !path.startsWith("test/fixtures/"));

describe("the arrows between the parts", () => {
  it("are kept by every file", () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap((path) => offences(path, read(path)))).toEqual([]);
  });

  it.each([
    ["core/x.ts", 'import { y } from "../companion/y.ts";'],
    ["core/x.ts", 'import { readFileSync } from "node:fs";'],
    ["core/x.ts", 'export * from "zod";'],
    ["companion/x.ts", 'import type {\n  Y,\n} from "../sandbox/y.ts";'],
    ["companion/x.ts", 'import "react";'],
    ["companion/x.ts", 'const y = await import("../slack-functions/y/handler.ts");'],
    ["slack-functions/x/handler.ts", 'import { z } from "zod";'],
    ["slack-functions/x/handler.ts", 'import { y } from "../../workflows/y.ts";'],
    ["workflows/x.ts", 'import { y } from "../slack-functions/y/handler.ts";'],
    ["manifest.ts", 'import { y } from "./companion/y.ts";'],
    ["sandbox/x.ts", 'import { y } from "../test/y.ts";'],
    ["datastores/x.ts", 'export { y } from "../slack-functions/shared/y.ts";'],
    ["sandbox/x.ts", 'import { y } from "../elsewhere/y.ts";'],
  ])("would be broken by %s with %j", (path, code) => {
    expect(offences(path, code)).toHaveLength(1);
  });

  it("are not broken by what comments and texts say", () => {
    const code =
      '// import "zod";\n/* export * from "zod" */\nconst text = "// not a comment"; import { a } from "./a.ts";';
    expect(offences("core/x.ts", code)).toEqual([]);
    expect(importsOf(code)).toEqual(["./a.ts"]);
  });
});

describe("each outside thing", () => {
  /** One file of a part may touch it; everybody else is given it. */
  const OWNED: readonly { readonly what: string; readonly part: Part; readonly by: RegExp; readonly files: number }[] =
    [
      { what: "PagerDuty's client", part: "companion", by: /"@pagerduty\/pdjs"/, files: 1 },
      { what: "SQLite's driver", part: "companion", by: /"@photostructure\/sqlite"/, files: 1 },
      { what: "PostgreSQL's driver", part: "companion", by: /"pg"/, files: 1 },
      { what: "Slack's webhook client", part: "companion", by: /"@slack\/webhook"/, files: 1 },
      { what: "the metrics library", part: "companion", by: /"prom-client"/, files: 1 },
      { what: "the environment", part: "companion", by: /\bprocess\.env\b/, files: 1 },
      { what: "the clock", part: "companion", by: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, files: 1 },
      { what: "the clock", part: "slack", by: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, files: 1 },
      {
        what: "chance",
        part: "companion",
        by: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/,
        files: 1,
      },
      { what: "chance", part: "slack", by: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/, files: 1 },
      { what: "the clock", part: "core", by: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/, files: 0 },
      { what: "chance", part: "core", by: /\bMath\.random\b|\brandomUUID\b|\bgetRandomValues\b/, files: 0 },
      { what: "a timer", part: "core", by: /\bset(?:Timeout|Interval)\b/, files: 0 },
      { what: "the runtime", part: "core", by: /\bprocess\.|\bDeno\./, files: 0 },
      { what: "the environment", part: "slack", by: /\bprocess\??\.env\b|\bDeno\??\.env\b/, files: 1 },
    ];

  it.each(OWNED)("$what has $files owner in $part", ({ part, by, files }) => {
    const found = sources.filter((path) => partOf(path) === part && by.test(withoutComments(read(path))));
    expect(found, found.join(", ")).toHaveLength(files);
  });

  it("of Slack's datastores has one owner", () => {
    const users = sources.filter(
      (path) => path.startsWith("slack-functions/") && withoutComments(read(path)).includes('"apps.datastore.'),
    );
    const owned = users.map((path) => /\bconst DATASTORE = "(\w+)"/.exec(read(path))?.[1] ?? `none in ${path}`);
    const defined = sources.flatMap((path) => /^datastores\/(\w+)\.ts$/.exec(path)?.[1] ?? []);
    expect(owned.toSorted()).toEqual(defined.toSorted());
  });
});

describe("the habits of the code", () => {
  it("names files in snake case, and none of them utils or index", () => {
    const odd = sources.filter((path) => {
      const name = path.split("/").at(-1) ?? "";
      return (
        !/^[a-z0-9]+(_[a-z0-9]+)*(\.(test|config|d))?\.(ts|tsx|js|mjs)$/.test(name) ||
        /^(utils?|index|helpers?)\./.test(name)
      );
    });
    expect(odd).toEqual([]);
  });

  it("leaves no checks switched off", () => {
    const silenced = sources.filter((path) =>
      /@ts-(?:ignore|nocheck|expect-error)|(?:oxlint|eslint|deno-lint|prettier)-(?:disable|ignore)/.test(read(path)),
    );
    expect(silenced.filter((path) => path !== "test/project/boundaries.test.ts")).toEqual([]);
  });

  it("leaves no test switched off and none alone", () => {
    const marks = /\b(?:it|test|describe)\.(?:only|skip|todo|fails)\b/;
    const marked = sources.filter((path) => path.endsWith(".test.ts") && marks.test(withoutComments(read(path))));
    expect(marked).toEqual([]);
  });

  it("mentions no path of one machine", () => {
    const mine = sources.filter((path) => /["'`](?:\/work|\/home|\/Users|\/root)\//.test(read(path)));
    expect(mine).toEqual([]);
  });
});
