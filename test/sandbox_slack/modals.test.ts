import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ModalView } from "../../sandbox/page_api.ts";
import { askAndWait, ended, eventually, FEED, startHarness, type Harness } from "./harness.ts";

describe("modals", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await startHarness();
  });
  afterEach(() => harness.close());

  const modal = async (): Promise<ModalView> => {
    const open = (await harness.workspace()).modal;
    if (!open) throw new Error("No modal is open.");
    return open;
  };
  const submit = async (value: string) => {
    const state = { why: { text: { type: "plain_text_input", value } } };
    return harness.post("/sandbox/submit", { user: "U0DANA", viewId: (await modal()).id, state });
  };

  it("shows errors, then takes the submission, whose handler completes the step", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("reason", { ts });
    expect(await modal()).toMatchObject({ title: "Why", submit: "Save", close: "Cancel" });

    expect((await submit("")).body).toEqual({ ok: true, errors: { why: "Please complete this required field." } });
    expect((await submit("because")).body).toEqual({ ok: true, errors: { why: "That is no reason." } });
    expect((await submit("it burns")).body).toEqual({ ok: true, errors: {} });

    expect((await harness.workspace()).modal).toBeUndefined();
    expect((await ended(harness, run.id)).steps[0]?.outputs).toEqual({ answer: "it burns (kept)", by: "U0DANA" });
  });

  it("updates, pushes and clears the stack as the handler answers, three deep", async () => {
    const { ts } = await askAndWait(harness);
    await harness.press("reason", { ts });
    const first = await modal();
    await submit("update");
    expect(await modal()).toMatchObject({ id: first.id, title: "Why not" });
    expect((await modal()).hash).not.toBe(first.hash);
    await submit("more");
    expect(await modal()).toMatchObject({ title: "More" });
    const covered = await harness.post("/sandbox/submit", { user: "U0DANA", viewId: first.id, state: {} });
    expect(covered).toMatchObject({ status: 400, body: { error: "Another modal is on top of this one." } });
    await harness.post("/sandbox/close", { user: "U0DANA", viewId: (await modal()).id });
    expect((await modal()).id).toBe(first.id);
    await submit("clear");
    expect((await harness.workspace()).modal).toBeUndefined();
  });

  it("tells the app of a closed modal that asked for it", async () => {
    const { ts } = await askAndWait(harness);
    await harness.press("reason", { ts });
    await harness.post("/sandbox/close", { user: "U0DANA", viewId: (await modal()).id });
    expect((await harness.workspace()).modal).toBeUndefined();
    expect((await harness.workspace()).messages.map((message) => message.text)).toContain("closed by <@U0DANA>");
  });

  it("takes a pointer once", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("slow_modal", { ts });
    await eventually("the second opening's log", async () => {
      const log = (await harness.runs()).find((one) => one.id === run.id)?.steps[0]?.log ?? [];
      return log.includes("second opening exchanged_trigger_id") || undefined;
    });
  });

  it("refuses a pointer after three seconds, an invented one, and one of the app's own bot token", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("yes", { ts });
    await ended(harness, run.id);
    const other = await askAndWait(harness);
    await harness.press("reason", { ts: other.ts });
    const state = harness.slack.snapshot() as {
      tokens: Record<string, { execution: string }>;
      pointers: Record<string, { used: boolean }>;
    };
    const token = Object.entries(state.tokens).find(
      ([, one]) => one.execution === other.run.steps[0]?.executionId,
    )?.[0];
    const [unused] = Object.entries(state.pointers).find(([, pointer]) => !pointer.used) ?? [""];
    const view = { type: "modal", title: { type: "plain_text", text: "T" }, blocks: [{ type: "divider" }] };

    harness.clock.advance(3_001);
    const openWith = (pointer: object) => harness.api("views.open", { ...pointer, view }, token);
    expect(await openWith({ interactivity_pointer: unused })).toMatchObject({ error: "expired_interactivity_pointer" });
    expect(await openWith({ trigger_id: unused })).toMatchObject({ error: "expired_trigger_id" });
    expect(await openWith({ trigger_id: "1.2.3" })).toMatchObject({ error: "invalid_trigger_id" });
    expect(await harness.api("views.open", { trigger_id: "1.2.3", view })).toMatchObject({
      error: "invalid_trigger_id",
    });
  });

  it("checks views: long titles, inputs without a submit, elements of messages only", async () => {
    const check = (view: object) =>
      harness.api("views.open", {
        trigger_id: "x",
        view: { type: "modal", title: { type: "plain_text", text: "T" }, ...view },
      });
    const input = {
      type: "input",
      label: { type: "plain_text", text: "L" },
      element: { type: "plain_text_input", action_id: "a" },
    };
    const workflowButton = {
      type: "workflow_button",
      text: { type: "plain_text", text: "Go" },
      workflow: { trigger: { url: "https://slack.com/shortcuts/Ft1/x" } },
    };
    for (const view of [
      { title: { type: "plain_text", text: "T".repeat(25) }, blocks: [] },
      { blocks: [input] },
      { blocks: [{ type: "actions", elements: [workflowButton] }] },
      { blocks: [], private_metadata: "x".repeat(3_001) },
      { blocks: [], surprise: true },
    ]) {
      expect(await check(view)).toMatchObject({ ok: false, error: "invalid_arguments" });
    }
  });

  it("tells the app nothing of elements that came in by views.update", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("reason", { ts });
    const { tokens } = harness.slack.snapshot() as { tokens: Record<string, { execution: string }> };
    const [token] = Object.entries(tokens).find(([, one]) => one.execution === run.steps[0]?.executionId) ?? [];
    const text = { type: "plain_text", text: "Late" };
    const blocks = [{ type: "actions", block_id: "added", elements: [{ type: "button", action_id: "late", text }] }];
    const view = { type: "modal", title: text, blocks };
    const { id: view_id, hash } = await modal();
    const update = (more: object) => harness.api("views.update", { view_id, view, ...more }, token);
    expect(await update({ hash: "1.old" })).toMatchObject({ error: "hash_conflict" });
    expect(await update({ view_id: "V0" })).toMatchObject({ error: "not_found" });
    expect(await update({ hash })).toMatchObject({ ok: true, view: { id: view_id, title: text } });

    await harness.press("late", { viewId: view_id, blockId: "added" });

    expect((await harness.workspace()).notices[0]?.text).toContain("added later by views.update");
    expect((await harness.runs()).find((one) => one.id === run.id)?.status).toBe("running");
  });

  it("fills an external select from the app, and takes the choice as a press", async () => {
    const { ts, run } = await askAndWait(harness);
    const where = { user: "U0DANA", channel: FEED, ts, blockId: "pick", actionId: "search" };
    const found = await harness.post("/sandbox/suggest", { ...where, value: "an" });
    const banana = { text: { type: "plain_text", text: "banana" }, value: "banana" };
    expect(found.body).toEqual({ ok: true, options: [banana] });
    await harness.press("search", { ts, blockId: "pick", payload: { selected_option: banana } });
    expect((await ended(harness, run.id)).steps[0]?.outputs).toMatchObject({ answer: "banana" });
    expect((await harness.post("/sandbox/suggest", { ...where, value: "an" })).body).toEqual({ ok: true, options: [] });
  });

  it("keeps a modal from acting once its execution has ended", async () => {
    const { ts, run } = await askAndWait(harness);
    await harness.press("reason", { ts });
    await harness.press("yes", { ts, user: "U0LENA" });
    await ended(harness, run.id);
    expect((await submit("too late")).body).toEqual({ ok: true, errors: {} });
    const { notices } = await harness.workspace();
    expect(notices.map((notice) => notice.text)).toEqual(["This form no longer works. What it belonged to has ended."]);
  });
});
