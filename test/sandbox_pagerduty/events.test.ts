import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SERVICES } from "../../sandbox/seed.ts";
import { fire, received, startWorld, type World } from "./harness.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const KEY = SERVICES.find(({ id }) => id === "PSEARC1")?.routingKey ?? "";

function event(changes: Record<string, unknown> = {}, payload: Record<string, unknown> = {}) {
  return {
    routing_key: KEY,
    event_action: "trigger",
    dedup_key: "disk-full/db-3",
    payload: { summary: "Disk of db-3 is 97 % full", source: "db-3", severity: "critical", ...payload },
    ...changes,
  };
}
const send = (body: unknown) => world.post("/pagerduty/v2/enqueue", body);

describe("the Events API", () => {
  it("turns an event into an incident of the key's service, with one alert that shows the whole event", async () => {
    const answer = await send(
      event(
        {
          client: "Disk watch",
          client_url: "https://watch.example.com/db-3",
          links: [{ href: "https://runbooks.example.com/disk", text: "Runbook" }],
          images: [{ src: "https://watch.example.com/db-3.png", alt: "Disk use" }],
        },
        { component: "postgres", group: "databases", class: "disk", custom_details: { used: "97 %" } },
      ),
    );
    expect(answer).toEqual({
      status: 202,
      body: { status: "success", message: "Event processed", dedup_key: "disk-full/db-3" },
    });
    const [incident] = (await world.view()).incidents;
    expect(incident).toMatchObject({ title: "Disk of db-3 is 97 % full", service: "Search", urgency: "high" });
    const { alerts } = (await world.rest("get", `/incidents/${incident?.id}/alerts`)).data;
    const contexts = [
      { type: "link", href: "https://runbooks.example.com/disk", text: "Runbook" },
      { type: "image", src: "https://watch.example.com/db-3.png", alt: "Disk use" },
    ];
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      type: "alert",
      summary: "Disk of db-3 is 97 % full",
      alert_key: "disk-full/db-3",
      severity: "critical",
      status: "triggered",
      integration: { type: "events_api_v2_inbound_integration_reference" },
      body: {
        type: "alert_body",
        contexts,
        details: { used: "97 %" },
        cef_details: {
          client: "Disk watch",
          client_url: "https://watch.example.com/db-3",
          contexts,
          dedup_key: "disk-full/db-3",
          description: "Disk of db-3 is 97 % full",
          message: "Disk of db-3 is 97 % full",
          source_origin: "db-3",
          source_component: "postgres",
          service_group: "databases",
          event_class: "disk",
          details: { used: "97 %" },
        },
      },
    });
    expect(Object.keys(alerts[0].body.cef_details)).toHaveLength(20);
  });

  it("takes the path that senders add to their base address", async () => {
    expect((await world.post("/pagerduty/v2/enqueue/v2/enqueue", event())).status).toBe(202);
  });

  it("joins the open alert of the same key and raises a new one after it was resolved", async () => {
    await send(event());
    await send(event());
    expect((await world.view()).incidents).toHaveLength(1);
    await send(event({ event_action: "resolve" }));
    expect((await world.view()).incidents[0]?.status).toBe("resolved");
    await send(event());
    const incidents = (await world.view()).incidents;
    expect(incidents.map(({ status }) => status)).toEqual(["triggered", "resolved"]);
  });

  it("keeps the same key of two services apart", async () => {
    await send(event());
    await send(event({ routing_key: SERVICES[0]?.routingKey }));
    expect((await world.view()).incidents.map(({ service }) => service)).toEqual(["Checkout", "Search"]);
  });

  it("acknowledges and resolves in the name of the integration", async () => {
    await send(event({ client: "watchdog" }));
    await send(event({ event_action: "acknowledge", payload: undefined }));
    await send(event({ event_action: "resolve", payload: undefined }));
    const webhooks = await received(world, 3);
    expect(webhooks.map(({ event: { event_type, agent } }) => [event_type, agent?.type])).toEqual([
      ["incident.triggered", "inbound_integration_reference"],
      ["incident.acknowledged", "inbound_integration_reference"],
      ["incident.resolved", "inbound_integration_reference"],
    ]);
    expect((await world.view()).incidents[0]?.log.at(-1)?.text).toBe("Resolved through Watchdog");
  });

  it("gives an event without a key one of its own", async () => {
    const first = await send(event({ dedup_key: undefined }));
    const second = await send(event({ dedup_key: undefined }));
    expect(first.body["dedup_key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(second.body["dedup_key"]).not.toBe(first.body["dedup_key"]);
    expect((await world.view()).incidents).toHaveLength(2);
  });

  it("pages with low urgency for a warning", async () => {
    await send(event({}, { severity: "warning" }));
    expect((await world.view()).incidents[0]?.urgency).toBe("low");
  });

  it("takes what it is told to resolve without knowing it", async () => {
    expect((await send(event({ event_action: "resolve" }))).status).toBe(202);
    expect((await world.view()).incidents).toEqual([]);
  });

  it.each([
    ["a summary above 1,024 characters", event({}, { summary: "x".repeat(1025) }), 400],
    ["a key above 255 characters", event({ dedup_key: "x".repeat(256) }), 400],
    ["an unknown severity", event({}, { severity: "bad" }), 400],
    ["no source", event({}, { source: undefined }), 400],
    ["a routing key of another length", event({ routing_key: "short" }), 400],
    ["a routing key that no service has", event({ routing_key: "x".repeat(32) }), 400],
    ["an unknown action", event({ event_action: "explode" }), 400],
    ["a resolve without a key", event({ event_action: "resolve", dedup_key: undefined }), 400],
    ["no JSON", "{", 400],
    ["more than 512 KB", event({}, { custom_details: { text: "x".repeat(520 * 1024) } }), 413],
  ])("refuses %s and raises nothing", async (_name, body, status) => {
    const answer = await send(body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ status: "invalid event", message: "Event object is invalid" });
    expect(answer.body["errors"]).toHaveLength(1);
    expect((await world.view()).incidents).toEqual([]);
  });

  it("can let the alerts be absent right after the trigger", async () => {
    const slow = await startWorld({ manualClock: true, now: "2026-03-02T02:00:00Z" });
    await slow.post("/sandbox/pagerduty/settings", { alertDelayMs: 2_000 });
    const id = await fire(slow);
    expect((await slow.rest("get", `/incidents/${id}/alerts`)).data.alerts).toEqual([]);
    expect((await slow.rest("get", `/incidents/${id}`)).data.incident.alert_counts.all).toBe(1);
    slow.clock.advance(2_000);
    expect((await slow.rest("get", `/incidents/${id}/alerts`)).data.alerts).toHaveLength(1);
    await slow.close();
  });
});

