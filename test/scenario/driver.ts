/** Acts in a running sandbox as people do, over the same HTTP that its page uses. */
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type RunningSandbox, startSandbox } from "../browser/harness.ts";
import type {
  ChannelView,
  FireRequest,
  MessageView,
  ModalView,
  NoticeView,
  PagerdutyIncidentView,
  PagerdutyView,
  RunView,
  StateValues,
  SubmitAnswer,
  SuggestAnswer,
  WorkspaceView,
} from "../../sandbox/page_api.ts";

export const DANA = "U0DANA";
export const RAVI = "U0RAVI";
export const LENA = "U0LENA";
export const MIKA = "U0MIKA";
export const CHECKOUT = "PCHECK1";
export const SEARCH = "PSEARC1";

/** Generous, since a machine may be slow; only what fails waits so long. */
const DEADLINE_MS = 45_000;
const POLL_MS = 40;

type Json = Readonly<Record<string, unknown>>;

/** An interactive element somewhere in a message or a modal. */
interface Element {
  readonly blockId: string;
  readonly element: Json;
}

export type Driver = ReturnType<typeof drive>;

interface SandboxOptions {
  /** False where one test goes on with what the one before it left. */
  readonly isResetEachTime?: boolean;
  /** How old a read of Slack's storage may be, in real time: none where what is hours apart follows within milliseconds. */
  readonly staleReadsMs?: number;
  /** Where the sandbox keeps its data; in memory without it. */
  readonly dataFolder?: string;
}

/** A sandbox of its own for a test file, with its clock stopped. Slack's storage is eventually consistent, so it is here. */
export function inSandbox(options: SandboxOptions = {}): Driver {
  const { isResetEachTime = true, staleReadsMs = 250, dataFolder } = options;
  let sandbox: RunningSandbox | undefined;
  const world = drive(() => sandbox?.url ?? "");
  const begin = async (): Promise<void> => {
    await world.post("/sandbox/reset", {});
    await world.post("/sandbox/slack", { staleReadsMs });
  };
  beforeAll(async () => {
    sandbox = await startSandbox({ manualClock: true, ...(dataFolder ? { dataFolder } : {}) });
    await begin();
  });
  afterAll(() => sandbox?.stop());
  if (isResetEachTime) beforeEach(begin);
  return world;
}

