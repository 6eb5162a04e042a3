import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FEED, startHarness, START, type Harness } from "./harness.ts";

describe("datastores", () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());
  beforeEach(() => harness.slack.reset());

  const call = (method: string, args: Record<string, unknown>) =>
    harness.api(`apps.datastore.${method}`, { datastore: "notes", ...args });
  const put = (item: Record<string, unknown>) => call("put", { item });
  const fill = async (count: number) => {
    for (let from = 0; from < count; from += 25) {
      const items = Array.from({ length: Math.min(25, count - from) }, (_, i) => ({
        key: `k${from + i}`,
        count: from + i,
      }));
      expect(await call("bulkPut", { items })).toMatchObject({ ok: true, failed_items: [] });
    }
  };
  const query = (args: Record<string, unknown>) =>
    call("query", args) as Promise<{
      items?: { key: string }[];
      response_metadata?: { next_cursor: string };
      error?: string;
    }>;

  it("replaces by put, merges by update, and answers an empty item where there is none", async () => {
    await put({ key: "a", text: "one", count: 1 });
    expect(await put({ key: "a", text: "two" })).toEqual({
      ok: true,
      datastore: "notes",
      item: { key: "a", text: "two" },
    });
    await call("update", { item: { key: "a", count: 3 } });
    expect(await call("get", { id: "a" })).toMatchObject({ item: { key: "a", text: "two", count: 3 } });
    await call("update", { item: { key: "b", text: "new" } });
    expect(await call("get", { id: "b" })).toMatchObject({ item: { key: "b", text: "new" } });
    expect(await call("delete", { id: "b" })).toEqual({ ok: true });
    expect(await call("get", { id: "b" })).toEqual({ ok: true, datastore: "notes", item: {} });
    expect(await call("delete", { id: "b" })).toEqual({ ok: true });
    expect(await call("get", { id: "__proto__" })).toMatchObject({ ok: true, item: {} });
  });

  it("takes forms, whose objects are JSON text", async () => {
    const response = await fetch(`${harness.url}/slack/api/apps.datastore.put`, {
      method: "POST",
      headers: { authorization: "Bearer xoxb-sandbox" },
      body: new URLSearchParams({ datastore: "notes", item: JSON.stringify({ key: "f", count: 7 }) }),
    });
    expect(await response.json()).toMatchObject({ ok: true, item: { key: "f", count: 7 } });
  });

  it.each([
    ["no primary key", { text: "x" }, "/item/key"],
    ["an attribute that is not declared", { key: "a", colour: "red" }, "/item/colour"],
    ["a value of the wrong type", { key: "a", count: "1" }, "/item/count"],
    ["an empty value of one of Slack's types", { key: "a", author: "" }, "/item/author"],
    ["null", { key: "a", text: null }, "/item/text"],
    ["more than 400 kB", { key: "a", text: "x".repeat(400_001) }, "/item"],
  ])("refuses an item with %s", async (_, item, pointer) => {
    expect(await put(item)).toMatchObject({ ok: false, error: "datastore_error", errors: [{ pointer }] });
    expect(await call("count", {})).toMatchObject({ count: 0 });
  });

  it("names a datastore that the manifest does not have", async () => {
    expect(await call("get", { datastore: "other", id: "a" })).toMatchObject({
      error: "datastore_error",
      errors: [{ code: "datastore_config_not_found" }],
    });
  });

  it("reads and deletes 25 at a time, and no more", async () => {
    await fill(26);
    expect(await call("bulkGet", { ids: ["k0", "k1", "none"] })).toMatchObject({
      items: [{ key: "k0" }, { key: "k1" }],
    });
    expect(await call("bulkGet", { ids: ["none"] })).toMatchObject({ ok: true, items: [] });
    const ids = Array.from({ length: 26 }, (_, i) => `k${i}`);
    expect(await call("bulkGet", { ids })).toMatchObject({ error: "invalid_arguments" });
    expect(await call("bulkDelete", { ids })).toMatchObject({ error: "invalid_arguments" });
    await call("bulkDelete", { ids: ids.slice(0, 25) });
    expect(await call("count", {})).toMatchObject({ count: 1 });
  });

  it("pages by what is looked at: a page may be empty and still have a next one", async () => {
    await fill(30);
    const filter = { expression: "#n = :n", expression_attributes: { "#n": "count" }, expression_values: { ":n": 17 } };
    const sizes: number[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const page: Awaited<ReturnType<typeof query>> = await query({
        ...filter,
        limit: 7,
        ...(cursor ? { cursor } : {}),
      });
      sizes.push(page.items?.length ?? -1);
      cursor = page.response_metadata?.next_cursor;
    }
    expect(sizes).toHaveLength(5);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1);
    expect(await query({ limit: 1_001 })).toMatchObject({ error: "invalid_arguments" });
    expect(await query({ cursor: "nonsense" })).toMatchObject({ error: "invalid_cursor" });
    const keys = (await query({ limit: 1_000 })).items?.map((item) => item.key) ?? [];
    expect(keys).toHaveLength(30);
    expect(keys).not.toEqual([...keys].sort((one, other) => Number(one.slice(1)) - Number(other.slice(1))));
  });

  it.each([
    ["#n BETWEEN :a AND :b", ["k2", "k3", "k4"]],
    ["#n >= :a AND #n < :b", ["k2", "k3"]],
    ["#n < :a OR #n > :b", ["k0", "k1", "k5"]],
    ["NOT (#n < :b)", ["k4", "k5"]],
    ["begins_with(#t, :t)", ["k5"]],
    ["contains(#t, :t) AND attribute_not_exists(#d)", ["k5"]],
    ["attribute_not_exists(#t)", ["k0", "k1", "k2", "k3", "k4"]],
  ])("filters by %s", async (expression, expected) => {
    await fill(6);
    await call("update", { item: { key: "k5", text: "abc" } });
    const used = (names: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(names).filter(([name]) => new RegExp(`${name}\\b`).test(expression)));
    const { items } = await query({
      expression,
      expression_attributes: used({ "#n": "count", "#t": "text", "#d": "done" }),
      expression_values: used({ ":a": 2, ":b": 4, ":t": "ab" }),
    });
    expect(items?.map((item) => item.key).sort()).toEqual(expected);
  });

  it.each([
    ["the primary key", "#k = :v"],
    ["an attribute that is not declared", "#x = :v"],
    ["a name that is not given", "#y = :v"],
    ["a value that is not given", "#t = :w"],
    ["a bare attribute", "text = :v"],
    ["a comparison that is none", "#t <> :v"],
    ["an end that is missing", "(#t = :v"],
    ["more after the end", "#t = :v #t"],
  ])("refuses an expression with %s", async (_, expression) => {
    const attributes = { "#k": "key", "#t": "text", "#x": "colour" };
    const answer = await query({ expression, expression_attributes: attributes, expression_values: { ":v": "a" } });
    expect(answer).toMatchObject({ ok: false, error: "datastore_error", errors: [{ pointer: "/expression" }] });
  });

  it("answers what was there a moment ago when reads are stale, but merges into what is there now", async () => {
    await put({ key: "a", text: "old" });
    await harness.post("/sandbox/slack", { staleReadsMs: 60_000 });
    try {
      await call("update", { item: { key: "a", count: 1 } });
      expect(await call("get", { id: "a" })).toMatchObject({ ok: true, item: {} });
      expect(await query({})).toMatchObject({ items: [] });
    } finally {
      await harness.post("/sandbox/slack", { staleReadsMs: 0 });
    }
    expect(await call("get", { id: "a" })).toMatchObject({ item: { key: "a", text: "old", count: 1 } });
  });

  it("keeps expired items for two more days, as Slack may", async () => {
    await put({ key: "a", expires: START / 1_000 });
    expect(await call("get", { id: "a" })).toMatchObject({ item: { key: "a" } });
    harness.clock.advance(48 * 3_600_000);
    expect(await call("get", { id: "a" })).toMatchObject({ item: {} });
    expect(await call("count", {})).toMatchObject({ count: 0 });
  });

  it("is where functions keep what they know", async () => {
    const text = "note";
    const workflow = {
      trigger: { url: harness.slack.linkUrl("note"), customizable_input_parameters: [{ name: "word", value: text }] },
    };
    const button = { type: "workflow_button", action_id: "go", text: { type: "plain_text", text: "Go" }, workflow };
    const blocks = [{ type: "actions", block_id: "card", elements: [button] }];
    const { ts } = await harness.api("chat.postMessage", { channel: FEED, text, blocks });
    await harness.press("go", { ts: String(ts), blockId: "card" });
    await expect
      .poll(() => call("get", { id: FEED }), { timeout: 10_000 })
      .toMatchObject({ item: { text, author: "U0DANA" } });
  });
});
