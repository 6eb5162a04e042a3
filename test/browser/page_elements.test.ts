/** The page in a real browser, before a server with canned answers: what it draws, what it sends, how it behaves. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { APP } from "../../sandbox/seed.ts";
import { launchBrowser } from "./harness.ts";
import { block, button, CARD_TS, message, NOW, plain, section, TRIAGE_CHANNEL } from "./page_content.ts";
import { type PageFixture, startPageFixture } from "./page_fixture.ts";

let browser: Browser;
let fixture: PageFixture;
let page: Page;
let problems: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
beforeEach(async () => {
  fixture = await startPageFixture();
  problems = [];
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-US" });
  page = await context.newPage();
  page.setDefaultTimeout(8_000);
  page.on("pageerror", (error) => problems.push(error.message));
});
afterEach(async () => {
  await page.context().close();
  await fixture.close();
  expect(problems).toEqual([]);
});
afterAll(() => vi.restoreAllMocks());

const open = async (channel = TRIAGE_CHANNEL) => {
  await page.goto(`${fixture.url}/#/U0DANA/${channel}`);
  await region("#inc-142-checkout").or(region("#triage-feed")).waitFor();
};
const region = (name: string) => page.getByRole("region", { name, exact: true });
const postsTo = (path: string) => fixture.posts.filter((post) => post.path === path).map(({ body }) => body);
const posted = async (path: string) => {
  await vi.waitFor(() => expect(postsTo(path)).not.toEqual([]), { timeout: 5_000 });
  return postsTo(path).at(-1) ?? {};
};
let sequence = 0;
/** Adds a message with these blocks to the open channel. */
const say = (...blocks: ReturnType<typeof block>[]) => {
  sequence += 1;
  const ts = `${Math.floor(NOW / 1_000)}.${String(500 + sequence).padStart(6, "0")}`;
  fixture.said.messages.push(message({ ts, channel: TRIAGE_CHANNEL, blocks }));
  fixture.changed();
  return ts;
};
const options = (...texts: string[]) => texts.map((text) => ({ text: plain(text), value: text.toLowerCase() }));

describe("messages", () => {
  it("are list items in a region that has the channel's name", async () => {
    await open();
    const items = region("#inc-142-checkout").getByRole("listitem").filter({ hasText: "Is this an incident?" });
    await items.getByRole("button", { name: "Yes, create incident", exact: true }).waitFor();
  });

  it("cannot bring HTML, scripts or forged links into the page", async () => {
    await open();
    say(
      section("&lt;img src=x onerror=alert(1)&gt; <javascript:alert(2)|press me> &lt;https://evil.example|runbook&gt;"),
      block("header", { text: plain("<script>alert(3)</script>") }),
    );
    const item = page.getByRole("listitem").filter({ hasText: "press me" });
    await item.waitFor();
    expect(await item.innerText()).toContain("<img src=x onerror=alert(1)>");
    expect(await item.innerText()).toContain("<script>alert(3)</script>");
    expect(await item.locator("img, script").count()).toBe(0);
    const addresses = await item.getByRole("link").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    expect(addresses).toEqual(["https://evil.example"]);
    expect(await item.getByRole("link").innerText()).toBe("https://evil.example");
  });

  it("of the platform, and a channel's topic, are quoted as they are", async () => {
    const quoted = "*Disk* <!channel> <https://evil.example|sentry.io>";
    const { workspace, messages } = fixture.said;
    workspace.channels = workspace.channels.map((channel) => ({ ...channel, topic: quoted }));
    const ts = `${Math.floor(NOW / 1_000)}.000400`;
    messages.push(
      message({ ts, channel: TRIAGE_CHANNEL, isSystem: true, text: `Pager Triage set the topic to ${quoted}` }),
    );
    await open();
    await region("#inc-142-checkout").getByText(quoted, { exact: true }).waitFor();
    const line = page.getByRole("listitem").filter({ hasText: `set the topic to ${quoted}` });
    await line.waitFor();
    expect(await line.getByRole("link").count()).toBe(0);
  });

  it("show people by name, and a channel's name leads there", async () => {
    await open("C0FEED");
    await region("#triage-feed").getByRole("link", { name: "#inc-142-checkout" }).click();
    await region("#inc-142-checkout").getByText("@Dana Ortiz").first().waitFor();
  });

  it("of a thread open beside the channel with their buttons", async () => {
    await open();
    await page.getByRole("button", { name: "1 reply" }).click();
    await region("Thread").getByText("1 reply", { exact: true }).waitFor();
    await region("Thread").getByRole("button", { name: "Keep separate", exact: true }).click();
    expect(await posted("press")).toMatchObject({ channel: TRIAGE_CHANNEL, actionId: "keep_separate" });
    await region("Thread").getByRole("textbox", { name: "Reply" }).fill("on it");
    await page.keyboard.press("Enter");
    expect(await posted("say")).toMatchObject({ text: "on it", threadTs: CARD_TS });
  });

  it("that are ephemeral say who sees them", async () => {
    await open();
    const item = page.getByRole("listitem").filter({ hasText: "stops paging" });
    expect(await item.innerText()).toContain("Only visible to you");
  });

  it("are marked as read when the channel is looked at", async () => {
    await open();
    expect(await posted("read")).toEqual({ user: "U0DANA", channel: TRIAGE_CHANNEL });
  });
});

