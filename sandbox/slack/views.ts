/** Modals: what the app may open, and each person's stack of them. */
import { z } from "zod";
import type { StateValues } from "../page_api.ts";
import { APP, TEAM } from "../seed.ts";
import { limitedText, plain } from "./block_elements.ts";
import { checkBlocks, interactiveElements, problemMessages } from "./blocks.ts";
import { touch, type Platform } from "./platform.ts";
import type { Values, View } from "./state.ts";
import { UPDATED_ELEMENTS_ARE_DEAD } from "./strictness.ts";
import { fullState } from "./view_state.ts";

const MAX_VIEW_BYTES = 250_000;
export const MAX_STACK = 3;

const ViewInput = z.strictObject({
  type: z.literal("modal"),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  blocks: z.array(z.unknown()),
  private_metadata: z.string().max(3_000, "must be less than 3001 characters").default(""),
  callback_id: limitedText(0, 255).default(""),
  external_id: limitedText(0, 255).default(""),
  clear_on_close: z.boolean().default(false),
  notify_on_close: z.boolean().default(false),
  submit_disabled: z.boolean().optional(),
});

/** What can be set of a view by opening or changing it. */
export type ViewContent = Pick<
  View,
  | "title"
  | "submit"
  | "close"
  | "blocks"
  | "privateMetadata"
  | "callbackId"
  | "externalId"
  | "clearOnClose"
  | "notifyOnClose"
>;

export type ReadView =
  | { readonly ok: true; readonly content: ViewContent }
  | { readonly ok: false; readonly error: string; readonly messages: readonly string[] };

/** Checks a view as views.open does. */
export function readView(platform: Platform, input: unknown): ReadView {
  const refused = (messages: readonly string[]): ReadView => ({ ok: false, error: "invalid_arguments", messages });
  if (Buffer.byteLength(JSON.stringify(input) ?? "") > MAX_VIEW_BYTES) {
    return { ok: false, error: "view_too_large", messages: [] };
  }
  const parsed = ViewInput.safeParse(input);
  if (!parsed.success) {
    return refused(
      parsed.error.issues.map((one) => `[ERROR] ${one.message} [json-pointer:/view/${one.path.join("/")}]`),
    );
  }
  const view = parsed.data;
  const checked = checkBlocks(view.blocks, "modal", () => platform.deps.id("b"));
  if (!checked.ok) {
    return refused(problemMessages(checked.problems.map((one) => ({ ...one, pointer: `/view${one.pointer}` }))));
  }
  if (!view.submit && checked.blocks.some((block) => block.type === "input")) {
    return refused(["[ERROR] a view with an input block must have a submit [json-pointer:/view/submit]"]);
  }
  return {
    ok: true,
    content: {
      title: view.title,
      submit: view.submit,
      close: view.close,
      blocks: checked.blocks,
      privateMetadata: view.private_metadata,
      callbackId: view.callback_id,
      externalId: view.external_id,
      clearOnClose: view.clear_on_close,
      notifyOnClose: view.notify_on_close,
    },
  };
}

function newHash(platform: Platform): string {
  return `${Math.floor(platform.deps.clock.now() / 1_000)}.${platform.deps.id("H")}`;
}

const actionIds = (content: ViewContent) =>
  interactiveElements(content.blocks).map(({ element }) => element.action_id ?? "");

export interface NewView {
  readonly user: string;
  readonly execution: string;
  readonly kind: View["kind"];
  readonly content: ViewContent;
}

/** Puts a view on top of a person's stack. */
export function pushView(platform: Platform, { user, execution, kind, content }: NewView): View {
  const stack = (platform.state.viewStacks[user] ??= []);
  const previousId = stack.at(-1);
  const id = platform.deps.id("V");
  const view: View = {
    ...content,
    id,
    user,
    rootId: stack[0] ?? id,
    previousId,
    execution,
    kind,
    hash: newHash(platform),
    liveActions: actionIds(content),
  };
  platform.state.views[id] = view;
  stack.push(id);
  touch(platform);
  return view;
}

/** Opens a view alone: what was open for this person goes. */
export function openView(platform: Platform, view: NewView): View {
  clearViews(platform, view.user);
  return pushView(platform, view);
}

/** Changes a view. Elements that were not there before fire nothing, as reported of Slack. */
export function replaceView(platform: Platform, view: View, content: ViewContent): void {
  const known = UPDATED_ELEMENTS_ARE_DEAD ? view.liveActions : [...view.liveActions, ...actionIds(content)];
  Object.assign(view, content, { hash: newHash(platform), liveActions: known });
  touch(platform);
}

export function clearViews(platform: Platform, user: string): void {
  for (const id of platform.state.viewStacks[user] ?? []) delete platform.state.views[id];
  delete platform.state.viewStacks[user];
  touch(platform);
}

/** Takes the top view off; the one under it is seen again. */
export function popView(platform: Platform, view: View): void {
  const stack = platform.state.viewStacks[view.user] ?? [];
  platform.state.viewStacks[view.user] = stack.filter((id) => id !== view.id);
  delete platform.state.views[view.id];
  touch(platform);
}

/** A view as payloads and answers carry it. */
export function viewBody(view: View, sent: StateValues = {}): Values {
  return {
    id: view.id,
    team_id: TEAM.id,
    type: "modal",
    callback_id: view.callbackId,
    private_metadata: view.privateMetadata,
    title: view.title,
    submit: view.submit ?? null,
    close: view.close ?? null,
    blocks: view.blocks,
    state: { values: fullState(view.blocks, sent) },
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId ?? null,
    clear_on_close: view.clearOnClose,
    notify_on_close: view.notifyOnClose,
    external_id: view.externalId,
    app_id: APP.id,
    app_installed_team_id: TEAM.id,
    bot_id: APP.botId,
  };
}