describe("firing from the page", () => {
  it("builds the event as Sentry's own integration does, for an issue that Sentry knows", async () => {
    const id = await fire(world);
    const [alert] = (await world.rest("get", `/incidents/${id}/alerts`)).data.alerts;
    const { cef_details, details, contexts } = alert.body;
    const link = new URL(cef_details.client_url);
    expect(cef_details.client).toBe("sentry");
    expect(link.searchParams.get("referrer")).toBe("pagerduty_integration");
    expect(link.searchParams.get("notification_uuid")).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(contexts).toEqual([{ type: "link", href: cef_details.client_url, text: "View Sentry Issue Details" }]);
    expect(alert.alert_key).toMatch(/^CHECKOUT-[0-9A-Z]+$/);
    expect(cef_details).toMatchObject({ source_component: "checkout", source_origin: "POST /api/cart/confirm" });
    expect(details).toMatchObject({
      groupID: expect.stringMatching(/^\d{16}$/),
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      project: "4509000000000001",
      title: alert.summary,
      culprit: "POST /api/cart/confirm",
      platform: "node",
      datetime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    expect(details.tags.map((tag: { key: string }) => tag.key)).toEqual(["environment", "level", "release", "user"]);
    expect(link.pathname).toBe(`/sentry/organizations/acme/issues/${details.groupID}/`);
    const page = await fetch(cef_details.client_url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Cannot read properties of null (reading &#39;lineItems&#39;)");
  });

  it("lets a service fail in another way each time, at least four times", async () => {
    for (let failure = 0; failure < 4; failure += 1)
      await fire(world, "PACCNT1", failure === 0 ? "sentry_error" : "again");
    const titles = (await world.view()).incidents.map(({ title }) => title);
    expect(new Set(titles).size).toBe(4);
  });

  it("makes an incident by hand in a person's name, without alerts", async () => {
    const { body } = await world.post("/sandbox/pagerduty/fire", {
      serviceId: "PSEARC1",
      kind: "by_hand",
      title: "Search feels slow",
    });
    const { incident } = (await world.rest("get", `/incidents/${String(body["incidentId"])}`)).data;
    expect(incident).toMatchObject({
      title: "Search feels slow",
      incident_key: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect((await world.rest("get", `/incidents/${incident.id}/alerts`)).data.alerts).toEqual([]);
    expect((await received(world, 1))[0]?.event.agent).toMatchObject({ type: "user_reference", summary: "Mika Sato" });
  });

  it("lets the sender say that it is over, as it heals by itself", async () => {
    const incidentId = await fire(world);
    await world.post("/sandbox/pagerduty/act", { incidentId, action: "heal", userId: "PLENA01" });
    const [, healed] = await received(world, 2);
    expect(healed?.event).toMatchObject({ event_type: "incident.resolved" });
    expect(healed?.event.agent?.type).not.toBe("user_reference");
    expect((await world.view()).incidents[0]).toMatchObject({ status: "resolved" });
  });

  it("lets a person acknowledge and resolve, and says why not where it cannot", async () => {
    const incidentId = await fire(world);
    const act = (action: string, userId = "PLENA01") =>
      world.post("/sandbox/pagerduty/act", { incidentId, action, userId });
    expect((await act("acknowledge")).status).toBe(200);
    expect((await world.view()).incidents[0]).toMatchObject({ status: "acknowledged", assignees: ["Lena Fischer"] });
    expect((await act("resolve")).status).toBe(200);
    expect(await act("acknowledge")).toEqual({
      status: 400,
      body: { ok: false, error: "Incident #1 is already resolved." },
    });
    expect((await act("resolve", "PNOBODY")).status).toBe(400);
    expect((await act("explode")).status).toBe(400);
  });

  it("refuses an unknown service and an unreadable body in words", async () => {
    const unknown = await world.post("/sandbox/pagerduty/fire", { serviceId: "PNOSUCH", kind: "again" });
    expect(unknown).toEqual({ status: 400, body: { ok: false, error: "There is no service PNOSUCH in PagerDuty." } });
    expect((await world.post("/sandbox/pagerduty/fire", "{")).status).toBe(400);
  });

  it("shows an incident's page to people, with what came from outside as plain text", async () => {
    await send(event({}, { summary: "<script>alert(1)</script>" }));
    const [incident] = (await world.view()).incidents;
    const page = await (await fetch(`${world.apiUrl}/web/incidents/${incident?.id}`)).text();
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toContain("<script>");
    expect((await world.rest("get", `/incidents/${incident?.id}`)).data.incident.html_url).toBe(
      `${world.apiUrl}/web/incidents/${incident?.id}`,
    );
  });
});
