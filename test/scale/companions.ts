import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type CompanionCall, type CompanionRequests, COMPANION_PATHS } from "../../core/protocol.ts";
import { NONCE_HEADER, SIGNATURE_HEADER, signRequest, TIMESTAMP_HEADER } from "../../core/request_signature.ts";
import { pagerdutySignature, SHARED_SECRET } from "../companion/world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Companion processes behind a load balancer. */
export interface Companions {
  /** Starts one and waits until it listens. */
  start(environment: Readonly<Record<string, string>>): Promise<ChildProcess>;
  /** As PagerDuty does it: what is not answered comes again, perhaps to another companion. */
  webhook(body: string, webhookId: string): Promise<void>;
  /** A request of the Slack app; it asks again where nobody answers. */
  call(call: CompanionCall, body: CompanionRequests[CompanionCall]): Promise<unknown>;
  /** What the processes wrote down. */
  readonly log: readonly string[];
  end(): Promise<void>;
}

export function createCompanions(): Companions {
  const all: { readonly child: ChildProcess; readonly url: string; readonly ended: Promise<unknown> }[] = [];
  const log: string[] = [];
  let next = 0;
  let nonces = 0;

  /** The next one, whether it is alive or not: the load balancer has yet to notice. */
  function chosen(): string {
    return all[(next += 1) % all.length]?.url ?? "";
  }

  async function post(path: string, body: string, headers: () => Promise<Record<string, string>>): Promise<Response> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await fetch(chosen() + path, { method: "POST", body, headers: await headers() }).catch(
        () => undefined,
      );
      if (answer && answer.status < 500) return answer;
      await answer?.body?.cancel();
      if (attempt === 10) throw new Error(`Nobody answers ${path}.`);
    }
  }

  return {
    log,
    async start(environment) {
      const child = spawn(process.execPath, ["--import", "tsx", "companion/main.ts"], {
        cwd: root,
        env: { PATH: process.env["PATH"], ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const port = await new Promise<string>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          createInterface({ input: stream }).on("line", (line) => {
            log.push(line);
            const started = /"port":(\d+).*companion\.started/.exec(line);
            if (started) resolve(started[1] ?? "");
          });
        }
        void ended.then(() => reject(new Error(`A companion ended: ${log.slice(-5).join("\n")}`)));
      });
      all.push({ child, ended, url: `http://127.0.0.1:${port}` });
      return child;
    },
    async webhook(body, webhookId) {
      const headers = { "x-pagerduty-signature": pagerdutySignature(body), "x-webhook-id": webhookId };
      const { status } = await post("/webhooks/pagerduty", body, () => Promise.resolve(headers));
      if (status !== 202) throw new Error(`A webhook was answered with ${status}.`);
    },
    async call(call, body) {
      const path = COMPANION_PATHS[call];
      const text = JSON.stringify(body);
      const answer = await post(path, text, async () => {
        const request = { method: "POST", path, timestamp: Date.now(), nonce: `nonce-number-${(nonces += 1)}` };
        return {
          [TIMESTAMP_HEADER]: String(request.timestamp),
          [NONCE_HEADER]: request.nonce,
          [SIGNATURE_HEADER]: await signRequest(SHARED_SECRET, { ...request, body: text }),
        };
      });
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
      return answer.json();
    },
    async end() {
      for (const { child, ended } of all) {
        child.kill("SIGKILL");
        await ended;
      }
    },
  };
}
