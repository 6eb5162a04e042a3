import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, posix } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The parts of the project and the paths they consist of. */
export const PARTS = {
  core: ["core/"],
  slack: ["slack-functions/", "workflows/", "triggers/", "datastores/", "manifest.ts"],
  companion: ["companion/"],
  sandbox: ["sandbox/"],
  simulation: ["simulation/"],
  chaos: ["chaos/"],
  test: ["test/", "vitest.config.ts"],
  scripts: ["scripts/"],
} as const;
export type Part = keyof typeof PARTS;

export function partOf(path: string): Part | undefined {
  const parts = Object.keys(PARTS) as Part[];
  return parts.find((part) => PARTS[part].some((start) => path.startsWith(start)));
}

/** Paths of all source files of the project, relative to its root, with forward slashes. */
export function sourceFiles(): readonly string[] {
  const top = Object.values(PARTS).flat();
  return top.flatMap((path) =>
    path.endsWith("/") ? filesIn(path.slice(0, -1)) : existsSync(ROOT + path) ? [path] : [],
  );
}

function filesIn(folder: string): readonly string[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesIn(path);
    return /\.(ts|tsx|js|mjs)$/.test(entry.name) ? [path] : [];
  });
}

export function read(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

/** The code without its comments; texts stay, since module names are texts. */
export function withoutComments(code: string): string {
  return code.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\/\*[^]*?\*\/|\/\/[^\n]*/g, "$1");
}

/** The module names that a file imports or exports from, dynamic imports of a fixed name included. */
export function importsOf(code: string): readonly string[] {
  const bare = withoutComments(code);
  const found = [
    ...bare.matchAll(/(?:^|[\n;}])\s*(?:import|export)\b[^"'`;()]*?\bfrom\s*["']([^"']+)["']/g),
    ...bare.matchAll(/(?:^|[\n;])\s*import\s*["']([^"']+)["']/g),
    ...bare.matchAll(/\b(?:import|require|require\.resolve)\(\s*["']([^"']+)["']/g),
  ];
  return found.flatMap((match) => match[1] ?? []);
}

/** The path, relative to the root, that a relative import of a file leads to; undefined for a package. */
export function resolveImport(from: string, name: string): string | undefined {
  return name.startsWith(".") ? posix.normalize(`${dirname(from)}/${name}`) : undefined;
}

/** "@slack/types/x" → "@slack/types", "hono/cors" → "hono", "node:fs" → "node:". */
export function packageOf(name: string): string {
  if (name.startsWith("node:")) return "node:";
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}
