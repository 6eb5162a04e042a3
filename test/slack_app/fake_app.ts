import type { CompanionAnswers, CompanionCall, CompanionRequests } from "../../core/protocol.ts";
import type { App } from "../../slack-functions/shared/app.ts";
import type { Companion } from "../../slack-functions/shared/companion.ts";
import { recordOf, textOf, type SlackAnswer } from "../../slack-functions/shared/slack.ts";

type Args = Readonly<Record<string, unknown>>;
type Handler = (args: Args) => SlackAnswer;

export interface FakeApp {
  readonly app: App;
  /** Every call of Slack's API that is not a datastore's, in order. */
  readonly calls: { readonly method: string; readonly args: Args }[];
  /** What the companion was told; it answers with what was put into `answers`, or cannot be reached. */
  readonly told: { readonly call: CompanionCall; readonly body: CompanionRequests[CompanionCall] }[];
  readonly answers: { [Call in CompanionCall]?: CompanionAnswers[Call] | string };
  readonly datastores: Map<string, Map<string, Record<string, unknown>>>;
  /** Answers this method so from now on; by default it succeeds. */
  on(method: string, handler: Handler): void;
  made(method: string): readonly Args[];
}

/** What a function works with, over datastores in memory and a Slack that says yes to everything. */
export function fakeApp(now: number): FakeApp {
  const calls: { method: string; args: Args }[] = [];
  const told: FakeApp["told"][number][] = [];
  const answers: FakeApp["answers"] = {};
  const datastores: FakeApp["datastores"] = new Map();
  const handlers = new Map<string, Handler>();
  let made = 0;

  const items = (args: Args) => {
    const name = textOf(args["datastore"]);
    const found = datastores.get(name) ?? new Map<string, Record<string, unknown>>();
    datastores.set(name, found);
    return found;
  };
  const store: Readonly<Record<string, Handler>> = {
    "apps.datastore.get": (args) => ({ ok: true, item: items(args).get(textOf(args["id"])) ?? {} }),
    "apps.datastore.update": (args) => {
      const item = recordOf(args["item"]);
      const id = textOf(item["id"]);
      items(args).set(id, { ...items(args).get(id), ...item });
      return { ok: true };
    },
    "apps.datastore.put": (args) => {
      const item = recordOf(args["item"]);
      items(args).set(textOf(item["id"]), { ...item });
      return { ok: true };
    },
    "apps.datastore.delete": (args) => {
      items(args).delete(textOf(args["id"]));
      return { ok: true };
    },
    "apps.datastore.query": (args) => ({ ok: true, items: [...items(args).values()] }),
    "apps.datastore.bulkGet": (args) => {
      const ids = Array.isArray(args["ids"]) ? args["ids"].map(textOf) : [];
      return { ok: true, items: ids.map((id) => items(args).get(id)).filter((item) => item !== undefined) };
    },
  };
  const companion: Companion = {
    call(call, body) {
      told.push({ call, body });
      const answer = answers[call];
      if (answer === undefined) return Promise.resolve({ ok: false, again: true, status: 0, problem: "unreachable" });
      if (typeof answer === "string") return Promise.resolve({ ok: false, again: false, problem: answer });
      return Promise.resolve({ ok: true, answer: answer as never });
    },
  };
  const app: App = {
    slack: {
      call(method, args) {
        const kept = store[method];
        if (kept) return Promise.resolve(kept(args));
        calls.push({ method, args });
        return Promise.resolve(handlers.get(method)?.(args) ?? { ok: true, ts: `9.${(made += 1)}` });
      },
    },
    companion,
    settings: { triageChannelId: "C0FEED", links: {} },
    now,
    teamId: "T1",
    time: () => now,
    newId: () => `id${(made += 1)}`,
    pause: () => Promise.resolve(),
  };
  return {
    app,
    calls,
    told,
    answers,
    datastores,
    on: (method, handler) => void handlers.set(method, handler),
    made: (method) => calls.filter((call) => call.method === method).map(({ args }) => args),
  };
}
