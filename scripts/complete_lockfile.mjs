/**
 * Completes package-lock.json with the optional packages of other platforms.
 *
 * A registry that lacks some of a tool's per-platform packages makes `npm install` drop them from the lock file, and
 * `npm ci` then stops with "Missing: … from lock file". Run `npm run lock` after every change of the dependencies;
 * running it twice changes nothing. With --check it writes nothing and fails where something would have to be written.
 */
import { readFileSync, writeFileSync } from "node:fs";

const OS = {
  darwin: "darwin",
  win32: "win32",
  windows: "win32",
  linux: "linux",
  freebsd: "freebsd",
  android: "android",
  openharmony: "openharmony",
  openbsd: "openbsd",
  netbsd: "netbsd",
  sunos: "sunos",
  aix: "aix",
};
const CPU = ["arm64", "x64", "arm", "ppc64", "riscv64", "s390x", "ia32", "loong64", "mips64el", "wasm32"];

/** What a platform package's name says about where it can run; undefined where it names no operating system. */
function platformOf(name) {
  const words = name.split("/").pop().split(/[-_.]/);
  const os =
    words.map((word) => OS[word]).find(Boolean) ??
    (words.includes("wasm32") || words.includes("wasi") ? "none" : undefined);
  if (!os) return undefined;
  const cpu = words
    .map((word) => (/^(armv7|arm)/.test(word) && word !== "arm64" ? "arm" : word))
    .find((word) => CPU.includes(word));
  const libc = words.some((word) => word.startsWith("musl"))
    ? "musl"
    : words.some((word) => /^(gnu|glibc)/.test(word))
      ? "glibc"
      : undefined;
  return { os: [os], ...(cpu ? { cpu: [cpu] } : {}), ...(libc && os === "linux" ? { libc: [libc] } : {}) };
}

const file = new URL("../package-lock.json", import.meta.url);
const before = readFileSync(file, "utf8");
const lock = JSON.parse(before);
const problems = [];
let added = 0;
for (const [path, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    const version = range.replace(/^[\^~=]/, "");
    const nested = `${path ? `${path}/` : ""}node_modules/${name}`;
    const top = `node_modules/${name}`;
    const found = lock.packages[nested] ?? lock.packages[top];
    if (found && (found.version === version || /^[\^~]/.test(range))) continue;
    const platform = platformOf(name);
    if (!platform) {
      problems.push(`${name}@${range}: no operating system in its name`);
      continue;
    }
    // A second version of a platform package (two Denos, say) can only live under its own parent.
    lock.packages[lock.packages[top] ? nested : top] = {
      version,
      ...platform,
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, "en")));
const after = `${JSON.stringify(lock, null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (after !== before) problems.push("incomplete or unsorted; run npm run lock");
} else {
  writeFileSync(file, after);
  console.log(`package-lock.json: ${added} platform packages added`);
}
for (const problem of problems) console.error(`package-lock.json: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
