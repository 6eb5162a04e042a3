import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMPANION_PATHS } from "../../core/protocol.ts";
import { NONCE_HEADER, SIGNATURE_HEADER, signRequest, TIMESTAMP_HEADER } from "../../core/request_signature.ts";
import { MINUTE } from "../../core/time.ts";
import { createWorld, SHARED_SECRET, START, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

interface Forged {
  readonly secret?: string;
  readonly path?: string;
  readonly signedPath?: string;
  readonly body?: string;
  readonly signedBody?: string;
  readonly timestamp?: number;
  readonly nonce?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(forged: Forged = {}): Promise<Response> {
  const { secret = SHARED_SECRET, path = COMPANION_PATHS.alerts, timestamp = START, nonce = "nonce-0000" } = forged;
  const body = forged.body ?? JSON.stringify({ incidentId: "inc_none" });
  const parts = { method: "POST", path: forged.signedPath ?? path, timestamp, nonce, body: forged.signedBody ?? body };
  return world.companion.app.request(path, {
    method: "POST",
    body,
    headers: {
      [SIGNATURE_HEADER]: await signRequest(secret, parts),
      [TIMESTAMP_HEADER]: String(timestamp),
      [NONCE_HEADER]: nonce,
      ...forged.headers,
    },
  });
}

describe("a request of Slack's functions", () => {
  it("that is signed is answered", async () => {
    expect((await send()).status).toBe(404);
  });

  it("may be signed by any of the secrets", async () => {
    await world.close();
    world = await createWorld({ settings: { COMPANION_SECRETS: `${SHARED_SECRET},another-secret-of-ours` } });
    expect((await send({ secret: "another-secret-of-ours" })).status).toBe(404);
  });

  it.each<[string, Forged]>([
    ["signed by another secret", { secret: "another-secret-of-ours" }],
    ["signed for another path", { signedPath: COMPANION_PATHS.resolve }],
    ["whose body was changed", { signedBody: "{}" }],
    ["from more than five minutes ago", { timestamp: START - 5 * MINUTE - 1 }],
    ["from more than five minutes ahead", { timestamp: START + 5 * MINUTE + 1 }],
    ["without a nonce", { nonce: "" }],
    ["with a short nonce", { nonce: "n" }],
    ["without a signature", { headers: { [SIGNATURE_HEADER]: "" } }],
    ["with half a signature", { headers: { [SIGNATURE_HEADER]: "v1=abc" } }],
    ["with a time that is none", { headers: { [TIMESTAMP_HEADER]: "now" } }],
    ["with another time than was signed", { headers: { [TIMESTAMP_HEADER]: String(START + 1) } }],
  ])("%s is refused", async (_, forged) => {
    const answer = await send(forged);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ ok: false, error: "bad_signature" });
  });

  it("is refused the second time, even at once", async () => {
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 404]);
  });

  it("is as good at the limit of five minutes as now", async () => {
    expect((await send({ timestamp: START - 5 * MINUTE })).status).toBe(404);
  });

  it.each([
    ["no JSON", "{", "not JSON"],
    ["a list", "[]", "does not fit"],
    ["nothing that is needed", "{}", "incidentId"],
    ["an id that is too long", JSON.stringify({ incidentId: "i".repeat(200) }), "incidentId"],
    ["an id of another type", JSON.stringify({ incidentId: { $ne: 1 } }), "incidentId"],
  ])("with %s is answered 400 and a sentence", async (_, body, words) => {
    const answer = await send({ body });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(words);
  });

  it.each([
    ["a decision of no kind", { decision: "explode" }],
    ["a merge without a target", { decision: "merge" }],
    ["a reason of no kind", { decision: "dismiss", reason: "boredom" }],
    ["a note beyond all bounds", { decision: "create", note: "n".repeat(4_001) }],
    ["a time beyond all bounds", { decision: "create", at: 9e15 }],
    ["a person of no kind", { decision: "create", by: { slackUserId: "<!channel>", name: "x" } }],
  ])("with %s is answered 400", async (_, rest) => {
    const decision = {
      id: "Fx",
      incidentId: "inc_1",
      by: { slackUserId: "U1A", name: "x" },
      at: START,
      note: "",
      ...rest,
    };
    const body = JSON.stringify({ phase: "decided", decision });
    expect((await send({ path: COMPANION_PATHS.decide, body })).status).toBe(400);
  });

  it("with a link that is none of the web is taken without its place", async () => {
    const place = { channelId: "C1", channelName: "x", channelUrl: "javascript:alert(1)" };
    const body = JSON.stringify({ deliveryId: "d", incidentId: "inc_1", outcome: "applied", place });
    // Not the body but the incident is what the companion does not know.
    expect((await send({ path: COMPANION_PATHS.confirm, body })).status).toBe(404);
  });

  it("above 64 KB is refused", async () => {
    expect((await send({ body: "x".repeat(64 * 1_024 + 1) })).status).toBe(413);
  });

  it("to no path of ours is answered 404", async () => {
    expect((await send({ path: "/slack/everything" })).status).toBe(404);
    expect((await world.companion.app.request(COMPANION_PATHS.alerts)).status).toBe(404);
  });
});

describe("what anybody may ask", () => {
  it("tells that the process lives and is ready, and nothing secret", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const answer = await world.companion.app.request(path);
      expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    }
    const metrics = await world.metrics();
    expect(metrics).toContain("pager_triage_outbox_depth");
    expect(metrics).not.toContain(SHARED_SECRET);
  });
});

it("no secret, title or signature is in any line of the log", async () => {
  const incident = world.raise("P1", { title: "A very private title" });
  await world.event(incident);
  world.pagerduty.fail({ method: "PUT", path: /./, status: 500, body: "pd-token" });
  world.triggers.answerNext({ status: 500, body: "secret-part" });
  await world.confirmAll();
  await world.advance(10_000);
  await send({ secret: "another-secret-of-ours" });
  const log = world.logLines.join("");
  expect(log).toContain("webhook.taken");
  for (const secret of [SHARED_SECRET, "pd-token", "secret-part", "A very private title", "v1=", "hook/secret"]) {
    expect(log).not.toContain(secret);
  }
});
