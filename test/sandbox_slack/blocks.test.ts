import { describe, expect, it } from "vitest";
import { checkBlocks, type Surface } from "../../sandbox/slack/blocks.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const option = (value: string) => ({ text: plain(value), value });
const button = (more: object = {}) => ({ type: "button", action_id: "a", text: plain("Press"), ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const many = <Item>(count: number, make: (index: number) => Item) => Array.from({ length: count }, (_, i) => make(i));
const input = (element: object, more: object = {}) => ({ type: "input", label: plain("L"), element, ...more });
const textInput = { type: "plain_text_input", action_id: "t" };

const check = (blocks: readonly unknown[], surface: Surface = "message") => {
  let last = 0;
  return checkBlocks(blocks, surface, () => `made${(last += 1)}`);
};
const problemsOf = (blocks: readonly unknown[], surface?: Surface) => {
  const result = check(blocks, surface);
  return result.ok ? [] : result.problems.map(({ pointer, message }) => `${pointer} ${message}`);
};

describe("Block Kit", () => {
  it("takes a message with one of everything", () => {
    const blocks = [
      { type: "header", text: plain("Checkout is failing") },
      { type: "section", text: mrkdwn("*Now*"), fields: [mrkdwn("a"), plain("b")], accessory: button() },
      { type: "context", elements: [mrkdwn("c"), { type: "image", image_url: "https://x.test/i.png", alt_text: "i" }] },
      { type: "divider" },
      actions(
        button({
          value: "v",
          style: "danger",
          confirm: { title: plain("?"), text: mrkdwn("!"), confirm: plain("y"), deny: plain("n") },
        }),
        { type: "static_select", action_id: "s", placeholder: plain("Choose"), options: [option("one")] },
        { type: "overflow", action_id: "o", options: [option("one")] },
        { type: "users_select", action_id: "u" },
        { type: "datepicker", action_id: "d", initial_date: "2026-11-23" },
        { type: "radio_buttons", action_id: "r", options: [option("one")] },
        { type: "checkboxes", action_id: "c", options: [option("one")] },
        { type: "external_select", action_id: "e", min_query_length: 0 },
        { type: "multi_users_select", action_id: "m", max_selected_items: 2 },
      ),
      { type: "image", image_url: "https://x.test/i.png", alt_text: "i", title: plain("t") },
      { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "x" }] }] },
      { type: "markdown", text: "# Title" },
      { type: "table", rows: [[{ type: "raw_text", text: "x" }]] },
    ];
    expect(problemsOf(blocks)).toEqual([]);
  });

  it("names blocks and elements that came without a name, and leaves the others alone", () => {
    const result = check([actions({ type: "button", text: plain("x") }), { ...actions(button()), block_id: "mine" }]);
    expect(result).toMatchObject({
      ok: true,
      blocks: [
        { block_id: "made1", elements: [{ action_id: "made2" }] },
        { block_id: "mine", elements: [{ action_id: "a" }] },
      ],
    });
  });

  it.each<[string, readonly unknown[], string]>([
    ["51 blocks", many(51, () => ({ type: "divider" })), "/blocks no more than 50 items allowed"],
    [
      "a header of 151",
      [{ type: "header", text: plain("x".repeat(151)) }],
      "/blocks/0/text/text must be less than 151 characters",
    ],
    ["a header in mrkdwn", [{ type: "header", text: mrkdwn("x") }], "/blocks/0/text/type"],
    ["an empty text", [{ type: "section", text: mrkdwn("") }], "/blocks/0/text/text must be more than 0 characters"],
    ["a section without a text", [{ type: "section" }], "/blocks/0 must define either text or fields"],
    [
      "11 fields",
      [{ type: "section", fields: many(11, () => plain("x")) }],
      "/blocks/0/fields no more than 10 items allowed",
    ],
    [
      "a field of 2,001",
      [{ type: "section", fields: [plain("x".repeat(2_001))] }],
      "/blocks/0/fields/0/text must be less",
    ],
    [
      "11 context elements",
      [{ type: "context", elements: many(11, () => plain("x")) }],
      "/blocks/0/elements no more than 10",
    ],
    ["26 actions", [actions(...many(26, (i) => button({ action_id: `a${i}` })))], "/blocks/0/elements no more than 25"],
    ["no actions", [actions()], "/blocks/0/elements must have at least one element"],
    [
      "a button text of 76",
      [actions(button({ text: plain("x".repeat(76)) }))],
      "/blocks/0/elements/0/text/text must be less than 76",
    ],
    [
      "a button value of 2,001",
      [actions(button({ value: "x".repeat(2_001) }))],
      "/blocks/0/elements/0/value must be less",
    ],
    [
      "an action_id of 256",
      [actions(button({ action_id: "x".repeat(256) }))],
      "/blocks/0/elements/0/action_id must be less",
    ],
    [
      "an action_id twice",
      [actions(button(), button())],
      '/blocks/0/elements/1/action_id action_id "a" already exists',
    ],
    [
      "a block_id twice",
      many(2, () => ({ type: "divider", block_id: "x" })),
      "/blocks/1/block_id duplicate block_id x",
    ],
    [
      "101 options",
      [actions({ type: "static_select", options: many(101, (i) => option(`${i}`)) })],
      "/blocks/0/elements/0/options no more than 100",
    ],
    [
      "an option text of 76",
      [actions({ type: "static_select", options: [option("x".repeat(76))] })],
      "/blocks/0/elements/0/options/0/text/text must be less",
    ],
    [
      "a select without options",
      [actions({ type: "static_select" })],
      "/blocks/0/elements/0 must have either options or option_groups",
    ],
    [
      "an overflow of six",
      [actions({ type: "overflow", options: many(6, (i) => option(`${i}`)) })],
      "/blocks/0/elements/0/options no more than 5",
    ],
    [
      "eleven checkboxes",
      [actions({ type: "checkboxes", options: many(11, (i) => option(`${i}`)) })],
      "/blocks/0/elements/0/options no more than 10",
    ],
    [
      "a property that nobody knows",
      [{ type: "divider", colour: "red" }],
      "/blocks/0 invalid additional property: colour",
    ],
    ["a text input among actions", [actions(textInput)], "/blocks/0/elements/0/type unsupported type"],
    [
      "markdown of 12,001 in all",
      many(2, () => ({ type: "markdown", text: "x".repeat(6_001) })),
      "/blocks markdown blocks hold more",
    ],
    [
      "a table of 21 columns",
      [{ type: "table", rows: [many(21, () => ({ type: "raw_text", text: "x" }))] }],
      "/blocks/0/rows/0 no more than 20",
    ],
  ])("refuses %s", (_, blocks, problem) => {
    expect(problemsOf(blocks)).toContainEqual(expect.stringContaining(problem));
  });

  it("lets modals have inputs and a hundred blocks, but no tables and no workflow buttons", () => {
    expect(problemsOf([input(textInput), ...many(99, () => ({ type: "divider" }))], "modal")).toEqual([]);
    expect(
      problemsOf(
        many(101, () => ({ type: "divider" })),
        "modal",
      ),
    ).toEqual(["/blocks no more than 100 items allowed"]);
    expect(problemsOf([{ type: "table", rows: [[{ type: "raw_text", text: "x" }]] }], "modal")).toEqual([
      "/blocks/0 not allowed in a modal",
    ]);
    const workflow = { trigger: { url: "https://slack.com/shortcuts/Ft1/x" } };
    const workflowButton = { type: "workflow_button", action_id: "w", text: plain("Go"), workflow };
    expect(problemsOf([actions(workflowButton)])).toEqual([]);
    expect(problemsOf([actions(workflowButton)], "modal")).toEqual([
      "/blocks/0/elements/0 workflow_button is not allowed in a modal",
    ]);
  });
});
