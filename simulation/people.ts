/** People at work in Slack: they look at what is there, and press, fill in, type and think better of it. */
import { MINUTE, SECOND } from "../core/time.ts";
import { interactiveElements } from "../sandbox/slack/blocks.ts";
import { submitForm, closeForm } from "../sandbox/slack/forms.ts";
import { BadRequest, type Element, pressedElement, pressInMessage } from "../sandbox/slack/interactivity.ts";
import { openLink, pressWorkflowButton } from "../sandbox/slack/links.ts";
import { closeView, submitView } from "../sandbox/slack/modals.ts";
import { say } from "../sandbox/slack/people.ts";
import { findExecution, isOpen } from "../sandbox/slack/platform.ts";
import type { Message, Values, View } from "../sandbox/slack/state.ts";
import { suggest } from "../sandbox/slack/suggestions.ts";
import { type DemoService, PEOPLE } from "../sandbox/seed.ts";
import type { SlackWorld } from "./slack_world.ts";
import { incidentOf, type WorldDeps } from "./world_deps.ts";

/** How often each person looks at Slack. */
const LOOK_EVERY_MS = 8 * MINUTE;

interface Choice {
  readonly message: Message;
  readonly found: Element;
}

export function startPeople(deps: WorldDeps, slack: SlackWorld, services: readonly DemoService[]): void {
  for (const { slackId } of PEOPLE) startPerson(deps, slack, services, slackId);
}

function startPerson(deps: WorldDeps, slack: SlackWorld, services: readonly DemoService[], user: string): void {
  const { time, chance, trouble } = deps;
  const lookAndGoOn = async (): Promise<void> => {
    await look(deps, slack, services, user);
    next();
  };
  const next = (): void => {
    time.after(chance.waitFor(LOOK_EVERY_MS), () => {
      if (trouble.isOver()) return;
      void lookAndGoOn();
    });
  };
  next();
}

async function look(deps: WorldDeps, slack: SlackWorld, services: readonly DemoService[], user: string): Promise<void> {
  const { chance } = deps;
  try {
    if (await handleView(deps, slack, services, user)) return;
    if (chance.happens(0.01)) return await startByHand(deps, slack, services, user);
    if (chance.happens(0.03)) return talk(deps, slack, user);
    const choices = choicesOf(slack);
    if (choices.length === 0 || chance.happens(0.3)) return;
    const choice = chance.pick(choices);
    // Now and then two people decide at the same moment.
    if (chance.happens(0.2)) {
      const other = chance.pick(PEOPLE).slackId;
      const rival = chance.pick(choices.filter(({ message }) => message === choice.message));
      void press(deps, slack, services, other, rival).catch(ignoreRefusal);
    }
    await press(deps, slack, services, user, choice);
  } catch (thrown) {
    ignoreRefusal(thrown);
  }
}

/** What somebody wanted to press is not there any more. */
function ignoreRefusal(thrown: unknown): void {
  if (!(thrown instanceof BadRequest)) throw thrown;
}

/** Every button that can be seen in a channel that is not archived. */
function choicesOf({ platform }: SlackWorld): Choice[] {
  return Object.values(platform.state.channels)
    .filter(({ isArchived }) => !isArchived)
    .flatMap(({ id }) => platform.state.messages[id] ?? [])
    .flatMap((message) => interactiveElements(message.blocks).map((found) => ({ message, found })))
    .filter(({ found }) => found.element.type === "button" || found.element.type === "workflow_button");
}

async function press(
  deps: WorldDeps,
  slack: SlackWorld,
  services: readonly DemoService[],
  user: string,
  { message, found }: Choice,
): Promise<void> {
  const { time, chance, account, observed } = deps;
  const { platform, runs } = slack;
  // Between seeing a button and pressing it the world goes on.
  await time.wait(chance.between(200, 4_000));
  const action = found.element.action_id ?? "";
  const value = found.element["value"];
  const request = {
    user,
    channel: message.channel,
    ts: message.ts,
    blockId: found.block.block_id,
    actionId: action,
    payload: value === undefined ? {} : { value },
    state: {},
  };
  runs.expireOld();
  const pressed = pressedElement(platform, message, request);
  if (!pressed) return;
  const owner = findExecution(platform, message.buttonsOf);
  const inputs: Values = owner?.step.inputs ?? {};
  const alertId = typeof inputs["alert_id"] === "string" ? inputs["alert_id"] : "";
  account.tell(`${user} presses ${action} (${incidentOf(inputs)}${alertId ? `, ${alertId}` : ""})`);
  observed.presses.push({
    at: time.now(),
    user,
    channel: message.channel,
    action,
    incidentId: incidentOf(inputs),
    alertId,
  });
  if (pressed.element.type === "workflow_button") pressWorkflowButton(platform, runs, request, pressed);
  else if (isOpen(owner)) await pressInMessage(slack.interactivity, request, pressed);
  await soonHandleView(deps, slack, services, user);
}

