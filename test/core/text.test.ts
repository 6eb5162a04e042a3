import { describe, expect, it } from "vitest";
import { byteLength, cutBytes, cutCharacters, oneLine, slug } from "../../core/text.ts";

const SAMPLES = ["", "plain", "é".repeat(50), "漢字".repeat(30), "🔥".repeat(30), "a🔥é漢".repeat(20), "👩‍🚒".repeat(10)];

describe("cutting to bytes", () => {
  it("leaves a text of exactly the limit alone, and cuts one that is a byte longer", () => {
    expect(cutBytes("a".repeat(4_000), 4_000)).toBe("a".repeat(4_000));
    expect(cutBytes("a".repeat(4_001), 4_000)).toBe(`${"a".repeat(3_997)}…`);
  });

  it("never passes the limit and never splits a character, at any limit", () => {
    for (const sample of SAMPLES) {
      for (let max = 0; max <= byteLength(sample) + 1; max += 1) {
        const cut = cutBytes(sample, max);
        expect(byteLength(cut)).toBeLessThanOrEqual(max);
        expect(cut).not.toMatch(/[\ud800-\udfff]/u);
        expect(cut === sample || sample.startsWith(cut.replace(/…$/, ""))).toBe(true);
      }
    }
  });

  it("measures in UTF-8", () => {
    expect(["a", "é", "漢", "🔥"].map(byteLength)).toEqual([1, 2, 3, 4]);
  });
});

describe("cutting to characters", () => {
  it("counts a surrogate pair as one", () => {
    expect(cutCharacters("🔥🔥🔥", 3)).toBe("🔥🔥🔥");
    expect(cutCharacters("🔥🔥🔥", 2)).toBe("🔥…");
    expect(cutCharacters("🔥🔥🔥", 1)).toBe("…");
    expect(cutCharacters("🔥🔥🔥", 0)).toBe("");
  });

  it("never passes the limit", () => {
    for (const sample of SAMPLES) {
      for (let max = 0; max < 40; max += 1)
        expect(Array.from(cutCharacters(sample, max)).length).toBeLessThanOrEqual(max);
    }
  });
});

describe("one line", () => {
  it.each([
    ["a\r\nb\tc\u2028d\u00a0e", "a b c d e"],
    ["  a \n\n b  ", "a b"],
    ["a\u0000\u0007\u001b[31mb", "a[31mb"],
    ["\u202Egpj.exe\u202C", "gpj.exe"],
    ["cut in the middle of 🔥".slice(0, -1), "cut in the middle of"],
    ["\udd25 whole: 🔥", "whole: 🔥"],
    ["a \u200B b\u2066c\u2069\u061c", "a bc"],
    ["x\u{e0061}\u{e0062}", "x"],
    ["👩‍🚒 fire", "👩‍🚒 fire"],
    ["\n\t", ""],
  ])("of %j is %j", (text, line) => {
    expect(oneLine(text)).toBe(line);
  });
});

describe("a slug", () => {
  it("is cut before its hyphens are trimmed", () => {
    expect(slug("abc def", 4)).toBe("abc");
    expect(slug("-abc-", 10)).toBe("abc");
    expect(slug("Éa ß x", 10)).toBe("ea-x");
  });
});
