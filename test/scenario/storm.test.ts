import { beforeAll, describe, expect, it } from "vitest";
import { DANA, elementsOf, inSandbox, LENA, textOf } from "./driver.ts";

const MINUTE = 60_000;
/** Services of the demo company that are quiet otherwise. */
const SERVICES = Array.from({ length: 12 }, (_, index) => `PMORE${String(index + 1).padStart(2, "0")}`);

const world = inSandbox({ isResetEachTime: false, staleReadsMs: 0 });
beforeAll(() => world.post("/sandbox/slack", { rateLimits: true }));

/** The sandbox's clock goes on while this is worked at: Slack's limits tell the companion to wait, by its own clock. */
async function asTimePasses<Value>(work: () => Promise<Value>): Promise<Value> {
  let isOver = false;
  const passing = (async () => {
    let last = Date.now();
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const now = Date.now();
      await world.advance(now - last);
      last = now;
    }
  })();
  try {
    return await work();
  } finally {
    isOver = true;
    await passing;
  }
}

const umbrella = () => world.channel(/^inc-storm-1$/);

/** Every root message of the umbrella channel that asks in its thread. */
async function cards(channelId: string) {
  return (await world.messages(channelId)).filter(
    (message) => message.threadTs === undefined && JSON.stringify(message.blocks).includes('"card:inc'),
  );
}

/** The live question in the thread of the card of this incident number. */
async function questionOf(channelId: string, number: string) {
  return world.eventually(`the question about #${number}`, async () => {
    const all = await world.messages(channelId);
    const card = all.find((one) => one.threadTs === undefined && textOf(one).includes(`*#${number}*`));
    return all.findLast(
      (one) =>
        card &&
        one.threadTs === card.ts &&
        /Is this an incident\?/.test(textOf(one)) &&
        elementsOf(one.blocks).length > 0,
    );
  });
}

async function pressIn(user: string, channelId: string, ts: string, actionId: string) {
  await world.post("/sandbox/press", {
    user,
    channel: channelId,
    ts,
    blockId: "question",
    actionId,
    payload: {},
    state: {},
  });
}

