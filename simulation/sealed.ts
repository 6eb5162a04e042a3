/**
 * Seals this process for a while: timers, the clock, chance and the network are the simulation's own, so that the
 * product's code runs as it is and yet nothing of the outside gets in. What is left to Node is computing alone.
 */
import { createHmac } from "node:crypto";
import type { Chance } from "./chance.ts";
import type { VirtualTime } from "./virtual_time.ts";

export interface SealedPorts {
  readonly time: VirtualTime;
  readonly chance: Chance;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** What the product writes to the console. */
  readonly said: (text: string) => void;
  /** How long until the next turn of a process that is busy with other things. */
  readonly turnMs: () => number;
}

/** Does the work with the process sealed, and opens it again however that ends. */
export async function sealed<Outcome>(ports: SealedPorts, work: () => Promise<Outcome>): Promise<Outcome> {
  const undo: (() => void)[] = [];
  const replace = (owner: object, name: string, value: unknown): void => {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
    undo.push(() => {
      if (before) Object.defineProperty(owner, name, before);
      else Reflect.deleteProperty(owner, name);
    });
  };
  replaceTime(ports, replace);
  replace(globalThis, "fetch", (input: string | URL, init: RequestInit = {}) => ports.fetch(String(input), init));
  replace(globalThis, "crypto", cryptoOf(ports.chance));
  replace(Math, "random", ports.chance.next);
  for (const level of ["log", "info", "warn", "error", "debug"]) {
    replace(console, level, (...values: unknown[]) => ports.said(values.map(textOf).join(" ")));
  }
  try {
    return await work();
  } finally {
    for (const one of undo.toReversed()) one();
  }
}

function replaceTime({ time, turnMs }: SealedPorts, replace: (owner: object, name: string, value: unknown) => void) {
  const handles = new WeakSet<object>();
  const begin = (ms: number, act: () => void, again: boolean) => {
    let appointment = time.after(ms, fire);
    function fire(): void {
      if (again) appointment = time.after(ms, fire);
      act();
    }
    const handle = { cancel: () => appointment.cancel(), ref: () => handle, unref: () => handle };
    handles.add(handle);
    return handle;
  };
  const end = (handle: unknown): void => {
    if (typeof handle === "object" && handle !== null && handles.has(handle)) (handle as { cancel(): void }).cancel();
  };
  type Act = (...values: unknown[]) => void;
  const bound = (act: Act, values: unknown[]) => () => act(...values);
  replace(Date, "now", () => time.now());
  replace(globalThis, "setTimeout", (act: Act, ms = 0, ...values: unknown[]) => begin(ms, bound(act, values), false));
  replace(globalThis, "setInterval", (act: Act, ms = 0, ...values: unknown[]) => begin(ms, bound(act, values), true));
  replace(globalThis, "setImmediate", (act: Act, ...values: unknown[]) => begin(turnMs(), bound(act, values), false));
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) replace(globalThis, name, end);
  replace(AbortSignal, "timeout", (ms: number) => {
    const controller = new AbortController();
    time.after(ms, () => controller.abort(new DOMException("It took too long.", "TimeoutError")));
    return controller.signal;
  });
}

/** Web Crypto answers from other threads, whose order nobody can repeat; this one answers at once. */
function cryptoOf(chance: Chance) {
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => chance.between(0, 15).toString(16)).join("");
  return {
    randomUUID: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
    getRandomValues(bytes: Uint8Array) {
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = chance.between(0, 255);
      return bytes;
    },
    subtle: {
      importKey: (_format: string, key: Uint8Array) => Promise.resolve(key),
      sign: (_algorithm: string, key: Uint8Array, data: Uint8Array) =>
        Promise.resolve(new Uint8Array(createHmac("sha256", key).update(data).digest())),
    },
  };
}

function textOf(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}
