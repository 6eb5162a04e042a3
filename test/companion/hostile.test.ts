import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HTTP_LIMITS, listen } from "../../companion/http_server.ts";
import { type CompanionCall, type CompanionRequests, COMPANION_PATHS } from "../../core/protocol.ts";
import { NONCE_HEADER, SIGNATURE_HEADER, signRequest, TIMESTAMP_HEADER } from "../../core/request_signature.ts";
import { hostileBytes, hostileText, hostileVersion, pick, type Random, randomFrom } from "../hostile/inputs.ts";
import {
  ANN,
  createWorld,
  decisionOf,
  eventBody,
  from,
  pagerdutySignature,
  placeOf,
  SHARED_SECRET,
  START,
  type World,
} from "./world.ts";

// Thousands of requests take their time on a machine that is busy otherwise.
vi.setConfig({ testTimeout: 60_000 });

const SEED = Number(process.env["HOSTILE_SEED"] ?? 20_260_302);
const HOOKS = "/webhooks/pagerduty";
const UNSIGNED = 1_500;
const WEBHOOKS = 2_000;
const CALLS_EACH = 130;

const asked = { requestId: "Fx9", incidentId: "inc_none", by: ANN, at: START };
const GOOD: { readonly [Call in CompanionCall]: CompanionRequests[Call] } = {
  confirm: { deliveryId: "d1", incidentId: "inc_none", outcome: "applied", place: placeOf("1") },
  claim: { ...asked, serviceName: "Checkout", title: "t", description: "d", place: placeOf("1") },
  decide: { phase: "decided", decision: decisionOf("inc_none", "merge", { mergeInto: "inc_2" }), place: placeOf("1") },
  answer: { ...asked, alertIds: ["P1"], answer: "attach" },
  resolve: { ...asked, resolveAlertIds: ["P1"], setAsideAlertIds: ["P2"], summary: "s", place: placeOf("1") },
  acknowledge: asked,
  snooze: { ...asked, until: START + 60_000 },
  alerts: { incidentId: "inc_none" },
  explain: { incidentId: "inc_none", pagerduty: "https://acme.pagerduty.com/incidents/P1" },
  open: { ...asked, key: "k", alertId: "P1" },
  undo: { ...asked, command: "undo", decisionId: "Fx1", inPagerduty: "page", place: placeOf("1") },
  undoPreview: { incidentId: "inc_none", by: ANN },
  carried: { requestId: "Fx9", incidentId: "inc_none" },
  tryAgain: asked,
  deciders: { incidentId: "inc_none", by: ANN },
  detach: { ...asked, alertIds: ["P1"] },
  ping: {},
};
const CALLS = Object.keys(GOOD) as readonly CompanionCall[];

let world: World;
let random: Random;
let tally: Record<string, number>;
beforeEach(async () => {
  world = await createWorld();
  random = randomFrom(SEED);
  tally = {};
});
afterEach(async () => {
  console.log(`hostile inputs (seed ${SEED}): ${JSON.stringify(tally)}`);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  await world.close();
});

async function post(path: string, body: BodyInit, headers: Record<string, string>, address = ""): Promise<number> {
  const answer = await world.companion.app.request(path, { method: "POST", body, headers }, from(address));
  tally[answer.status] = (tally[answer.status] ?? 0) + 1;
  await answer.arrayBuffer();
  return answer.status;
}

/** Slack and PagerDuty were told nothing, but for the signal by which the companion asks what Slack keeps. */
async function expectNoEffect(): Promise<void> {
  await world.settle();
  expect(world.triggers.triages).toEqual([]);
  expect(world.triggers.signals.filter(({ kind }) => kind !== "sync")).toEqual([]);
  expect(world.pagerduty.calls.filter((call) => !JSON.stringify(call).includes("GET"))).toEqual([]);
  expectNoCrash();
}

function expectNoCrash(): void {
  const crashes = world.logLines.filter((line) =>
    /request\.failed|event\.failed|worker\.failed|job\.broken/.test(line),
  );
  expect(crashes).toEqual([]);
}

const GUESSES = ["", "v1=", `v1=${"0".repeat(64)}`, `v1=${"z".repeat(64)}`, "v0=x,v1=y", ",".repeat(500), "v1=\u00ff"];

