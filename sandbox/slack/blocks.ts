/** Block Kit as Slack checks it: the blocks in use with their limits, and what only messages or only modals may hold. */
import { z } from "zod";
import type { Block } from "../page_api.ts";
import {
  accessoryElement,
  actionsElement,
  anyText,
  identifier,
  image,
  inputElement,
  limitedText,
  mrkdwn,
  plain,
} from "./block_elements.ts";

export type Surface = "message" | "modal";

const section = z
  .strictObject({
    type: z.literal("section"),
    block_id: identifier,
    text: anyText(3_000).optional(),
    fields: z.array(anyText(2_000)).min(1).max(10, "no more than 10 items allowed").optional(),
    accessory: accessoryElement.optional(),
    expand: z.boolean().optional(),
  })
  .refine((block) => block.text !== undefined || block.fields !== undefined, "must define either text or fields");

const cell = z.looseObject({ type: z.enum(["raw_text", "raw_number", "rich_text"]) });

const BLOCKS = [
  section,
  z.strictObject({ type: z.literal("header"), block_id: identifier, text: plain(150), level: z.int().optional() }),
  z.strictObject({
    type: z.literal("context"),
    block_id: identifier,
    elements: z
      .array(z.discriminatedUnion("type", [plain(3_000), mrkdwn(3_000), image]))
      .min(1)
      .max(10, "no more than 10 items allowed"),
  }),
  z.strictObject({ type: z.literal("divider"), block_id: identifier }),
  z.strictObject({
    type: z.literal("actions"),
    block_id: identifier,
    elements: z.array(actionsElement).min(1, "must have at least one element").max(25, "no more than 25 items allowed"),
  }),
  z.strictObject({
    type: z.literal("input"),
    block_id: identifier,
    label: plain(2_000),
    hint: plain(2_000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
    element: inputElement,
  }),
  z
    .strictObject({
      type: z.literal("image"),
      block_id: identifier,
      image_url: z.string().max(3_000).optional(),
      slack_file: z.looseObject({}).optional(),
      alt_text: limitedText(1, 2_000),
      title: plain(2_000).optional(),
    })
    .refine((block) => (block.image_url === undefined) !== (block.slack_file === undefined), "must have one source"),
  z.strictObject({
    type: z.literal("rich_text"),
    block_id: identifier,
    elements: z.array(z.looseObject({ type: z.string() })),
  }),
  z.strictObject({ type: z.literal("markdown"), block_id: identifier, text: limitedText(1, 12_000) }),
  z.strictObject({
    type: z.literal("table"),
    block_id: identifier,
    rows: z
      .array(z.array(cell).min(1).max(20, "no more than 20 items allowed"))
      .min(1)
      .max(100, "no more than 100 items allowed"),
    column_settings: z.array(z.unknown()).max(20).optional(),
  }),
] as const;
const anyBlock = z.discriminatedUnion("type", BLOCKS);

const MAX_BLOCKS: Readonly<Record<Surface, number>> = { message: 50, modal: 100 };
const MARKDOWN_MAX = 12_000;
const ONLY_IN: Readonly<Record<string, Surface>> = { table: "message", markdown: "message" };
/** Elements that Slack takes on one surface only. */
const ELEMENT_ONLY_IN: Readonly<Record<string, Surface>> = { workflow_button: "message" };

export interface BlockProblem {
  /** JSON pointer, such as /blocks/0/text/text. */
  readonly pointer: string;
  readonly message: string;
}

interface Element {
  readonly pointer: string;
  readonly value: Readonly<Record<string, unknown>> & { readonly type: string; readonly action_id?: string };
}

type RawBlock = Readonly<Record<string, unknown>> & { readonly type: string };

function elementsOf(block: RawBlock, pointer: string): readonly Element[] {
  if (block.type === "actions") {
    return (block["elements"] as Element["value"][]).map((value, i) => ({
      pointer: `${pointer}/elements/${i}`,
      value,
    }));
  }
  if (block.type === "input") return [{ pointer: `${pointer}/element`, value: block["element"] as Element["value"] }];
  if (block.type === "section" && block["accessory"] !== undefined) {
    return [{ pointer: `${pointer}/accessory`, value: block["accessory"] as Element["value"] }];
  }
  return [];
}

/** The elements of checked blocks that people press or fill in, with the block each stands in. */
export function interactiveElements(
  blocks: readonly Block[],
): readonly { readonly block: Block; readonly element: Element["value"] }[] {
  return blocks.flatMap((block) =>
    elementsOf(block, "")
      .filter(({ value }) => value.type !== "image")
      .map(({ value }) => ({ block, element: value })),
  );
}

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return `invalid additional property: ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_union" && issue.errors.length === 0) return "unsupported type";
  if (issue.code === "invalid_type" && issue.input === undefined) return "missing required field";
  return issue.message;
}

/** Rules that a single block cannot see: identifiers that must differ, surfaces, sums over the message. */
function crossProblems(blocks: readonly RawBlock[], surface: Surface): readonly BlockProblem[] {
  const problems: BlockProblem[] = [];
  const blockIds = new Set<string>();
  let markdown = 0;
  blocks.forEach((block, index) => {
    const pointer = `/blocks/${index}`;
    const only = ONLY_IN[block.type];
    if (only !== undefined && only !== surface) problems.push({ pointer, message: `not allowed in a ${surface}` });
    const blockId = block["block_id"];
    if (typeof blockId === "string") {
      if (blockIds.has(blockId))
        problems.push({ pointer: `${pointer}/block_id`, message: `duplicate block_id ${blockId}` });
      blockIds.add(blockId);
    }
    if (block.type === "markdown") markdown += String(block["text"]).length;
    const actionIds = new Set<string>();
    for (const element of elementsOf(block, pointer)) {
      const where = ELEMENT_ONLY_IN[element.value.type];
      if (where !== undefined && where !== surface) {
        problems.push({ pointer: element.pointer, message: `${element.value.type} is not allowed in a ${surface}` });
      }
      const actionId = element.value.action_id;
      if (actionId === undefined) continue;
      if (actionIds.has(actionId)) {
        problems.push({ pointer: `${element.pointer}/action_id`, message: `action_id "${actionId}" already exists` });
      }
      actionIds.add(actionId);
    }
  });
  if (markdown > MARKDOWN_MAX)
    problems.push({ pointer: "/blocks", message: "markdown blocks hold more than 12000 characters" });
  return problems;
}

export type CheckedBlocks =
  { readonly ok: true; readonly blocks: Block[] } | { readonly ok: false; readonly problems: readonly BlockProblem[] };

/** Checks blocks and gives those without a block_id one, and their elements an action_id. `newId` makes such ids. */
export function checkBlocks(input: readonly unknown[], surface: Surface, newId: () => string): CheckedBlocks {
  if (input.length > MAX_BLOCKS[surface]) {
    return {
      ok: false,
      problems: [{ pointer: "/blocks", message: `no more than ${MAX_BLOCKS[surface]} items allowed` }],
    };
  }
  const problems: BlockProblem[] = [];
  const parsed: RawBlock[] = [];
  input.forEach((block, index) => {
    const result = anyBlock.safeParse(block, { reportInput: true });
    if (result.success) parsed.push(result.data);
    else {
      for (const issue of result.error.issues) {
        problems.push({ pointer: ["/blocks", index, ...issue.path].join("/"), message: issueText(issue) });
      }
    }
  });
  if (problems.length === 0) problems.push(...crossProblems(parsed, surface));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, blocks: parsed.map((block) => withIds(block, newId)) };
}

function withIds(block: RawBlock, newId: () => string): Block {
  const named = (element: unknown) => {
    const value = element as Element["value"];
    return value.type === "image" || value.action_id !== undefined ? value : { ...value, action_id: newId() };
  };
  const copy: Record<string, unknown> = { ...block, block_id: block["block_id"] ?? newId() };
  if (block.type === "actions") copy["elements"] = (block["elements"] as unknown[]).map(named);
  if (block.type === "input") copy["element"] = named(block["element"]);
  if (block.type === "section" && block["accessory"] !== undefined) copy["accessory"] = named(block["accessory"]);
  return copy as Block;
}

/** Slack's way of saying what is wrong with blocks. */
export function problemMessages(problems: readonly BlockProblem[]): readonly string[] {
  return problems.map(({ pointer, message }) => `[ERROR] ${message} [json-pointer:${pointer}]`);
}
