import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import type { SignalDelivery, TriageDelivery } from "../../core/protocol.ts";
import { closeServer, listen } from "./fake_pagerduty.ts";

/** What a trigger answers: Slack's success, a status, or 0: it takes the delivery and the line breaks before its answer. */
export interface TriggerAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeTriggers {
  readonly triageUrl: string;
  readonly signalUrl: string;
  readonly newsUrl: string;
  readonly triages: TriageDelivery[];
  readonly signals: SignalDelivery[];
  /** Everything that came, accepted or not. */
  readonly attempts: string[];
  readonly problems: string[];
  /** Answers the next calls in turn, and then with success again. */
  answerNext(...answers: TriggerAnswer[]): void;
  /** Answers all calls so until told otherwise. */
  answerAll(answer: TriggerAnswer | undefined): void;
  close(): Promise<void>;
}

const SUCCESS: TriggerAnswer = { status: 200, body: '{"ok":true}' };

/** Slack's three webhook triggers, as strict as the real ones: flat strings of at most 4,000 bytes. */
export async function startFakeTriggers(): Promise<FakeTriggers> {
  const triages: TriageDelivery[] = [];
  const signals: SignalDelivery[] = [];
  const attempts: string[] = [];
  const problems: string[] = [];
  let answers: TriggerAnswer[] = [];
  let always: TriggerAnswer | undefined;
  const app = new Hono();
  app.post("/triggers/T1/:name/secret-part", async (c) => {
    const body = (await c.req.json()) as Record<string, unknown>;
    for (const [key, value] of Object.entries(body)) {
      if (typeof value !== "string") problems.push(`${key} is no string`);
      else if (Buffer.byteLength(value) > 4_000) problems.push(`${key} is too long`);
    }
    const name = c.req.param("name");
    attempts.push(`${name} ${String(body["delivery_id"])}`);
    const answer = answers.shift() ?? always ?? SUCCESS;
    if ((answer.status === 200 || answer.status === 0) && !answer.body.includes("false")) {
      if (name === "triage") triages.push(body as unknown as TriageDelivery);
      else signals.push(body as unknown as SignalDelivery);
    }
    if (answer.status === 0) (c.env as HttpBindings).incoming.socket.destroy();
    return new Response(answer.body, { status: answer.status || 200, headers: answer.headers });
  });
  app.notFound((c) => {
    problems.push(`${c.req.method} ${c.req.path}`);
    return c.text("no", 404);
  });
  const { server, port } = await listen(app);
  const base = `http://127.0.0.1:${port}/triggers/T1`;
  return {
    triageUrl: `${base}/triage/secret-part`,
    signalUrl: `${base}/signal/secret-part`,
    newsUrl: `${base}/news/secret-part`,
    triages,
    signals,
    attempts,
    problems,
    answerNext: (...next) => answers.push(...next),
    answerAll(answer) {
      answers = [];
      always = answer;
    },
    close: () => closeServer(server),
  };
}