it(`${UNSIGNED} requests without a valid signature, to every path, change nothing`, async () => {
  const good = eventBody(world.raise("P1"), {}, START);
  const paths = [HOOKS, ...Object.values(COMPANION_PATHS), "/", "/metrics", "/admin", "/slack", `${HOOKS}/..%2f`];
  for (let index = 0; index < UNSIGNED; index += 1) {
    const path = pick(random, paths);
    const call = CALLS.find((one) => COMPANION_PATHS[one] === path);
    const of = call ? GOOD[call] : good;
    const body = pick(random, [JSON.stringify(of), hostileVersion(random, of), hostileBytes(random, of)]);
    const signature = pick(random, GUESSES);
    const headers = {
      "x-pagerduty-signature": signature,
      [SIGNATURE_HEADER]: signature,
      [TIMESTAMP_HEADER]: pick(random, [String(START), "-1", "1e9", "9".repeat(30)]),
      [NONCE_HEADER]: pick(random, ["nonce-0001", "", "__proto__", "n".repeat(500)]),
    };
    expect([401, 404, 413, 429]).toContain(await post(path, body, headers, `192.0.2.${index % 100}`));
    if (index % 190 < 189) continue;
    // So many refusals are told in full; then it goes on with a fresh companion.
    await expectNoEffect();
    await world.close();
    world = await createWorld();
  }
  await expectNoEffect();
});

it(`${WEBHOOKS} signed webhooks of broken content are taken or kept aside, and none breaks anything`, async () => {
  for (let index = 0; index < WEBHOOKS; index += 1) {
    const good = eventBody({ ...world.raise("P1"), id: `P${index}` }, { eventId: `e${index}` }, START);
    const body = random() < 0.75 ? new TextEncoder().encode(hostileVersion(random, good)) : hostileBytes(random, good);
    const headers = { "x-pagerduty-signature": pagerdutySignature(body), "x-webhook-id": `w${index}` };
    expect([202, 413]).toContain(await post(HOOKS, new Uint8Array(body), headers));
  }
  await world.settle();
  expectNoCrash();
  for (const call of world.pagerduty.calls) expect(call).not.toMatch(/\.\.|%|passwd|evil/);
});

it(`${CALLS_EACH} signed calls of broken content to each of ${CALLS.length} endpoints are understood or refused with a sentence`, async () => {
  for (const call of CALLS) {
    const path = COMPANION_PATHS[call];
    for (let index = 0; index < CALLS_EACH; index += 1) {
      const json = random() < 0.85;
      const bytes = json
        ? new TextEncoder().encode(hostileVersion(random, GOOD[call]))
        : hostileBytes(random, GOOD[call]);
      const body = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
      const parts = { method: "POST", path, timestamp: START, nonce: `nonce-${call}-${index}`, body };
      const headers = {
        [SIGNATURE_HEADER]: await signRequest(SHARED_SECRET, parts),
        [TIMESTAMP_HEADER]: String(START),
        [NONCE_HEADER]: parts.nonce,
      };
      // Bytes that are no UTF-8 carry no valid signature, whatever they decode to.
      expect([200, 400, 401, 404, 409, 413, 429], `${call} ${body.slice(0, 300)}`).toContain(
        await post(path, new Uint8Array(bytes), headers),
      );
    }
  }
  await world.settle();
  expectNoCrash();
  expect(world.pagerduty.calls.filter((one) => JSON.stringify(one).includes("PUT"))).toEqual([]);
});

describe("the server", () => {
  it("lives on after 300 connections that speak no HTTP, or only nearly", async () => {
    const started = await new Promise<{ server: ReturnType<typeof listen>; port: number }>((resolve, failed) => {
      const server = listen(
        world.companion.app,
        0,
        { ...HTTP_LIMITS, headersWithinMs: 200, requestWithinMs: 300, lookEveryMs: 50 },
        {
          listening: (port) => resolve({ server, port }),
          failed,
        },
      );
    });
    const speak = (text: string | Uint8Array): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(started.port, "127.0.0.1");
        let answer = "";
        socket.on("data", (chunk) => (answer += String(chunk)));
        socket.on("error", () => undefined);
        socket.on("close", () => resolve(answer));
        socket.end(text);
      });
    for (let round = 0; round < 30; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => {
          const path = `/${encodeURIComponent(
            hostileText(random)
              .slice(0, 500)
              .replace(/\p{Surrogate}/gu, "?"),
          )}`;
          const length = pick(random, ["-1", "1e9", "5", "0", "9".repeat(30)]);
          return speak(
            pick<string | Uint8Array>(random, [
              hostileBytes(random, GOOD.claim),
              `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
              `POST ${HOOKS} HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n{}`,
              `POST ${HOOKS} HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
              `PATCH http://evil.example${HOOKS} HTTP/1.0\r\n\r\n`,
              `POST ${HOOKS} HTTP/1.1\r\nhost: ${hostileText(random).slice(0, 100)}\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nab`,
            ]),
          );
        }),
      );
      tally["raw"] = (tally["raw"] ?? 0) + answers.length;
      for (const answer of answers) expect(answer).not.toMatch(/^HTTP\/1\.1 (2(?!00)|5)\d\d/);
    }
    expect((await fetch(`http://127.0.0.1:${started.port}/healthz`)).status).toBe(200);
    await new Promise((done) => started.server.close(done));
    await expectNoEffect();
  });
});
