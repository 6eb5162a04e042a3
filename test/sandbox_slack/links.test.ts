import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askAndWait, ended, eventually, FEED, startHarness, type Harness } from "./harness.ts";

describe("link triggers", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  const openForm = async () => {
    await harness.post("/sandbox/link", { user: "U0RAVI", url: harness.slack.linkUrl("record_form") });
    return eventually("the form", async () => (await harness.workspace("U0RAVI")).modal);
  };

  it("are in the shortcuts menu unless a button has to fill their inputs", async () => {
    const { shortcuts } = await harness.workspace();
    expect(shortcuts).toEqual([
      { url: harness.slack.linkUrl("record_form"), name: "Record something", description: "Opens a form" },
    ]);
    expect(harness.slack.linkUrl("ask")).toBeUndefined();
    expect(harness.slack.linkUrl("note")).toMatch(/\/slack\/shortcuts\/Ft[A-Z0-9]+\/[a-z0-9]+$/);
  });

  it("open a form as the first step, whose fields are the outputs", async () => {
    const form = await openForm();
    expect(form).toMatchObject({ title: "Record something", submit: "Record" });
    expect(form.blocks.map((block) => block.block_id)).toEqual([
      "form:description",
      "what",
      "where",
      "size",
      "description",
    ]);
    const request = { user: "U0RAVI", viewId: form.id };
    const state = { where: { where: { type: "channels_select", selected_channel: FEED } } };
    expect((await harness.post("/sandbox/submit", { ...request, state })).body).toEqual({
      ok: true,
      errors: { what: "Please complete this required field." },
    });
    const what = { what: { type: "plain_text_input", value: "a thing" } };
    expect((await harness.post("/sandbox/submit", { ...request, state: { ...state, what } })).body).toEqual({
      ok: true,
      errors: {},
    });
    const [run] = await harness.runs();
    expect((await ended(harness, run?.id ?? "")).status).toBe("completed");
    const { messages } = await harness.workspace();
    expect(messages.at(-1)?.text).toBe("Recorded a thing (s) by <@U0RAVI> (kept)");
  });

  it("end their run without a word when the form is closed", async () => {
    const form = await openForm();
    const before = (await harness.workspace("U0RAVI")).notices.length;
    await harness.post("/sandbox/close", { user: "U0RAVI", viewId: form.id });
    const [run] = await harness.runs();
    expect(run).toMatchObject({ status: "failed", steps: [{ error: "the form was closed" }, {}] });
    expect((await harness.workspace("U0RAVI")).notices).toHaveLength(before);
  });

  it("start from a workflow button with its inputs, after the posting execution is long over", async () => {
    const workflow = {
      trigger: {
        url: harness.slack.linkUrl("note"),
        customizable_input_parameters: [{ name: "word", value: "hello" }],
      },
    };
    const text = { type: "plain_text", text: "Note it" };
    const posted = await harness.api("chat.postMessage", {
      channel: FEED,
      text: "A card",
      blocks: [
        { type: "actions", block_id: "card", elements: [{ type: "workflow_button", action_id: "go", text, workflow }] },
      ],
    });
    await harness.press("go", { ts: String(posted["ts"]), blockId: "card", user: "U0MIKA" });
    const [run] = await harness.runs();
    const done = await ended(harness, run?.id ?? "");
    expect(done).toMatchObject({ status: "completed", trigger: "note" });
    const feed = await harness.workspace("U0MIKA");
    expect(feed.messages.slice(-2).map((message) => message.text)).toEqual([
      "Recorded hello by <@U0MIKA> (kept)",
      "Noted hello",
    ]);
    const direct = feed.channels.find((channel) => channel.isDirectMessage);
    expect(direct).toMatchObject({ name: "Pager Triage", unread: 1, mentions: 1 });
    const { messages } = await harness.workspace("U0MIKA", direct?.id);
    expect(messages.map((message) => message.text)).toEqual(["You noted hello"]);
    expect((await harness.workspace("U0DANA")).channels.some((channel) => channel.isDirectMessage)).toBe(false);
  });

  it.each([
    ["one that the trigger does not leave to it", "channel", '"channel" cannot be set by a button'],
    ["one that the workflow does not have", "colour", '"colour" cannot be set by a button'],
  ])("refuse a button that sets %s", async (_, name, problem) => {
    const before = (await harness.runs()).length;
    const parameters = [
      { name: "word", value: "w" },
      { name, value: "x" },
    ];
    const workflow = { trigger: { url: harness.slack.linkUrl("note"), customizable_input_parameters: parameters } };
    const element = { type: "workflow_button", action_id: "go", text: { type: "plain_text", text: "Go" }, workflow };
    const blocks = [{ type: "actions", block_id: "card", elements: [element] }];
    const { ts } = await harness.api("chat.postMessage", { channel: FEED, text: "A card", blocks });
    await harness.press("go", { ts: String(ts), blockId: "card", user: "U0MIKA" });
    expect((await harness.runs()).length).toBe(before);
    expect((await harness.workspace("U0MIKA")).notices.at(-1)?.text).toContain(problem);
  });

  it("tell the person when a required input is missing, and start nothing", async () => {
    const before = (await harness.runs()).length;
    await harness.post("/sandbox/link", { user: "U0LENA", url: harness.slack.linkUrl("note"), channel: FEED });
    expect((await harness.runs()).length).toBe(before);
    const { notices } = await harness.workspace("U0LENA");
    expect(notices.at(-1)?.text).toBe('"Note a word" could not be started: "word" is required and missing');
    const unknown = await harness.post("/sandbox/link", {
      user: "U0LENA",
      url: `${harness.url}/slack/shortcuts/FtX/y`,
    });
    expect(unknown).toEqual({ status: 400, body: { ok: false, error: "This link starts no workflow." } });
  });

  it("are listed with their addresses", async () => {
    const { triggers } = (await harness.api("workflows.triggers.list")) as { triggers: Record<string, unknown>[] };
    expect(triggers.map((trigger) => trigger["shortcut_url"])).toEqual([
      undefined,
      harness.slack.linkUrl("note"),
      harness.slack.linkUrl("record_form"),
    ]);
    expect(await harness.api("workflows.triggers.create", {})).toMatchObject({ error: "missing_scope" });
  });
});

describe("webhook triggers", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  it.each([
    ["a nested value", { channel: FEED, question: { text: "?" } }],
    ["a number", { channel: FEED, question: 1 }],
    ["a text of more than 4,000 bytes", { channel: FEED, question: "ü".repeat(2_001) }],
    [
      "more than 16 kB in all",
      {
        channel: FEED,
        question: "?",
        a: "x".repeat(4_000),
        b: "x".repeat(4_000),
        c: "x".repeat(4_000),
        d: "x".repeat(4_000),
      },
    ],
    ["a required input that is missing", { channel: FEED }],
    ["a channel that is none", { channel: "", question: "?" }],
  ])("refuse %s", async (_, body) => {
    const answer = await harness.post("/slack/triggers/ask", body);
    expect(answer).toEqual({ status: 400, body: { ok: false, error: "parameter_validation_failed" } });
    expect(await harness.runs()).toEqual([]);
  });

  it("are called about once a second, where limits are on", async () => {
    await harness.post("/sandbox/slack", { rateLimits: true });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await harness.post("/slack/triggers/ask", {})).status);
    await harness.post("/sandbox/slack", { rateLimits: false });
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
  });

  it("answer before the workflow runs", async () => {
    expect(await harness.ask()).toEqual({ status: 200, body: { ok: true } });
    expect((await harness.post("/slack/triggers/record_form", {})).status).toBe(404);
    await askAndWait(harness);
  });
});
