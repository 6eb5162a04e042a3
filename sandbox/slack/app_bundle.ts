/** Builds the Slack app as Slack's own build hook does: one self-contained file a function, and the manifest as data. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";
import { AppManifest, TriggerDefinition, type AppDefinition } from "./app_definition.ts";

const SDK = join(dirname(createRequire(import.meta.url).resolve("@slack/deno-slack-sdk")), "..", "esm");
const API = join(SDK, "deps", "deno.land", "x", "deno_slack_api@2.8.0");

/**
 * What the npm build of the SDK brings for Node, replaced by the platform's own: undici reads the environment when it
 * is imported, which a hosted function may not.
 */
const REPLACED: Readonly<Record<string, string>> = {
  undici: "export const { fetch, File, FormData, Headers, Request, Response } = globalThis;",
  // Under Node only the name of the system is asked for, by a path library at its import.
  "@deno/shim-deno": `export const Deno = globalThis.Deno ?? { build: { os: ${JSON.stringify(process.platform)} } };`,
  polyfills:
    "Object.defineProperty(globalThis, Symbol.for('import-meta-ponyfill-esmodule'), { configurable: true, value: (meta) => meta });",
};

const slackImports: Plugin = {
  name: "slack-imports",
  setup(bundle) {
    bundle.onResolve({ filter: /^deno-slack-(sdk|api)\/.+\.ts$/ }, ({ path }) => {
      const [library = "", ...rest] = path.replace(/\.ts$/, ".js").split("/");
      return { path: join(library === "deno-slack-sdk" ? SDK : API, ...rest) };
    });
    bundle.onResolve({ filter: /_dnt\.polyfills\.js$/ }, () => ({ path: "polyfills", namespace: "replaced" }));
    bundle.onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      if (kind === "entry-point") return undefined;
      if (Object.hasOwn(REPLACED, path)) return { path, namespace: "replaced" };
      return {
        errors: [{ text: `"${path}" cannot be imported by a Slack-hosted function (from ${basename(importer)})` }],
      };
    });
    bundle.onLoad({ filter: /.*/, namespace: "replaced" }, ({ path }) => ({ contents: REPLACED[path] ?? "" }));
  },
};

function options(entryPoints: Readonly<Record<string, string>>, outdir: string): BuildOptions {
  return {
    entryPoints: { ...entryPoints },
    outdir,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    logLevel: "silent",
    plugins: [slackImports],
    // The app's folder may carry a tsconfig whose paths are meant for the type checker.
    tsconfigRaw: "{}",
  };
}

/** A message of one sentence from whatever a build or an import threw. */
function sentenceOf(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  return text.replace(/\s*\n\s*/g, " ").trim();
}

/** Runs `work` with the variables added to this process's environment, and puts the environment back. */
async function withEnvironment<Value>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<Value>,
): Promise<Value> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

async function triggerFiles(appRoot: string): Promise<readonly string[]> {
  try {
    const names = await readdir(join(appRoot, "triggers"));
    return names.filter((name) => name.endsWith(".ts") && !name.endsWith("_test.ts")).sort();
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw problem;
  }
}

async function importDefault(path: string): Promise<unknown> {
  const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  if (loaded.default === undefined) throw new Error(`${basename(path, ".js")}.ts has no default export`);
  // The SDK's objects know how to write themselves as JSON; what Slack is sent is that text.
  return JSON.parse(JSON.stringify(loaded.default)) as unknown;
}

async function loadInto(
  folder: string,
  appRoot: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly raw: unknown; readonly triggers: ReadonlyMap<string, unknown> }> {
  const files = await triggerFiles(appRoot);
  const entries: Record<string, string> = { manifest: resolve(appRoot, "manifest.ts") };
  for (const file of files) entries[`triggers/${basename(file, ".ts")}`] = resolve(appRoot, "triggers", file);
  await build(options(entries, folder));
  return withEnvironment(variables, async () => {
    const triggers = new Map<string, unknown>();
    for (const file of files) {
      const name = basename(file, ".ts");
      triggers.set(name, await importDefault(join(folder, "triggers", `${name}.js`)));
    }
    return { raw: await importDefault(join(folder, "manifest.js")), triggers };
  });
}

async function inTemporaryFolder<Value>(work: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), "slack-app-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The manifest as Slack's get-manifest hook prints it, with every key of the SDK but `source_file`.
 * @param variables seen by manifest.ts as environment, on top of this process's own
 * @throws Error with one sentence when the app cannot be built or says that its configuration is wrong
 */
export async function readManifest(appRoot: string, variables: Readonly<Record<string, string>>): Promise<unknown> {
  try {
    const { raw } = await inTemporaryFolder((folder) => loadInto(folder, appRoot, variables));
    return JSON.parse(JSON.stringify(raw, (key, value: unknown) => (key === "source_file" ? undefined : value)));
  } catch (problem) {
    throw new Error(sentenceOf(problem), { cause: problem });
  }
}

/** Loads manifest.ts and triggers/*.ts of an app. Throws an Error with one sentence naming what is wrong. */
export async function loadApp(appRoot: string, variables: Readonly<Record<string, string>>): Promise<AppDefinition> {
  const { raw, triggers } = await inTemporaryFolder((folder) => loadInto(folder, appRoot, variables)).catch(
    (problem: unknown) => {
      throw new Error(`The Slack app cannot be built: ${sentenceOf(problem)}`, { cause: problem });
    },
  );
  const definitions = new Map<string, TriggerDefinition>();
  for (const [name, trigger] of triggers) definitions.set(name, TriggerDefinition.parse(trigger));
  return { manifest: AppManifest.parse(raw), triggers: definitions };
}

/**
 * Writes `<outdir>/<callback_id>.js` for every function of the manifest. The files import nothing, read no environment
 * and run on Deno 1.46 and 2.x alike.
 */
export async function bundleFunctions(appRoot: string, manifest: AppManifest, outdir: string): Promise<void> {
  const entries: Record<string, string> = {};
  for (const [callbackId, definition] of Object.entries(manifest.functions)) {
    entries[callbackId] = resolve(appRoot, definition.source_file);
  }
  try {
    await build(options(entries, outdir));
  } catch (problem) {
    throw new Error(`The Slack app's functions cannot be built: ${sentenceOf(problem)}`, { cause: problem });
  }
}