/** A form that came up is looked at by whoever pressed. */
async function soonHandleView(deps: WorldDeps, slack: SlackWorld, services: readonly DemoService[], user: string) {
  for (let looks = 0; looks < 4; looks += 1) {
    await deps.time.wait(deps.chance.between(2, 20) * SECOND);
    if (await handleView(deps, slack, services, user)) return;
  }
}

/** Fills in, sends or closes the form on top; false where none is open. */
async function handleView(
  deps: WorldDeps,
  slack: SlackWorld,
  services: readonly DemoService[],
  user: string,
): Promise<boolean> {
  const { chance, account, observed, time } = deps;
  const { platform, runs } = slack;
  const view = topOf(slack, user);
  if (!view) return false;
  const state = await filledIn(deps, slack, services, view);
  // Filling in took a while.
  if (topOf(slack, user) !== view) return true;
  runs.expireOld();
  if (!view.submit || state === undefined || chance.happens(0.1)) {
    if (view.kind === "form") closeForm(platform, runs, view);
    else await closeView(slack.interactivity, view, { user, viewId: view.id });
    return true;
  }
  const inputs: Values = findExecution(platform, view.execution)?.step.inputs ?? {};
  account.tell(`${user} sends the form ${view.callbackId || view.title.text} (${incidentOf(inputs)})`);
  observed.presses.push({
    at: time.now(),
    user,
    channel: "",
    action: view.callbackId,
    incidentId: incidentOf(inputs),
    alertId: "",
  });
  const request = { user, viewId: view.id, state };
  if (view.kind === "form") submitForm(platform, runs, view, request);
  else await submitView(slack.interactivity, view, request);
  return true;
}

function topOf({ platform }: SlackWorld, user: string): View | undefined {
  return platform.state.views[platform.state.viewStacks[user]?.at(-1) ?? ""];
}

type State = Record<string, Record<string, Values & { readonly type: string }>>;

/** What a person fills in; undefined where there is nothing to choose from. */
async function filledIn(
  deps: WorldDeps,
  slack: SlackWorld,
  services: readonly DemoService[],
  view: View,
): Promise<State | undefined> {
  const { chance } = deps;
  const state: State = {};
  for (const { block, element } of interactiveElements(view.blocks)) {
    const { type, action_id: actionId = "" } = element;
    const set = (values: Values): void => {
      (state[block.block_id] ??= {})[actionId] = { type, ...values };
    };
    const options = (element["options"] ?? []) as readonly Values[];
    if (type === "plain_text_input") {
      set({ value: actionId === "service" ? chance.pick(services).name : "as it looks from here" });
    } else if (type === "static_select" || type === "radio_buttons") {
      if (options.length > 0) set({ selected_option: chance.pick(options) });
    } else if (type === "checkboxes" && chance.happens(0.3)) {
      set({ selected_options: options.filter(() => chance.happens(0.5)) });
    } else if (type === "users_select") {
      set({ selected_user: chance.pick(PEOPLE).slackId });
    } else if (type === "external_select") {
      const request = { user: view.user, viewId: view.id, blockId: block.block_id, actionId, value: "" };
      const answer = await suggest(slack.interactivity, request);
      const found = [...(answer.options ?? []), ...(answer.optionGroups ?? []).flatMap((group) => group.options)];
      if (found.length === 0) return undefined;
      set({ selected_option: chance.pick(found) });
    }
  }
  return state;
}

async function startByHand(
  deps: WorldDeps,
  slack: SlackWorld,
  services: readonly DemoService[],
  user: string,
): Promise<void> {
  deps.account.tell(`${user} starts a triage by hand`);
  openLink(slack.platform, slack.runs, { user, url: slack.linkUrl("start_triage") });
  await soonHandleView(deps, slack, services, user);
  await soonHandleView(deps, slack, services, user);
}

function talk({ chance }: WorldDeps, { platform }: SlackWorld, user: string): void {
  const mine = Object.values(platform.state.channels).filter(
    ({ isArchived, isDirectMessage, memberIds }) => !isArchived && !isDirectMessage && memberIds.includes(user),
  );
  if (mine.length > 0) say(platform, { user, channel: chance.pick(mine).id, text: "I am looking into it." });
}
