/** The page's own files, built once at start and served from memory. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { Hono } from "hono";
import { buildPage } from "./page/page_bundle.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Builds the page. Rejects with the bundler's messages when its sources do not compile. */
export async function buildPageRoutes(): Promise<Hono> {
  const folder = await mkdtemp(join(tmpdir(), "pager-triage-page-"));
  try {
    await buildPage(folder);
    const files = new Map<string, PageFile>([["/", await readPageFile(join(folder, "index.html"))]]);
    for (const name of await readdir(join(folder, "assets"))) {
      files.set(`/assets/${name}`, await readPageFile(join(folder, "assets", name)));
    }
    return serveFiles(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPageFile(path: string): Promise<PageFile> {
  return { type: TYPES[extname(path)] ?? "application/octet-stream", bytes: Uint8Array.from(await readFile(path)) };
}

function serveFiles(files: ReadonlyMap<string, PageFile>): Hono {
  const routes = new Hono();
  for (const [path, { type, bytes }] of files) {
    // The files have no version in their names, so a browser has to ask each time.
    routes.get(path, (c) => c.body(bytes, 200, { "content-type": type, "cache-control": "no-cache" }));
  }
  return routes;
}
