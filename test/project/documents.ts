import { readdirSync } from "node:fs";
import { read, ROOT } from "./sources.ts";

/** Every document for people, by its path from the project's root. */
export function documents(): readonly string[] {
  const markdown = (folder: string): string[] =>
    readdirSync(ROOT + folder)
      .filter((name) => name.endsWith(".md"))
      .map((name) => folder + name);
  return [...markdown(""), ...markdown("docs/")];
}

/** Targets of links and pictures, without those of code blocks. */
export function linksOf(text: string): readonly string[] {
  const prose = text.replace(/```[^]*?```/g, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap((match) => match[1] ?? []);
}

/** The code blocks of a document in one language. */
export function codeBlocks(path: string, language: string): readonly string[] {
  const blocks = read(path).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"));
  return [...blocks].flatMap((match) => match[1] ?? []);
}

/** Rows of the table whose header begins with this cell; each row as its cells without backquotes. */
export function tableRows(path: string, firstHeader: string): readonly (readonly string[])[] {
  const lines = read(path).split("\n");
  const rows: string[][] = [];
  let inside = false;
  for (const line of lines) {
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
    if (cells[0] === firstHeader) inside = true;
    else if (!line.startsWith("|")) inside = false;
    else if (inside && !/^-+$/.test(cells[0] ?? "")) rows.push(cells);
  }
  return rows;
}

/** Names of the variables that an example file sets or shows commented out. */
export function variablesOf(path: string): readonly string[] {
  return [...read(path).matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].flatMap((match) => match[1] ?? []);
}