/** @param url known only once the sandbox is ready */
function drive(url: () => string) {
  const get = async <Answer>(path: string): Promise<Answer> => {
    const response = await fetch(url() + path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  };
  const post = async <Answer = Json>(path: string, body: unknown): Promise<Answer> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url() + path, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : {}) as Answer;
  };
  const workspace = (user: string, channel?: string) =>
    get<WorkspaceView>(`/sandbox/workspace?user=${user}${channel ? `&channel=${channel}` : ""}`);
  const pagerduty = () => get<PagerdutyView>("/sandbox/pagerduty");

  /** Looks again until there is something; the error says what was last seen. */
  async function eventually<Value>(
    what: string,
    look: () => Promise<Value | undefined | false>,
    deadlineMs = DEADLINE_MS,
  ): Promise<Value> {
    const end = Date.now() + deadlineMs;
    for (;;) {
      const value = await look();
      if (value !== undefined && value !== false) return value;
      if (Date.now() > end) throw new Error(`Waited ${deadlineMs / 1_000} s in vain for ${what}.\n${await describe()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async function describe(): Promise<string> {
    const runs = await get<RunView[]>("/sandbox/runs");
    const failed = runs.flatMap((run) =>
      run.steps.filter((step) => step.error).map((step) => `${run.workflow}/${step.functionId}: ${step.error}`),
    );
    const { channels } = await workspace(DANA);
    return `Channels: ${channels.map((channel) => channel.name).join(", ")}\nFailed steps: ${failed.join("; ") || "none"}`;
  }

  const channel = (name: RegExp, user = DANA) =>
    eventually<ChannelView>(`a channel ${String(name)}`, async () =>
      (await workspace(user)).channels.find((candidate) => name.test(candidate.name)),
    );

  const messages = async (channelId: string, user = DANA) => (await workspace(user, channelId)).messages;

  const message = (channelId: string, wanted: RegExp, user = DANA) =>
    eventually<MessageView>(`a message ${String(wanted)} in ${channelId}`, async () =>
      (await messages(channelId, user)).find((candidate) => !candidate.isSystem && wanted.test(textOf(candidate))),
    );

  const modal = (user: string, title: RegExp) =>
    eventually<ModalView>(`the modal ${String(title)}`, async () => {
      const { modal: top } = await workspace(user);
      return top && title.test(`${top.title} ${JSON.stringify(top.blocks)}`) ? top : undefined;
    });

  const notice = (user: string, wanted: RegExp) =>
    eventually<NoticeView>(`the notice ${String(wanted)}`, async () =>
      (await workspace(user)).notices.find((candidate) => wanted.test(candidate.text)),
    );

  return {
    url,
    get,
    post,
    workspace,
    pagerduty,
    eventually,
    channel,
    messages,
    message,
    modal,
    notice,
    runs: () => get<RunView[]>("/sandbox/runs"),
    fire: (serviceId: string, kind: Exclude<FireRequest["kind"], "storm"> = "sentry_error", title?: string) =>
      post("/sandbox/pagerduty/fire", { serviceId, kind, ...(title ? { title } : {}) }),
    advance: (ms: number) => post("/sandbox/clock", { advance_ms: ms }),
    say: (user: string, channelId: string, text: string) => post("/sandbox/say", { user, channel: channelId, text }),

    /** The one PagerDuty incident of this number, in this status. */
    pagerdutyIncident: (number: number, status?: PagerdutyIncidentView["status"]) =>
      eventually<PagerdutyIncidentView>(`PagerDuty incident #${number} ${status ?? ""}`, async () =>
        (await pagerduty()).incidents.find(
          (candidate) => candidate.number === number && (!status || candidate.status === status),
        ),
      ),

    /** Presses a button, by its text, in the newest message that has it. */
    async press(user: string, channelId: string, label: string): Promise<void> {
      const found = await eventually(`the button "${label}" in ${channelId}`, async () => {
        const candidates = (await messages(channelId, user)).toReversed();
        return candidates.flatMap((candidate) => {
          const element = elementsOf(candidate.blocks).find((one) => labelOf(one.element) === label);
          return element ? [{ ts: candidate.ts, ...element }] : [];
        })[0];
      });
      await post("/sandbox/press", {
        user,
        channel: channelId,
        ts: found.ts,
        blockId: found.blockId,
        actionId: found.element["action_id"],
        payload: found.element["value"] === undefined ? {} : { value: found.element["value"] },
        state: {},
      });
    },

    /** Chooses an option, by its text, of the newest select with this placeholder. */
    async choose(user: string, channelId: string, placeholder: string, option: string): Promise<void> {
      const found = await eventually(`the select "${placeholder}" in ${channelId}`, async () => {
        const candidates = (await messages(channelId, user)).toReversed();
        return candidates.flatMap((candidate) => {
          const element = elementsOf(candidate.blocks).find(
            (one) => (one.element["placeholder"] as { text?: string } | undefined)?.text === placeholder,
          );
          return element ? [{ ts: candidate.ts, ...element }] : [];
        })[0];
      });
      const options = found.element["options"] as { text: { text: string }; value: string }[];
      const selected = options.find((one) => one.text.text === option);
      if (!selected) throw new Error(`${placeholder} has no option ${option}.`);
      await post("/sandbox/press", {
        user,
        channel: channelId,
        ts: found.ts,
        blockId: found.blockId,
        actionId: found.element["action_id"],
        payload: { selected_option: selected },
        state: {},
      });
    },

    /** What an external select of the open modal suggests for a text, flattened. */
    async suggestions(user: string, view: ModalView, typed: string): Promise<{ text: string; value: string }[]> {
      const select = elementsOf(view.blocks).find((one) => one.element["type"] === "external_select");
      if (!select) throw new Error("The modal has no external select.");
      const answer = await post<SuggestAnswer>("/sandbox/suggest", {
        user,
        viewId: view.id,
        blockId: select.blockId,
        actionId: select.element["action_id"],
        value: typed,
      });
      const options = [...(answer.options ?? []), ...(answer.optionGroups ?? []).flatMap((group) => group.options)];
      return options.map((option) => ({ text: option.text.text, value: option.value }));
    },

    submit: (user: string, view: ModalView, state: StateValues) =>
      post<SubmitAnswer>("/sandbox/submit", { user, viewId: view.id, state: { ...initialState(view), ...state } }),
    close: (user: string, view: ModalView) => post("/sandbox/close", { user, viewId: view.id }),
  };
}

/** All the text of a message, for looking something up in it. */
export function textOf(message: MessageView): string {
  return `${message.text}\n${JSON.stringify(message.blocks)}`;
}

export function elementsOf(blocks: readonly Json[]): Element[] {
  return blocks.flatMap((block) => {
    const blockId = String(block["block_id"]);
    const elements = [
      ...(block["type"] === "actions" && Array.isArray(block["elements"]) ? (block["elements"] as Json[]) : []),
      ...(block["accessory"] ? [block["accessory"] as Json] : []),
      ...(block["type"] === "input" ? [block["element"] as Json] : []),
    ];
    return elements.map((element) => ({ blockId, element }));
  });
}

function labelOf(element: Json): string | undefined {
  return (element["text"] as { text?: string } | undefined)?.text;
}

/** What a modal's elements hold before anybody touched them. */
function initialState(view: ModalView): StateValues {
  const state: Record<string, Record<string, { type: string } & Json>> = {};
  for (const { blockId, element } of elementsOf(view.blocks)) {
    const type = String(element["type"]);
    const value: { type: string } & Json = {
      type,
      ...(type === "plain_text_input" ? { value: element["initial_value"] ?? null } : {}),
      ...(type === "radio_buttons" ? { selected_option: element["initial_option"] ?? null } : {}),
      ...(type === "checkboxes" ? { selected_options: element["initial_options"] ?? [] } : {}),
      ...(type === "external_select" ? { selected_option: null } : {}),
    };
    state[blockId] = { ...state[blockId], [String(element["action_id"])]: value };
  }
  return state;
}