describe("twelve services that fail at once", () => {
  it("get five channels and one umbrella with a thread each, within a minute and Slack's limits", async () => {
    const began = Date.now();
    await Promise.all(SERVICES.map((service) => world.fire(service)));
    const { id } = await umbrella();
    await asTimePasses(() =>
      world.eventually(
        "seven questions in threads",
        async () => {
          const asked = (await world.messages(id)).filter(
            (one) => one.threadTs && /Is this an incident\?/.test(one.text),
          );
          return asked.length === 7 && (await cards(id)).length === 7;
        },
        50_000,
      ),
    );
    expect(Date.now() - began).toBeLessThan(60_000);
    const { channels } = await world.workspace(DANA);
    expect(channels.filter(({ name }) => /^inc-\d+-/.test(name))).toHaveLength(5);
    const [head] = (await world.messages(id)).filter((one) => !one.isSystem);
    await world.eventually("the first message to count them", async () =>
      /Storm: 12 services fail since/.test(
        textOf((await world.messages(id)).find(({ ts }) => ts === head?.ts) ?? head!),
      ),
    );
    const seen = await umbrella();
    expect(seen.topic).toMatch(/^Storm 1/);
    expect(seen.pinnedTs).toEqual([]);
    expect(seen.bookmarks).toEqual([]);
    expect(seen.memberIds).toContain(DANA);
    expect(textOf(await world.message("C0FEED", /Storm 1: 12 services/))).toContain(`<#${id}>`);
  });

  it("are each decided in their own thread: one created, one merged into it, one dismissed", async () => {
    const { id } = await umbrella();
    // People take longer than a minute, and Slack's limits are those of a minute.
    await world.advance(1 * MINUTE);
    await pressIn(DANA, id, (await questionOf(id, "8")).ts, "create");
    await world.message(id, /Active incident\* · \*#8\*/);

    await pressIn(LENA, id, (await questionOf(id, "9")).ts, "merge");
    const picker = await world.modal(LENA, /Part of another/);
    const [target] = await world.suggestions(LENA, picker, "#8");
    const chosen = {
      merge_target: { merge_target: { type: "external_select", selected_option: { value: target?.value } } },
    };
    expect((await world.submit(LENA, picker, chosen)).errors ?? {}).toEqual({});
    await world.message(id, /Merged\* · \*#9\* is part of #8/);

    await pressIn(DANA, id, (await questionOf(id, "10")).ts, "dismiss");
    const form = await world.modal(DANA, /Why not/);
    expect(JSON.stringify(form.blocks)).not.toContain("archived");
    expect((await world.submit(DANA, form, {})).errors ?? {}).toEqual({});
    await world.message(id, /\*Not an incident\* · \*#10\*/);
    expect((await umbrella()).topic).toMatch(/^Storm 1/);
  });

  it("are each given a channel of their own on request, where the question is asked anew", async () => {
    const { id } = await umbrella();
    const { card, blockId } = await world.eventually("the button on the card of #11", async () => {
      const found = (await cards(id)).find((one) => textOf(one).includes("*#11*"));
      const button = elementsOf(found?.blocks ?? []).find(({ element }) => element["action_id"] === "split_out");
      return found && button && { card: found, blockId: button.blockId };
    });
    const press = { user: LENA, channel: id, ts: card.ts, blockId, actionId: "split_out" };
    await world.post("/sandbox/press", { ...press, payload: {}, state: {} });
    const own = await world.channel(/^inc-11-/);
    await world.message(own.id, /Is this an incident\?/);
    expect(textOf(await world.message(own.id, /In triage/))).not.toContain("split_out");
    await world.eventually("the thread to lead there", async () => {
      const left = (await world.messages(id)).filter(({ ts, threadTs }) => ts === card.ts || threadTs === card.ts);
      return left.some((one) => textOf(one).includes(`<#${own.id}>`)) && !textOf(left[0] ?? card).includes("action_id");
    });
  });

  it("leave the umbrella open when one of them is archived elsewhere, and end with a summary", async () => {
    const { id } = await umbrella();
    await world.advance(9 * MINUTE);
    const summary = await world.eventually("the summary", async () => {
      await world.advance(1 * MINUTE);
      return (await world.messages(id)).find((one) => /The storm is over: 12 services/.test(textOf(one)));
    });
    expect(textOf(summary)).toMatch(/3 decided, 9 still to decide/);
    await world.message(id, /Storm 1 is over: 12 services failed/);
    await world.message("C0FEED", /Storm 1: 12 services.*Over since/s);
    expect((await umbrella()).isArchived).toBe(false);
    // The next failure gets a channel of its own again.
    await world.fire("PMORE13");
    await world.channel(/^inc-13-/);
  });
});

describe("more services than can have a thread each at once", () => {
  it("share messages with a line each, and a line is decided in a thread of its own", async () => {
    await world.post("/sandbox/reset", {});
    await world.post("/sandbox/slack", { rateLimits: true });
    const twenty = Array.from({ length: 17 }, (_, index) => `PMORE${String(index + 1).padStart(2, "0")}`);
    await Promise.all([...twenty, "PCHECK1", "PSEARC1", "PACCNT1"].map((service) => world.fire(service)));
    const { id } = await asTimePasses(umbrella);
    const lines = async () =>
      (await world.messages(id)).flatMap((one) =>
        one.blocks
          .filter(({ block_id }) => String(block_id).startsWith("row:"))
          .map((block) => ({ ts: one.ts, block })),
      );
    await asTimePasses(() =>
      world.eventually(
        "every service to be seen",
        async () => (await cards(id)).length + (await lines()).length === 15,
        55_000,
      ),
    );
    const [line] = await lines();
    const accessory = line?.block["accessory"] as { action_id: string } | undefined;
    await world.advance(1 * MINUTE);
    const press = {
      user: DANA,
      channel: id,
      ts: line?.ts,
      blockId: line?.block.block_id,
      actionId: accessory?.action_id,
    };
    await world.post("/sandbox/press", { ...press, payload: {}, state: {} });
    const number = /\*#(\d+) /.exec(JSON.stringify(line?.block))?.[1] ?? "";
    await pressIn(DANA, id, (await questionOf(id, number)).ts, "create");
    await world.message(id, new RegExp(`Active incident\\* · \\*#${number}\\*`));
    // The line says so too, and asks no more.
    await world.eventually("the line to say what was decided", async () => {
      const now = (await lines()).find(({ block }) => block.block_id === line?.block.block_id);
      return now && /Active incident/.test(JSON.stringify(now.block)) && now.block["accessory"] === undefined;
    });
  });
});
