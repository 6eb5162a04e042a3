import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfiguration, secretsIn } from "../../companion/configuration.ts";
import { createLog, problemIn } from "../../companion/log.ts";
import { ANN, createWorld, decisionOf, placeOf, settingsFor, START, type World } from "./world.ts";

/** Put together here, so that no scanner takes it for a real one. */
const KEY = `AKIA${"Q7".repeat(8)}`;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

function everythingSent(): string {
  return JSON.stringify([world.triggers.triages, world.triggers.signals, world.pagerduty.calls]);
}

describe("what others wrote goes on without their secrets", () => {
  it("in the title of an alert, wherever the title is shown", async () => {
    await world.event(world.raise("P1", { title: `Deploy failed: password=hunter2 with ${KEY}` }));
    await world.event(world.raise("P2", { title: `Deploy failed: token=hunter3` }));
    await world.confirmAll();
    expect(world.triggers.triages).toMatchObject([{ title: "Deploy failed: password=[removed] with [removed]" }]);
    for (const secret of ["hunter2", "hunter3", KEY]) expect(everythingSent()).not.toContain(secret);
  });

  it("in the title that a person typed", async () => {
    const claim = {
      requestId: "Fx1",
      serviceName: "Checkout",
      title: "Cannot log in with password: hunter2",
      description: "",
      by: ANN,
      at: START,
      place: placeOf("1"),
    };
    const { body } = await world.call("claim", claim);
    const known = await world.store.transaction((tx) => tx.incident(body.incidentId));
    expect(known?.incident.title).toBe("Cannot log in with password: [removed]");
  });

  it("in what PagerDuty says about a request, on the card and in the log", async () => {
    await world.event(world.raise("P1"));
    await world.confirmAll();
    const id = world.triggers.triages[0]?.incident_id ?? "";
    const said = { error: { message: `Invalid Input. Token token=hunter2abc of ${KEY}`, code: 2001, errors: [] } };
    world.pagerduty.fail({ method: "PUT", path: /./, status: 400, body: JSON.stringify(said) });
    await world.call("decide", { phase: "decided", decision: decisionOf(id, "dismiss") });
    await world.confirmAll();
    const closing = (await world.alerts(id)).map((alert) => alert.closing);
    expect(closing).toMatchObject([{ state: "failed", problem: expect.stringContaining("[removed]") as string }]);
    for (const secret of ["hunter2abc", KEY]) {
      expect(everythingSent()).not.toContain(secret);
      expect(world.logLines.join("")).not.toContain(secret);
    }
  });
});

describe("the log", () => {
  function logged(write: (log: ReturnType<typeof createLog>) => void, secrets: readonly string[] = []): string {
    let text = "";
    const sink = new Writable({
      write(chunk, _encoding, done) {
        text += String(chunk);
        done();
      },
    });
    write(createLog("debug", secrets, sink));
    return text;
  }

  it("takes every secret of the configuration out of a line, quotation marks and all", () => {
    const settings = {
      ...settingsFor(
        { url: "http://127.0.0.1:1" },
        {
          triageUrl: "https://hooks.slack.com/triggers/T1/2/aaa",
          signalUrl: "https://hooks.slack.com/triggers/T1/3/bbb",
          newsUrl: "https://hooks.slack.com/triggers/T1/4/ccc",
        },
      ),
      PAGERDUTY_WEBHOOK_SECRETS: 'a"quoted\\secret,other-secret',
      SENTRY_ORG: "acme",
      SENTRY_AUTH_TOKEN: "sentry-token-1",
      METRICS_TOKEN: "metrics-token-of-ours",
    };
    const configuration = readConfiguration(settings);
    if (!configuration.ok) throw new Error(JSON.stringify(configuration.refusal));
    const secrets = secretsIn(configuration.value);
    expect(secrets).toHaveLength(9);
    const text = logged((log) => log.warn({ problem: secrets.join(" and ") }, "job.failed"), secrets);
    expect((JSON.parse(text) as { problem: string }).problem).toBe(secrets.map(() => "[removed]").join(" and "));
  });

  it("has no trigger's address or token that an error's message repeats", () => {
    const thrown = new Error(`connect to https://hooks.slack.com/triggers/T1/2/abc with token=hunter2 failed`);
    const text = logged((log) => log.error(problemIn(thrown), "job.broken"));
    expect(text).toContain("connect to https://[removed]");
    expect(text).not.toMatch(/abc|hunter2/);
  });
});
