/** Bad inputs, made from good ones by a seed: the same seed makes the same inputs. */

/** Numbers from 0 up to 1. */
export type Random = () => number;

/** The generator "mulberry32": small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<Value>(random: Random, from: readonly Value[]): Value {
  return from[Math.floor(random() * from.length)] as Value;
}

const TEXTS = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e\u2066<!channel>",
  "<!channel> <@U0DANA> <https://evil.example|https://acme.pagerduty.com>",
  "__proto__",
  "constructor",
  "toString",
  "../../../etc/passwd",
  "..%2f..%2fusers",
  "%00",
  "P1/../../users?x=",
  "P1\r\nX-Injected: 1",
  "'; drop table event; --",
  "{{data.incident_id}}",
  "${process.env.COMPANION_SECRETS}",
  "javascript:alert(1)",
  "https://user:password@127.0.0.1:1/",
  "http://[::1",
  "-1",
  "1e400",
  "NaN",
  "9".repeat(400),
  "a".repeat(5_000),
  "💥".repeat(2_000),
  "2026-13-45T99:99:99Z",
  "+275760-09-13T00:00:00.001Z",
  "{",
  "[]",
  '{"__proto__":{"polluted":true}}',
  "null",
] as const;

/** JSON of one value each; some of it only JSON's grammar allows. */
const RAW = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e308",
  "1e999",
  "-1e999",
  "9007199254740993",
  "123456789012345678901234567890",
  "[]",
  "{}",
  "[[]]",
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":null,"valueOf":1,"length":-1}',
  '{"$ne":null}',
  '{"then":"x","toJSON":1}',
  '"\\ud800\\udc"'.replace("\\udc", ""),
  `${"[".repeat(3_000)}${"]".repeat(3_000)}`,
  `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`,
  `[${"0,".repeat(4_000)}0]`,
] as const;

function hostileJson(random: Random): string {
  return random() < 0.5 ? pick(random, RAW) : JSON.stringify(pick(random, TEXTS));
}

export function hostileText(random: Random): string {
  const text = pick(random, TEXTS);
  return random() < 0.3 ? `${text}${pick(random, TEXTS)}`.slice(0, 20_000) : text;
}

type Path = readonly (string | number)[];

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...path, key]))];
}

/** JSON of a good value with one to three of its parts replaced, doubled, renamed or taken away. */
export function hostileVersion(random: Random, good: object): string {
  const copy = structuredClone(good) as Record<string, unknown>;
  const all = pathsIn(good);
  let whole: string | undefined;
  const marks = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => {
    const path = pick(random, all);
    const mark = `~hostile~${index}~`;
    const key = path.at(-1);
    const owner = path
      .slice(0, -1)
      .reduce<unknown>((at, one) => (at as Record<string, unknown> | undefined)?.[one], copy);
    if (key === undefined) whole = hostileJson(random);
    // An owner may have been replaced by an earlier mark.
    else if (typeof owner === "object" && owner !== null) (owner as Record<string, unknown>)[key] = mark;
    return { mark: JSON.stringify(mark), key: JSON.stringify(String(key)) };
  });
  // What is put in a mark's place need be nothing that JavaScript can hold.
  return (
    whole ??
    marks.reduce((json, { mark, key }) => {
      const kind = random();
      if (kind < 0.1) return json.replace(`${key}:${mark}`, () => `"other":0`);
      if (kind < 0.2) return json.replace(`${key}:${mark}`, () => `"__proto__":${hostileJson(random)}`);
      if (kind < 0.3) return json.replace(`${key}:${mark}`, () => `${key}:0,${key}:${hostileJson(random)}`);
      return json.replace(mark, () => hostileJson(random));
    }, JSON.stringify(copy))
  );
}

/** Bytes that are no JSON of ours at all, or only nearly. */
export function hostileBytes(random: Random, good: object): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new TextEncoder().encode(JSON.stringify(good)));
  const kind = random();
  if (kind < 0.2) return bytes.slice(0, Math.floor(random() * bytes.length));
  if (kind < 0.3) return new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]);
  if (kind < 0.4) return new Uint8Array(new TextEncoder().encode("[".repeat(30_000)));
  if (kind < 0.5) return new Uint8Array(Array.from({ length: Math.floor(random() * 400) }, () => random() * 256));
  for (let flips = 1 + Math.floor(random() * 8); flips > 0; flips -= 1) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return bytes;
}
