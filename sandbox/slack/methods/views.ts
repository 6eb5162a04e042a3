import { z } from "zod";
import { takePointer } from "../credentials.ts";
import { json, method, type Answer, type Method, type MethodContext } from "../method.ts";
import type { Platform } from "../platform.ts";
import type { Pointer, View } from "../state.ts";
import { MAX_STACK, openView, pushView, readView, replaceView, viewBody, type ReadView } from "../views.ts";

const opening = {
  trigger_id: z.string().min(1).optional(),
  interactivity_pointer: z.string().min(1).optional(),
  view: json(z.looseObject({})),
};
type Opening = z.infer<z.ZodObject<typeof opening>>;

function refusal(read: Extract<ReadView, { ok: false }>): Answer {
  return { error: read.error, response_metadata: { messages: read.messages } };
}

/** Uses up the pointer of a call; Slack names its errors after the argument. */
function pointerOf(platform: Platform, args: Opening): Pointer | Answer {
  const argument = args.interactivity_pointer !== undefined ? "interactivity_pointer" : "trigger_id";
  const pointer = takePointer(platform, args.interactivity_pointer ?? args.trigger_id ?? "");
  return typeof pointer === "string" ? { error: `${pointer}_${argument}` } : pointer;
}

const isPointer = (value: Pointer | Answer): value is Pointer => "issuedAt" in value;

/**
 * A view belongs to the execution that opens it, and is shown to whoever the pointer belongs to. The view is read first:
 * a call that Slack refuses for its arguments leaves the pointer unused.
 */
function show(args: Opening, { platform, caller }: MethodContext, how: "open" | "push"): Answer {
  const read = readView(platform, args.view);
  if (!read.ok) return refusal(read);
  if (caller.execution === undefined) return { error: "invalid_trigger_id" };
  const pointer = pointerOf(platform, args);
  if (!isPointer(pointer)) return pointer;
  const stack = platform.state.viewStacks[pointer.user] ?? [];
  if (how === "push") {
    if (pointer.view === undefined || !stack.includes(pointer.view)) return { error: "invalid_trigger_id" };
    if (stack.length >= MAX_STACK) return { error: "push_limit_reached" };
  }
  const place = how === "push" ? pushView : openView;
  const content = { user: pointer.user, execution: caller.execution, kind: "modal", content: read.content } as const;
  return { view: viewBody(place(platform, content)) };
}

function findView(platform: Platform, viewId: string | undefined, externalId: string | undefined): View | undefined {
  if (viewId !== undefined) return platform.state.views[viewId];
  return Object.values(platform.state.views).find((view) => externalId && view.externalId === externalId);
}

const update = method(
  4,
  [],
  z.object({
    view_id: z.string().optional(),
    external_id: z.string().optional(),
    hash: z.string().optional(),
    view: json(z.looseObject({})),
  }),
  (args, { platform }) => {
    const view = findView(platform, args.view_id, args.external_id);
    if (!view || view.kind === "form") return { error: "not_found" };
    const read = readView(platform, args.view);
    if (!read.ok) return refusal(read);
    if (args.hash && args.hash !== view.hash) return { error: "hash_conflict" };
    replaceView(platform, view, read.content);
    return { view: viewBody(view) };
  },
);

export const VIEW_METHODS: Readonly<Record<string, Method>> = {
  "views.open": method(4, [], z.object(opening), (args, context) => show(args, context, "open")),
  "views.push": method(4, [], z.object(opening), (args, context) => show(args, context, "push")),
  "views.update": update,
};
