import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Bundles the page: afterwards `folder` holds index.html, assets/main.js and assets/main.css.
 * Rejects with esbuild's own messages where the sources do not compile.
 */
export async function buildPage(folder: string): Promise<void> {
  await mkdir(`${folder}/assets`, { recursive: true });
  await build({
    entryPoints: [here("./main.tsx")],
    outdir: `${folder}/assets`,
    bundle: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    minify: true,
    // React's development build warns in the console and is three times the size.
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "silent",
  });
  await copyFile(here("./index.html"), `${folder}/index.html`);
}
