import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BOT, DANA, fire, LENA, received, startWorld, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const setStatus = (status: string) => ({ incident: { type: "incident_reference", status } });
const put = (id: string, status: string, from = DANA) =>
  world.rest("put", `/incidents/${id}`, { from, data: setStatus(status) });

describe("reading incidents through PagerDuty's own client", () => {
  it("gives an incident by its id and by its number, assigned to the first person on call", async () => {
    const id = await fire(world);
    const byId = await world.rest("get", `/incidents/${id}`);
    const byNumber = await world.rest("get", "/incidents/1");
    expect(byId.status).toBe(200);
    expect(byNumber.data).toEqual(byId.data);
    expect(byId.data.incident).toMatchObject({
      id,
      incident_number: 1,
      status: "triggered",
      urgency: "high",
      incident_key: null,
      service: { id: "PCHECK1", summary: "Checkout" },
      alert_counts: { all: 1, triggered: 1, resolved: 0 },
      resolve_reason: null,
    });
    expect(byId.data.incident.assignments.map((one: { assignee: { id: string } }) => one.assignee.id)).toEqual([
      "PDANA01",
    ]);
    expect(byId.data.incident.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it("filters the list by status and service, and pages it", async () => {
    const first = await fire(world);
    const second = await fire(world, "PSEARC1");
    const third = await fire(world, "PCHECK1", "again");
    await put(first, "resolved");
    const ids = async (query: Record<string, string | string[]>) =>
      (await world.rest("get", "/incidents", { query })).data.incidents.map((one: { id: string }) => one.id);
    expect(await ids({ "statuses[]": ["triggered", "acknowledged"] })).toEqual([second, third]);
    expect(await ids({ "service_ids[]": ["PCHECK1"] })).toEqual([first, third]);
    expect(await ids({ sort_by: "created_at:desc", limit: "2" })).toEqual([third, second]);
    const page = (await world.rest("get", "/incidents", { query: { limit: "1", offset: "1", total: "true" } })).data;
    expect(page).toMatchObject({ limit: 1, offset: 1, more: true, total: 3 });
    expect(page.incidents[0].id).toBe(second);
  });

  it("finds an incident by its alert's key, and everything by an empty one", async () => {
    const first = await fire(world);
    await fire(world, "PSEARC1");
    const alerts = (await world.rest("get", `/incidents/${first}/alerts`)).data.alerts;
    const found = await world.rest("get", "/incidents", { query: { incident_key: alerts[0].alert_key } });
    expect(found.data.incidents).toHaveLength(1);
    expect((await world.rest("get", "/incidents", { query: { incident_key: "" } })).data.incidents).toHaveLength(2);
  });

  it("leaves out what is older than a month unless all are asked for", async () => {
    const old = await startWorld({ manualClock: true, now: "2026-03-02T09:00:00Z" });
    await fire(old);
    old.clock.advance(31 * 24 * 3_600_000);
    expect((await old.rest("get", "/incidents")).data.incidents).toHaveLength(0);
    expect((await old.rest("get", "/incidents", { query: { date_range: "all" } })).data.incidents).toHaveLength(1);
    await old.close();
  });

  it.each([
    ["an unknown incident", "/incidents/QNOSUCH", {}, 404, 2100],
    ["an unknown path", "/teams", {}, 404, 2100],
    ["a wrong token", "/incidents", { token: "wrong" }, 401, 2006],
    ["an unknown status", "/incidents", { query: { "statuses[]": ["open"] } }, 400, 2001],
    ["a page too far", "/incidents", { query: { offset: "9990", limit: "25" } }, 400, 2001],
    ["the user of an account key", "/users/me", {}, 400, 2017],
  ])("answers %s with PagerDuty's error", async (_name, path, options, status, code) => {
    const answer = await world.rest("get", path, options);
    expect([answer.status, answer.data.error.code]).toEqual([status, code]);
  });

  it("serves version 2 of the API only", async () => {
    const answer = await fetch(`${world.apiUrl}/incidents`, {
      headers: { authorization: "Token token=token-of-the-test", accept: "application/vnd.pagerduty+json;version=1" },
    });
    expect(answer.status).toBe(406);
  });
});

describe("changing incidents", () => {
  it("acknowledges in the name of the assignee and keeps the assignment", async () => {
    const id = await fire(world);
    const answer = await put(id, "acknowledged");
    expect(answer.data.incident).toMatchObject({ status: "acknowledged", last_status_change_by: { id: "PDANA01" } });
    expect(answer.data.incident.assignments[0].assignee.id).toBe("PDANA01");
    expect(answer.data.incident.acknowledgements[0].acknowledger.id).toBe("PDANA01");
  });

  it("gives the incident to a bot that acknowledges it, away from the person on call", async () => {
    const id = await fire(world);
    const answer = await put(id, "acknowledged", BOT);
    expect(
      answer.data.incident.assignments.map((one: { assignee: { summary: string } }) => one.assignee.summary),
    ).toEqual(["Pager Triage"]);
  });

  it("reopens a resolved incident when it is acknowledged, for the one who did it", async () => {
    const id = await fire(world);
    await put(id, "resolved");
    const answer = await put(id, "acknowledged", LENA);
    expect(answer.data.incident).toMatchObject({ status: "acknowledged", resolved_at: null });
    expect(answer.data.incident.reopened_at).not.toBeNull();
    expect(answer.data.incident.assignments[0].assignee.id).toBe("PLENA01");
    const types = (await received(world, 4)).map(({ event }) => event.event_type);
    expect(types).toEqual(["incident.triggered", "incident.resolved", "incident.reopened", "incident.acknowledged"]);
  });

  it("reopens a resolved incident when it is triggered, and pages its policy again", async () => {
    const id = await fire(world);
    await put(id, "resolved");
    const answer = await put(id, "triggered", LENA);
    expect(answer.data.incident).toMatchObject({ status: "triggered" });
    expect(answer.data.incident.assignments[0].assignee.id).toBe("PDANA01");
    expect((await received(world, 3))[2]?.event.event_type).toBe("incident.reopened");
  });

  it("resolves the alerts with the incident, and the incident with its last alert", async () => {
    const first = await fire(world);
    expect((await put(first, "resolved")).data.incident).toMatchObject({
      assignments: [],
      alert_counts: { resolved: 1 },
    });
    const second = await fire(world, "PCHECK1", "again");
    const [alert] = (await world.rest("get", `/incidents/${second}/alerts`)).data.alerts;
    const data = { alert: { type: "alert", status: "resolved" } };
    const answer = await world.rest("put", `/incidents/${second}/alerts/${alert.id}`, { from: DANA, data });
    expect(answer.data.alert.status).toBe("resolved");
    expect((await world.rest("get", `/incidents/${second}`)).data.incident.status).toBe("resolved");
  });

  it("answers the resolve of a resolved incident with 200, or with 1001 where it was set up so", async () => {
    const id = await fire(world);
    await put(id, "resolved");
    expect((await put(id, "resolved")).status).toBe(200);
    await world.post("/sandbox/pagerduty/settings", { resolvedAgain: "error" });
    const answer = await put(id, "resolved");
    expect([answer.status, answer.data.error.code]).toEqual([400, 1001]);
    expect((await received(world, 2)).map(({ event }) => event.event_type)).toEqual([
      "incident.triggered",
      "incident.resolved",
    ]);
  });

  it("reassigns, escalates, delegates, sets priority and title, each with its webhook where there is one", async () => {
    const id = await fire(world);
    const change = (incident: object) =>
      world.rest("put", `/incidents/${id}`, { from: DANA, data: { incident: { type: "incident", ...incident } } });
    await change({ assignments: [{ assignee: { id: "PRAVI01", type: "user_reference" } }] });
    await change({ escalation_level: 2 });
    await change({ escalation_policy: { id: "PEPSRC1", type: "escalation_policy_reference" } });
    await change({ priority: { id: "PPRIO01", type: "priority_reference" } });
    const { data } = await change({ title: "Cart sums are wrong" });
    expect(data.incident).toMatchObject({ title: "Cart sums are wrong", priority: { summary: "P1" } });
    const webhooks = await received(world, 5);
    expect(webhooks.map(({ event }) => [event.event_type, names(event.data["assignees"])])).toEqual([
      ["incident.triggered", ["Dana Ortiz"]],
      ["incident.reassigned", ["Ravi Menon"]],
      ["incident.escalated", ["Lena Fischer"]],
      ["incident.delegated", ["Ravi Menon"]],
      ["incident.priority_updated", ["Ravi Menon"]],
    ]);
  });

  it.each([
    ["no From", undefined, 2016],
    ["an empty From", " ", 2016],
    ["Slack's mailto form", "<mailto:dana@example.com|dana@example.com>", 1028],
    ["a name without a domain", "dana", 1028],
    ["an address that nobody has", "nobody@example.com", 1008],
  ])("refuses a write with %s and changes nothing", async (_name, from, code) => {
    const id = await fire(world);
    const options = { data: setStatus("resolved"), ...(from === undefined ? {} : { from }) };
    const answer = await world.rest("put", `/incidents/${id}`, options);
    expect([answer.status, answer.data.error.code]).toEqual([400, code]);
    expect((await world.rest("get", `/incidents/${id}`)).data.incident.status).toBe("triggered");
  });

  it("takes an address of another case", async () => {
    const id = await fire(world);
    expect((await put(id, "acknowledged", "Dana@Example.COM")).status).toBe(200);
  });

  it("needs the type of a reference in the body", async () => {
    const id = await fire(world);
    const answer = await world.rest("put", `/incidents/${id}`, {
      from: DANA,
      data: { incident: { status: "resolved" } },
    });
    expect([answer.status, answer.data.error.code]).toEqual([400, 2001]);
  });

  it("carries out all of a bulk update or nothing of it", async () => {
    const ids = [await fire(world), await fire(world, "PSEARC1")];
    const bulk = (list: readonly string[]) =>
      world.rest("put", "/incidents", {
        from: DANA,
        data: { incidents: list.map((id) => ({ id, type: "incident_reference", status: "resolved" })) },
      });
    expect((await bulk([...ids, "QNOSUCH"])).status).toBe(404);
    expect((await world.view()).incidents.map(({ status }) => status)).toEqual(["triggered", "triggered"]);
    expect((await bulk(ids)).data.incidents).toHaveLength(2);
    expect((await world.view()).incidents.map(({ status }) => status)).toEqual(["resolved", "resolved"]);
    expect((await bulk(Array.from({ length: 251 }, () => "QNOSUCH"))).status).toBe(413);
  });

  it("moves the alerts on a merge and tells the reason in the source's webhook", async () => {
    const target = await fire(world);
    const source = await fire(world, "PCHECK1", "again");
    const data = { source_incidents: [{ id: source, type: "incident_reference" }] };
    const answer = await world.rest("put", `/incidents/${target}/merge`, { from: DANA, data });
    expect(answer.data.incident).toMatchObject({ id: target, alert_counts: { all: 2 } });
    expect((await world.rest("get", `/incidents/${source}/alerts`)).data.alerts).toEqual([]);
    const resolved = (await received(world, 3))[2];
    expect(resolved?.event).toMatchObject({
      event_type: "incident.resolved",
      data: { id: source, resolve_reason: { type: "merge_resolve_reason", incident: { id: target } } },
    });
    const again = await world.rest("put", `/incidents/${target}/merge`, { from: DANA, data });
    expect([again.status, again.data.error.code]).toEqual([400, 2002]);
  });

  it("answers a note with 200 and lists it in the account's time zone", async () => {
    const id = await fire(world);
    const answer = await world.rest("post", `/incidents/${id}/notes`, {
      from: BOT,
      data: { note: { content: "Rolled back." } },
    });
    expect(answer.status).toBe(200);
    const { notes } = (await world.rest("get", `/incidents/${id}/notes`)).data;
    expect(notes).toEqual([answer.data.note]);
    expect(notes[0]).toMatchObject({ content: "Rolled back.", user: { summary: "Pager Triage" } });
    expect(notes[0].created_at).toMatch(/\+02:00$/);
    expect(Date.parse(notes[0].created_at)).toBeGreaterThan(Date.now() - 60_000);
    expect((await received(world, 2))[1]?.event).toMatchObject({
      event_type: "incident.annotated",
      data: { type: "incident_note", content: "Rolled back.", incident: { id } },
    });
  });
});

describe("people, services and log", () => {
  it("finds users by a part of their address too, as PagerDuty does", async () => {
    const { users } = (await world.rest("get", "/users", { query: { query: "na@" } })).data;
    expect(users.map((user: { email: string }) => user.email)).toEqual([DANA, LENA]);
    expect((await world.rest("get", "/users/PLENA01")).data.user).toMatchObject({ name: "Lena Fischer", email: LENA });
  });

  it("tells who is on call, level by level", async () => {
    const { oncalls } = (await world.rest("get", "/oncalls", { query: { "escalation_policy_ids[]": ["PEPSRC1"] } }))
      .data;
    expect(
      oncalls.map((one: { escalation_level: number; user: { summary: string } }) => [
        one.escalation_level,
        one.user.summary,
      ]),
    ).toEqual([
      [1, "Ravi Menon"],
      [2, "Lena Fischer"],
    ]);
  });

  it("finds services by name and lists priorities", async () => {
    const { services } = (await world.rest("get", "/services", { query: { query: "LOGIN" } })).data;
    expect(services).toHaveLength(1);
    expect((await world.rest("get", `/services/${services[0].id}`)).data.service.name).toBe("Accounts & Login");
    expect((await world.rest("get", "/priorities")).data.priorities[0]).toMatchObject({ type: "priority", name: "P1" });
  });

  it("writes the log in words, and hands the routing key out only with the channels", async () => {
    const id = await fire(world);
    await put(id, "acknowledged");
    await put(id, "resolved");
    const [incident] = (await world.view()).incidents;
    expect(incident?.log.map(({ text }) => text)).toEqual([
      "Triggered through Sentry",
      "Assigned to Dana Ortiz",
      "Dana Ortiz acknowledged",
      "Dana Ortiz resolved",
    ]);
    const plain = await world.rest("get", `/incidents/${id}/log_entries`);
    expect(plain.data.log_entries.at(-1)).toMatchObject({
      type: "trigger_log_entry",
      summary: "Triggered through Sentry",
    });
    expect(JSON.stringify(plain.data)).not.toContain("service_key");
    const full = await world.rest("get", `/incidents/${id}/log_entries`, { query: { "include[]": ["channels"] } });
    expect(full.data.log_entries.at(-1).channel.service_key).toHaveLength(32);
  });
});

describe("faults", () => {
  it("answers 429 with the seconds to wait as often as asked, then as usual", async () => {
    const id = await fire(world);
    await world.post("/sandbox/pagerduty/faults", { status: 429, retryAfter: 7, times: 4, methods: ["put"] });
    // PagerDuty's client tries three more times by itself.
    const limited = await put(id, "resolved");
    expect([limited.status, limited.headers.get("ratelimit-reset")]).toEqual([429, "7"]);
    expect((await put(id, "resolved")).status).toBe(200);
  });

  it("hits only the methods that were named", async () => {
    const id = await fire(world);
    await world.post("/sandbox/pagerduty/faults", { status: 500, methods: ["PUT"] });
    expect((await world.rest("get", `/incidents/${id}`)).status).toBe(200);
    expect((await put(id, "resolved")).status).toBe(500);
  });

  it("answers 502 with a page of HTML, on which the client rejects", async () => {
    await world.post("/sandbox/pagerduty/faults", { status: 502 });
    await expect(world.rest("get", "/incidents")).rejects.toMatchObject({ status: 502 });
  });

  it("lets a call hang, and go on as usual once the fault is taken away", async () => {
    const id = await fire(world);
    await world.post("/sandbox/pagerduty/faults", { hangMs: 60_000, methods: ["PUT"] });
    let isAnswered = false;
    const answer = put(id, "resolved").then((answered) => {
      isAnswered = true;
      return answered;
    });
    // A call that hits no fault comes through meanwhile.
    expect((await world.rest("get", `/incidents/${id}`)).data.incident.status).toBe("triggered");
    expect(isAnswered).toBe(false);
    await world.post("/sandbox/pagerduty/faults", { times: 0 });
    expect((await answer).data.incident.status).toBe("resolved");
  });

  it("refuses a fault that it does not know", async () => {
    const answer = await world.post("/sandbox/pagerduty/faults", { status: 418 });
    expect(answer.status).toBe(400);
    expect(answer.body["ok"]).toBe(false);
  });
});

function names(references: unknown): string[] {
  return (references as { summary: string }[]).map(({ summary }) => summary);
}
