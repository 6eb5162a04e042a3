/** Everything that goes from one part to another, and what happens to it on the way. */
import { readEvent } from "../companion/intake/webhook_event.ts";
import { HOUR, MINUTE, SECOND } from "../core/time.ts";
import type { CompanionHost } from "./companion_host.ts";
import { createOutages } from "./trouble.ts";
import type { SlackWorld } from "./slack_world.ts";
import { COMPANION_URL, type WorldDeps } from "./world_deps.ts";

export const TRIGGERS_URL = "https://hooks.example/triggers";

interface NetworkDeps extends WorldDeps {
  readonly slack: () => SlackWorld;
  readonly companion: () => CompanionHost;
}

export function createNetwork(deps: NetworkDeps): { fetch(url: string, init: RequestInit): Promise<Response> } {
  const { time, chance, trouble, account, observed } = deps;
  let isSlackDown = false;
  const outage = { time, chance, trouble, everyMs: 7 * HOUR, forMs: 4 * MINUTE };
  createOutages({
    ...outage,
    changed(isDown) {
      isSlackDown = isDown;
      account.tell(isDown ? "Slack's triggers are out of order" : "Slack's triggers work again");
    },
  });

  /** The way there and back; either may fail. */
  async function carried(act: () => Promise<Response>): Promise<Response> {
    await time.wait(trouble.travel());
    if (trouble.strikes("request_lost")) throw new TypeError("The connection was closed.");
    const response = await act();
    await time.wait(trouble.travel());
    if (trouble.strikes("answer_lost")) throw new TypeError("The connection was closed.");
    return response;
  }

  function toTrigger(name: string, raw: string): Promise<Response> {
    return deps.companion().whileAlive(() =>
      carried(() => {
        if (isSlackDown) return Promise.resolve(new Response("unavailable", { status: 503 }));
        account.note(`trigger ${name} ${raw.slice(0, 1_200)}`);
        return Promise.resolve(deps.slack().callTrigger(name, raw));
      }),
    );
  }

  async function webhook(path: string, init: RequestInit): Promise<Response> {
    const response = await deps.companion().request(path, init);
    if (response.status === 202) {
      const event = readEvent(bodyOf(init));
      account.note(`webhook ${event?.type} ${event?.alert?.id}`);
      if (event?.alert) {
        const { id: alertId, serviceId } = event.alert;
        observed.taken.push({ at: time.now(), type: event.type, alertId, serviceId });
      }
    }
    return response;
  }

  /** Nobody promises the order of webhooks: this one takes its time, and comes until it is taken. */
  async function late(path: string, init: RequestInit): Promise<void> {
    await time.wait(chance.between(10 * SECOND, 10 * MINUTE));
    for (;;) {
      const response = await webhook(path, init).catch(() => undefined);
      if (response?.status === 202) return;
      await time.wait(30 * SECOND);
    }
  }

  function fromPagerduty(path: string, init: RequestInit): Promise<Response> {
    if (trouble.strikes("webhook_late")) {
      void late(path, init);
      return Promise.resolve(new Response(null, { status: 202 }));
    }
    // At least once: a webhook may come again much later, after others.
    if (trouble.strikes("doubled")) {
      time.after(chance.between(1 * SECOND, 30 * MINUTE), () => void webhook(path, init).catch(() => undefined));
    }
    return carried(() => webhook(path, init));
  }

  function route(url: string, init: RequestInit): Promise<Response> {
    if (url.startsWith(TRIGGERS_URL)) return toTrigger(url.slice(TRIGGERS_URL.length + 1), bodyOf(init));
    const path = url.slice(COMPANION_URL.length);
    const call = /^\/call\/(\d+)(\/.*)$/.exec(path);
    if (!call) return fromPagerduty(path, init);
    const [, callId = "", own = ""] = call;
    account.note(`call ${callId}: ${own} ${bodyOf(init).slice(0, 600)}`);
    const asked = async () => {
      const body = deps.plant.says(own, bodyOf(init));
      const response = deps.plant.hears(own, body, await deps.companion().request(own, { ...init, body }));
      account.note(`call ${callId} is answered ${response.status}`);
      return response;
    };
    return deps.slack().functions.fromFunction(callId, () => carried(asked));
  }

  return {
    async fetch(url, init) {
      const { signal } = init;
      const answer = route(url, init);
      if (!signal) return answer;
      let stop: () => void = () => undefined;
      const aborted = new Promise<never>((_, reject) => {
        stop = () => reject(signal.reason as Error);
        signal.addEventListener("abort", stop);
      });
      try {
        return await Promise.race([answer, aborted]);
      } finally {
        signal.removeEventListener("abort", stop);
        answer.catch(() => undefined);
      }
    },
  };
}

function bodyOf({ body }: RequestInit): string {
  return typeof body === "string" ? body : "";
}
