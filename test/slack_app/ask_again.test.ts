import { SlackFunctionTester } from "deno-slack-sdk/mod.ts";
import { Hono } from "hono";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { IncidentStatus } from "../../core/incident.ts";
import ask from "../../slack-functions/ask_for_triage_decision/handler.ts";
import { closeServer, listen } from "../companion/fake_pagerduty.ts";
import { INCIDENTS } from "./builders.ts";

/** A Slack that holds one record and remembers what it was asked for. */
async function startSlack(status: IncidentStatus, refused: readonly string[] = []) {
  const { decidedBy } = INCIDENTS.active;
  const item = {
    ...{ id: "inc_1", number: "1", title: "T", service_name: "Checkout", status, channel_id: "C1", card_ts: "1.1" },
    decided_by: JSON.stringify(decidedBy),
    reason: "false_alarm",
  };
  const calls: { method: string; args: Record<string, string> }[] = [];
  const app = new Hono();
  app.post("/api/:method", async (c) => {
    const method = c.req.param("method");
    calls.push({ method, args: Object.fromEntries(new URLSearchParams(await c.req.text())) });
    if (refused.includes(method)) return c.json({ ok: false, error: "is_archived" });
    return c.json({ ok: true, ...(method === "apps.datastore.get" ? { item } : { ts: "2.2", items: [] }) });
  });
  const { server, port } = await listen(app);
  return { server, calls, env: { SLACK_API_URL: `http://127.0.0.1:${port}/api/` } };
}

let slack: Awaited<ReturnType<typeof startSlack>>;
const answer = async (inputs: { incident_id: string; asked_by?: string }) => {
  const { createContext } = SlackFunctionTester("ask_for_triage_decision");
  return ask(createContext({ inputs, env: slack.env }));
};
const told = (method: string) => slack.calls.filter((call) => call.method === method).map(({ args }) => args);

afterEach(() => closeServer(slack.server));

describe("asking again for an incident that is decided", () => {
  it.each(["active", "merged", "dismissed"] as const)(
    "tells whoever pressed that it is %s, and asks nothing",
    async (status) => {
      slack = await startSlack(status);
      await answer({ incident_id: "inc_1", asked_by: "U0MIKA" });
      const [outputs] = told("functions.completeSuccess").map((args) => JSON.parse(args["outputs"] ?? "") as object);
      expect(outputs).toMatchObject({ decision: "none", incident_id: "" });
      const [said, ...more] = told("chat.postEphemeral");
      expect(said).toMatchObject({ channel: "C1", user: "U0MIKA" });
      expect(said?.["text"]).toMatch(/^This was already decided/);
      expect(more).toEqual([]);
      expect(told("chat.postMessage")).toEqual([]);
    },
  );

  it("tells them directly where the channel is archived", async () => {
    slack = await startSlack("dismissed", ["chat.postEphemeral"]);
    await answer({ incident_id: "inc_1", asked_by: "U0MIKA" });
    expect(told("chat.postMessage").map(({ channel }) => channel)).toEqual(["U0MIKA"]);
  });

  it("says nothing to anybody where nobody asked: it is a step of a run that had nothing to ask", async () => {
    slack = await startSlack("active");
    await answer({ incident_id: "inc_1" });
    expect([...told("chat.postEphemeral"), ...told("chat.postMessage")]).toEqual([]);
  });
});

describe("asking again for a triage", () => {
  beforeEach(async () => {
    slack = await startSlack("triage");
  });

  it("posts the question and leaves its step open", async () => {
    expect(await answer({ incident_id: "inc_1", asked_by: "U0MIKA" })).toEqual({ completed: false });
    expect(told("chat.postMessage")).toHaveLength(1);
    expect(told("chat.postEphemeral")).toEqual([]);
  });
});
