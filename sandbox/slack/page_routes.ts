/** Everything under /sandbox that concerns Slack: what the page asks and what its people do. */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { BadRequest, clickedMessage, pressedElement, pressInMessage, type InteractivityDeps } from "./interactivity.ts";
import { closeForm, submitForm } from "./forms.ts";
import { closeView, pressInView, submitView, topView } from "./modals.ts";
import { suggest } from "./suggestions.ts";
import { openLink, pressWorkflowButton } from "./links.ts";
import { archive, deleteMessage, join, knownUser, makePrivate, markRead, say, setPerson, unarchive } from "./people.ts";
import { findExecution, isOpen, touch } from "./platform.ts";
import type { Runs } from "./runs.ts";
import { runViews, workspaceView } from "./workspace_view.ts";

const StateValues = z.record(z.string(), z.record(z.string(), z.looseObject({ type: z.string() })));
const place = { channel: z.string().optional(), ts: z.string().optional(), viewId: z.string().optional() };
const Press = z.object({
  user: z.string(),
  ...place,
  blockId: z.string(),
  actionId: z.string(),
  payload: z.record(z.string(), z.unknown()).default({}),
  state: StateValues.default({}),
});
const Suggest = z.object({
  user: z.string(),
  ...place,
  blockId: z.string(),
  actionId: z.string(),
  value: z.string().default(""),
});
const Submit = z.object({ user: z.string(), viewId: z.string(), state: StateValues.default({}) });
const Close = z.object({ user: z.string(), viewId: z.string() });
const Say = z.object({ user: z.string(), channel: z.string(), text: z.string(), threadTs: z.string().optional() });
const InChannel = z.object({ user: z.string(), channel: z.string() });
const Link = z.object({ user: z.string(), url: z.string(), channel: z.string().optional() });
const DismissNotice = z.object({ user: z.string(), id: z.string() });
const Expire = z.object({ executionId: z.string().optional() });
const Settings = z.strictObject({
  staleReadsMs: z.number().min(0).optional(),
  rateLimits: z.boolean().optional(),
  /** Takes the place of all errors before; an empty object takes them away. */
  errors: z.record(z.string(), z.string().min(1)).optional(),
});
const InMessage = z.object({ user: z.string(), channel: z.string(), ts: z.string() });
const PersonKind = z.object({ person: z.string(), kind: z.enum(["member", "guest", "deactivated"]) });

export interface PageDeps extends InteractivityDeps {
  readonly runs: Runs;
}

/** Answers bad input with 400 and a sentence; what was done well with `{ok: true}` and what the action returns. */
function action<Schema extends z.ZodType>(
  schema: Schema,
  act: (input: z.infer<Schema>) => void | object | Promise<void | object>,
) {
  return async (c: Context) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const input = schema.safeParse(body);
    if (!input.success) {
      const issue = input.error.issues[0];
      return c.json({ ok: false, error: `The request does not fit: ${issue?.path.join(".")} ${issue?.message}.` }, 400);
    }
    try {
      return c.json({ ok: true, ...(await act(input.data)) });
    } catch (problem) {
      if (problem instanceof BadRequest) return c.json({ ok: false, error: problem.message }, 400);
      throw problem;
    }
  };
}

function mountPeople(routes: Hono, { platform }: PageDeps): void {
  routes.post(
    "/sandbox/say",
    action(Say, (input) => say(platform, input)),
  );
  routes.post(
    "/sandbox/read",
    action(InChannel, (input) => markRead(platform, input)),
  );
  routes.post(
    "/sandbox/join",
    action(InChannel, (input) => join(platform, input)),
  );
  routes.post(
    "/sandbox/archive",
    action(InChannel, (input) => archive(platform, input)),
  );
  routes.post(
    "/sandbox/unarchive",
    action(InChannel, (input) => unarchive(platform, input)),
  );
  routes.post(
    "/sandbox/make_private",
    action(InChannel, (input) => makePrivate(platform, input)),
  );
  routes.post(
    "/sandbox/delete_message",
    action(InMessage, (input) => deleteMessage(platform, input)),
  );
  routes.post(
    "/sandbox/person",
    action(PersonKind, (input) => setPerson(platform, input)),
  );
  routes.post(
    "/sandbox/dismiss_notice",
    action(DismissNotice, ({ user, id }) => {
      platform.state.notices = platform.state.notices.filter((notice) => notice.id !== id || notice.user !== user);
      touch(platform);
    }),
  );
}

function mountInteractivity(routes: Hono, deps: PageDeps): void {
  const { platform, runs } = deps;
  routes.post(
    "/sandbox/press",
    action(Press, async (request) => {
      knownUser(platform, request.user);
      runs.expireOld();
      if (request.viewId !== undefined) return pressInView(deps, request);
      const found = pressedElement(platform, clickedMessage(platform, request), request);
      if (!found) return;
      if (found.element.type === "workflow_button") pressWorkflowButton(platform, runs, request, found);
      else await pressInMessage(deps, request, found);
    }),
  );
  routes.post(
    "/sandbox/suggest",
    action(Suggest, (request) => suggest(deps, request)),
  );
  routes.post(
    "/sandbox/submit",
    action(Submit, (request) => {
      runs.expireOld();
      const view = topView(platform, request.user, request.viewId);
      return view.kind === "form" ? submitForm(platform, runs, view, request) : submitView(deps, view, request);
    }),
  );
  routes.post(
    "/sandbox/close",
    action(Close, (request) => {
      const view = topView(platform, request.user, request.viewId);
      return view.kind === "form" ? closeForm(platform, runs, view) : closeView(deps, view, request);
    }),
  );
  routes.post(
    "/sandbox/link",
    action(Link, (request) => openLink(platform, runs, request)),
  );
}

function mountControl(routes: Hono, { platform, runs }: PageDeps): void {
  routes.post(
    "/sandbox/expire",
    action(Expire, ({ executionId }) => {
      if (executionId !== undefined && !isOpen(findExecution(platform, executionId))) {
        throw new BadRequest(`There is no open execution ${executionId}.`);
      }
      return { expired: runs.expire((step) => executionId === undefined || step.execution === executionId) };
    }),
  );
  routes.post(
    "/sandbox/slack",
    action(Settings, (settings) => {
      Object.assign(platform.settings, settings);
      return { ...platform.settings };
    }),
  );
}

export function mountPage(routes: Hono, deps: PageDeps): void {
  const { platform } = deps;
  routes.get("/sandbox/workspace", (c) => {
    const user = c.req.query("user") ?? "";
    if (!platform.state.users[user]) return c.json({ ok: false, error: `There is no user "${user}".` }, 400);
    return c.json(workspaceView(platform, user, c.req.query("channel")));
  });
  routes.get("/sandbox/runs", (c) => c.json(runViews(platform)));
  mountPeople(routes, deps);
  mountInteractivity(routes, deps);
  mountControl(routes, deps);
}