describe("live updates", () => {
  it("keep what somebody is typing, and the end of the list in sight", async () => {
    await open();
    const composer = page.getByRole("textbox", { name: "Message #inc-142-checkout" });
    await composer.fill("half a sent");
    say(section("a new message at the end"));
    const item = page.getByText("a new message at the end");
    await item.waitFor();
    expect(await composer.inputValue()).toBe("half a sent");
    expect(await item.evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
  });

  it("keep the end in sight when a message above is redrawn at another height", async () => {
    const lines = (count: number) =>
      section(Array.from({ length: count }, (_, index) => `line ${count}/${index}`).join("\n"));
    const tall = say(lines(50), block("actions", { elements: [button("Answer", "answer")] }));
    say(section("the end"));
    await open();
    const end = page.getByText("the end", { exact: true });
    const at = fixture.said.messages.findIndex(({ ts }) => ts === tall);
    // The focused button goes with its block: the browser measures, and moves the list, while half of it is missing.
    await page.getByRole("button", { name: "Answer" }).focus();
    await page.getByRole("button", { name: "Answer" }).evaluate((element) => element.scrollIntoView({ block: "end" }));
    await page.locator(".list-scroller").evaluate((list) => list.scrollTo({ top: list.scrollHeight }));
    for (const count of [60, 1, 80]) {
      fixture.said.messages[at] = message({ ts: tall, channel: TRIAGE_CHANNEL, blocks: [lines(count)] });
      fixture.changed();
      await page.getByText(`line ${count}/0`).waitFor();
      await vi.waitFor(async () =>
        expect(await end.evaluate((element) => element.getBoundingClientRect().bottom <= innerHeight)).toBe(true),
      );
    }
  });

  it("do not tear somebody away who reads further up", async () => {
    for (let count = 0; count < 30; count += 1) say(section(`line ${count}`));
    await open();
    await page.getByText("line 29", { exact: true }).waitFor();
    const scroller = page.locator(".list-scroller");
    await scroller.evaluate((element) => element.scrollTo({ top: 0 }));
    say(section("came later"));
    await page.getByRole("button", { name: "New messages" }).waitFor();
    expect(await scroller.evaluate((element) => element.scrollTop)).toBeLessThan(50);
    await page.getByRole("button", { name: "New messages" }).click();
    await vi.waitFor(async () => expect(await page.getByRole("button", { name: "New messages" }).count()).toBe(0));
  });

  it("ask again once only, however much changes while the server is slow", async () => {
    await open();
    await page.getByRole("button", { name: "Yes, create incident" }).waitFor();
    let release = () => {};
    fixture.said.hold.set("workspace", new Promise((resolve) => (release = resolve)));
    const before = fixture.workspaceReads();
    for (let count = 0; count < 20; count += 1) {
      fixture.changed();
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    }
    say(section("the last one"));
    release();
    await page.getByText("the last one").waitFor();
    expect(fixture.workspaceReads() - before).toBeLessThan(6);
  });

  it("come back by themselves after the server was away, with a banner in between", async () => {
    await open();
    const composer = page.getByRole("textbox", { name: "Message #inc-142-checkout" });
    await composer.fill("still here");
    await fixture.stop();
    await page.getByText("The sandbox does not answer").waitFor();
    await composer.press("Enter");
    await page.getByText("Is it still running?").waitFor();
    expect(await composer.inputValue()).toBe("still here");
    await fixture.start();
    say(section("we are back"));
    await page.getByText("we are back").waitFor();
    expect(await page.getByText("Trying again until it does").count()).toBe(0);
  });
});

describe("buttons", () => {
  it("send who pressed what and where, and say so while it is under way", async () => {
    await open();
    let release = () => {};
    fixture.said.hold.set("press", new Promise((resolve) => (release = resolve)));
    const yes = page.getByRole("button", { name: "Yes, create incident", exact: true });
    await yes.click();
    await vi.waitFor(async () => expect(await yes.getAttribute("aria-busy")).toBe("true"));
    await page.keyboard.press("Enter");
    release();
    await vi.waitFor(async () => expect(await yes.getAttribute("aria-busy")).toBe("false"));
    expect(postsTo("press")).toHaveLength(1);
    expect(await posted("press")).toMatchObject({
      user: "U0DANA",
      channel: TRIAGE_CHANNEL,
      actionId: "create",
      payload: {},
    });
  });

  it("that vanish with the answer leave the focus at their message", async () => {
    await open();
    const ts = say(section("one question"), block("actions", { elements: [button("Answer", "answer")] }));
    await page.getByRole("button", { name: "Answer" }).focus();
    const at = fixture.said.messages.findIndex((candidate) => candidate.ts === ts);
    fixture.said.messages[at] = message({ ts, channel: TRIAGE_CHANNEL, blocks: [section("answered")] });
    fixture.changed();
    await page.getByText("answered", { exact: true }).waitFor();
    await vi.waitFor(async () =>
      expect(await page.evaluate(() => document.activeElement?.getAttribute("data-ts"))).toBe(ts),
    );
  });

  it("tell in words why the server refused, until that is dismissed", async () => {
    await open();
    fixture.said.refuse.set("press", "This message is gone.");
    await page.getByRole("button", { name: "Not an incident", exact: true }).click();
    const alert = page.getByRole("alert").filter({ hasText: "This message is gone." });
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await alert.waitFor({ state: "detached" });
  });

  it("with a confirmation send nothing before it is given", async () => {
    await open();
    const confirm = {
      title: plain("Sure?"),
      text: plain("It pages everybody."),
      confirm: plain("Do it"),
      deny: plain("No"),
    };
    say(block("actions", { elements: [button("Page all", "page", { value: "v1", confirm })] }));
    await page.getByRole("button", { name: "Page all" }).click();
    await page.getByRole("dialog", { name: "Sure?" }).getByRole("button", { name: "No", exact: true }).click();
    expect(postsTo("press")).toEqual([]);
    await page.getByRole("button", { name: "Page all" }).click();
    await page.getByRole("button", { name: "Do it" }).click();
    expect(await posted("press")).toMatchObject({ actionId: "page", payload: { value: "v1" } });
  });

  it("keep their Slack text as their name where it has an emoji", async () => {
    await open();
    say(block("actions", { elements: [button(":fire: Escalate", "escalate")] }));
    await page.getByRole("button", { name: ":fire: Escalate", exact: true }).waitFor();
  });
});

describe("elements that hold a value", () => {
  it("post their action with the state of the whole message", async () => {
    await open();
    const severity = {
      type: "static_select",
      action_id: "severity",
      placeholder: plain("Severity"),
      options: options("High", "Low"),
    };
    const lead = { type: "users_select", action_id: "lead", placeholder: plain("Lead"), initial_user: "U0RAVI" };
    const ticks = {
      type: "checkboxes",
      action_id: "ticks",
      options: options("One", "Two"),
      initial_options: options("One"),
    };
    say(block("actions", { block_id: "pick", elements: [severity, lead, ticks] }));
    await page.getByRole("combobox", { name: "Severity" }).selectOption("Low");
    expect(await posted("press")).toMatchObject({
      blockId: "pick",
      actionId: "severity",
      payload: { selected_option: { value: "low" } },
      state: {
        pick: {
          severity: { type: "static_select", selected_option: { value: "low" } },
          lead: { type: "users_select", selected_user: "U0RAVI" },
          ticks: { type: "checkboxes", selected_options: [{ value: "one" }] },
        },
      },
    });
    await page.getByRole("checkbox", { name: "Two" }).check();
    await vi.waitFor(() => expect(postsTo("press")).toHaveLength(2));
    expect(await posted("press")).toMatchObject({
      payload: { selected_options: [{ value: "one" }, { value: "two" }] },
    });
  });

  it("of an overflow menu work by keyboard", async () => {
    await open();
    say(
      section("with a menu", { accessory: { type: "overflow", action_id: "more", options: options("Why", "Snooze") } }),
    );
    await page.getByRole("button", { name: "More actions" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await posted("press")).toMatchObject({
      actionId: "more",
      payload: { selected_option: { value: "snooze" } },
    });
  });
});

describe("modals", () => {
  const picker = () =>
    block("input", {
      block_id: "target",
      label: plain("Which incident is it part of?"),
      element: { type: "external_select", action_id: "target", placeholder: plain("Search"), min_query_length: 0 },
    });
  const note = () =>
    block("input", {
      block_id: "note",
      optional: true,
      label: plain("Anything to add?"),
      element: { type: "plain_text_input", action_id: "note", multiline: true, max_length: 500 },
    });
  const show = (...blocks: ReturnType<typeof block>[]) => {
    const modal = { id: "V1", hash: "1", title: "Part of another", submit: "Merge", close: "Cancel", blocks };
    fixture.said.workspace.modal = modal;
    fixture.changed();
    return page.getByRole("dialog", { name: "Part of another" });
  };
  const hide = () => {
    delete fixture.said.workspace.modal;
    fixture.changed();
  };

  it("search an external select by what is typed, choose by keyboard and submit the state", async () => {
    fixture.said.suggest = ({ value }) => ({
      optionGroups: [
        { label: "Same service", options: options("Alpha one", "Beta two").filter((o) => o.value.includes(value)) },
      ],
    });
    await open();
    const dialog = show(picker(), note());
    const field = dialog.getByRole("combobox", { name: "Which incident is it part of?" });
    await field.fill("beta");
    await vi.waitFor(async () => expect(await dialog.getByRole("option").allInnerTexts()).toEqual(["Beta two"]));
    await field.press("Enter");
    expect(await field.inputValue()).toBe("Beta two");
    await dialog.getByRole("textbox", { name: "Anything to add?" }).fill("same cause");
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    expect(await posted("submit")).toMatchObject({
      user: "U0DANA",
      viewId: "V1",
      state: {
        target: { target: { type: "external_select", selected_option: { value: "beta two" } } },
        note: { note: { type: "plain_text_input", value: "same cause" } },
      },
    });
    expect(postsTo("suggest").length).toBeLessThan(4);
  });

  it("ask for what is missing, and show the app's errors under their block", async () => {
    await open();
    fixture.said.submit = () => ({ errors: { note: "Too short." } });
    const dialog = show(picker(), note());
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await dialog.getByText("Please complete this required field.").waitFor();
    expect(postsTo("submit")).toEqual([]);
    show(note());
    await dialog.getByText("Please complete").waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await dialog.getByText("Too short.").waitFor();
    const field = dialog.getByRole("textbox", { name: "Anything to add?" });
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await field.fill("Long enough now.");
    await dialog.getByText("Too short.").waitFor({ state: "detached" });
  });

  it("keep what was typed when the app redraws them", async () => {
    await open();
    const dialog = show(note());
    await dialog.getByRole("textbox", { name: "Anything to add?" }).fill("half a sent");
    show(section("now with more"), note());
    await dialog.getByText("now with more").waitFor();
    expect(await dialog.getByRole("textbox", { name: "Anything to add?" }).inputValue()).toBe("half a sent");
  });

  it("close with Escape as with their button, and give the focus back", async () => {
    await open();
    const yes = page.getByRole("button", { name: "Yes, create incident" });
    await yes.focus();
    const dialog = show(picker());
    await dialog.getByRole("combobox").press("Escape");
    await dialog.waitFor();
    expect(postsTo("close")).toEqual([]);
    await page.keyboard.press("Escape");
    expect(await posted("close")).toEqual({ user: "U0DANA", viewId: "V1" });
    hide();
    await dialog.waitFor({ state: "detached" });
    expect(await yes.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("show errors of the server inside, where they can be dismissed", async () => {
    await open();
    fixture.said.refuse.set("submit", "The view is too old.");
    const dialog = show(note());
    await dialog.getByRole("button", { name: "Merge", exact: true }).click();
    await dialog.getByRole("alert").getByRole("button", { name: "Dismiss" }).click();
    await dialog.getByRole("alert").waitFor({ state: "detached" });
  });
});

describe("around the channel", () => {
  it("another person can be chosen, and everything is asked for as that person", async () => {
    await open();
    await page.getByRole("combobox", { name: "You are" }).selectOption("U0RAVI");
    await page.getByRole("button", { name: "Yes, create incident" }).click();
    expect(await posted("press")).toMatchObject({ user: "U0RAVI" });
  });

  it("channels are found by their bare names, with what is unread in the description", async () => {
    await open();
    const link = page.getByRole("button", { name: "triage-feed", exact: true });
    expect(await link.getAttribute("aria-description")).toBe("2 unread");
    await link.click();
    await region("#triage-feed").waitFor();
  });

  it("the shortcuts menu starts link triggers", async () => {
    await open();
    await page.getByRole("button", { name: "Shortcuts" }).click();
    await page.getByRole("menuitem", { name: "Start triage" }).click();
    expect(await posted("link")).toMatchObject({
      user: "U0DANA",
      channel: TRIAGE_CHANNEL,
      url: expect.stringContaining("/slack/shortcuts/"),
    });
  });

  it("PagerDuty's panel fires, acknowledges as a chosen user, and shows what became of webhooks", async () => {
    await open();
    const panel = region("PagerDuty");
    await panel.getByRole("combobox", { name: "Service" }).selectOption("Search");
    await panel.getByRole("button", { name: "Fire a new Sentry error" }).click();
    expect(await posted("pagerduty/fire")).toEqual({ serviceId: "PSEARC1", kind: "sentry_error" });
    await panel.getByRole("combobox", { name: "Act as" }).selectOption("Ravi Menon");
    await panel.getByRole("listitem", { name: "#813" }).getByRole("button", { name: "Acknowledge" }).click();
    expect(await posted("pagerduty/act")).toEqual({ incidentId: "PQ2", action: "acknowledge", userId: "PRAVI01" });
    await panel.getByText("Webhooks sent").click();
    await panel.getByText("no answer", { exact: true }).waitFor();
  });

  it("PagerDuty's panel fires as another sender, for the chosen service, and a storm over all of them", async () => {
    await open();
    const panel = region("PagerDuty");
    const sender = panel.getByRole("combobox", { name: "Other sender", exact: true });
    await panel.getByRole("combobox", { name: "Service" }).selectOption("Search");
    await sender.selectOption("Grafana alert");
    await panel.getByRole("button", { name: "Fire", exact: true }).click();
    expect(await posted("pagerduty/fire")).toEqual({ serviceId: "PSEARC1", kind: "grafana_alert" });
    await sender.selectOption("A storm of 50");
    await panel.getByRole("button", { name: "Fire", exact: true }).click();
    await expect.poll(() => posted("pagerduty/fire")).toEqual({ kind: "storm" });
  });

  it("PagerDuty's panel acts as the person who looks at the page until another one is chosen", async () => {
    await open();
    const actAs = region("PagerDuty").getByRole("combobox", { name: "Act as" });
    await actAs.selectOption("Lena Fischer");
    await page.getByRole("combobox", { name: "You are" }).selectOption("U0RAVI");
    await vi.waitFor(async () => expect(await actAs.inputValue()).toBe("PRAVI01"));
  });

  it("the clock steps and the companion stops", async () => {
    await open();
    await page.getByRole("button", { name: "+31 min" }).click();
    expect(await posted("clock")).toEqual({ advance_ms: 31 * 60_000 });
    await page.getByRole("group", { name: "Companion" }).getByRole("button", { name: "Stop" }).click();
    expect(await posted("companion")).toEqual({ action: "stop" });
  });

  it("a first visit says what to do, until the first incident", async () => {
    const incidents = fixture.said.pagerduty.incidents;
    fixture.said.pagerduty.incidents = [];
    await open();
    const hint = page.getByText("Choose a service and fire an error");
    await hint.waitFor();
    fixture.said.pagerduty.incidents = incidents;
    fixture.changed();
    await hint.waitFor({ state: "detached" });
  });

  it("workflow runs show their steps, and a waiting one can be let expire", async () => {
    await open();
    await page.getByRole("button", { name: "Workflow runs" }).click();
    const drawer = region("Workflow runs");
    await drawer.getByText("ask_for_triage_decision").waitFor();
    await drawer.getByRole("button", { name: "Let it expire" }).click();
    expect(await posted("expire")).toEqual({ executionId: "Fx9" });
    await drawer.getByRole("button", { name: "Handle a signal" }).click();
    await drawer.getByText("incidents.get: internal_error").waitFor();
  });

  it("an archived channel and a foreign one say why nothing can be written", async () => {
    await open();
    await page.getByText("Archived (1)").click();
    await page.getByRole("button", { name: "inc-140-accounts-login", exact: true }).click();
    await page.getByRole("button", { name: "Unarchive" }).click();
    expect(await posted("unarchive")).toEqual({ user: "U0DANA", channel: "C0OLD" });
    await page.getByRole("button", { name: "inc-141-search", exact: true }).click();
    await page.getByRole("button", { name: "Join channel" }).click();
    expect(await posted("join")).toEqual({ user: "U0DANA", channel: "C0TRIAGE141" });
  });

  it("a link to the app's own message leads to it", async () => {
    await open("C0FEED");
    const link = `https://acme.slack.com/archives/${TRIAGE_CHANNEL}/p${CARD_TS.replace(".", "")}`;
    fixture.said.messages.push(
      message({
        ts: `${Math.floor(NOW / 1_000)}.000900`,
        channel: "C0FEED",
        user: APP.botUserId,
        text: `<${link}|the card>`,
      }),
    );
    fixture.changed();
    await page.getByRole("link", { name: "the card" }).click();
    await page.locator(".message-target").getByText("nobody has decided yet").waitFor();
  });
});

describe("a phone", () => {
  it("shows one pane at a time and nothing wider than the screen", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open();
    const panes = page.getByRole("navigation", { name: "Panes" });
    for (const name of ["Channels", "Messages", "PagerDuty", "Runs"]) {
      await panes.getByRole("button", { name }).click();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    }
    await panes.getByRole("button", { name: "Channels" }).click();
    expect(await region("#inc-142-checkout").isVisible()).toBe(false);
    await page.getByRole("button", { name: "triage-feed", exact: true }).click();
    expect(await region("#triage-feed").isVisible()).toBe(true);
    expect(await region("PagerDuty").isVisible()).toBe(false);
  });
});
