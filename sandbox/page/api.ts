/** Every call that the page makes to the sandbox's server. A refusal becomes a SandboxRefusal with the server's sentence. */
import type {
  ChannelRequest,
  CloseRequest,
  CompanionRequest,
  CompanionView,
  DismissNoticeRequest,
  ExpireRequest,
  FireRequest,
  LinkRequest,
  PagerdutyActRequest,
  PagerdutyView,
  PressRequest,
  ReadRequest,
  RunView,
  SayRequest,
  SubmitAnswer,
  SubmitRequest,
  SuggestAnswer,
  SuggestRequest,
  WorkspaceView,
} from "../page_api.ts";

/** The server answered, and said no. */
export class SandboxRefusal extends Error {
  override readonly name = "SandboxRefusal";
}
/** The server did not answer at all. */
export class SandboxAway extends Error {
  override readonly name = "SandboxAway";
}

async function call<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (cause) {
    if (init?.signal?.aborted) throw cause;
    throw new SandboxAway("The sandbox does not answer. Is it still running?", { cause });
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    throw new SandboxRefusal(`The sandbox answered ${path} with status ${response.status} and no JSON.`);
  }
  const said = typeof body === "object" && body !== null && "error" in body ? body.error : undefined;
  const refused = typeof body === "object" && body !== null && "ok" in body && body.ok === false;
  if (!response.ok || refused) {
    throw new SandboxRefusal(
      typeof said === "string" ? said : `The sandbox answered ${path} with status ${response.status}.`,
    );
  }
  // The shapes are the ones of page_api.ts, written by the same repository's server.
  return body as Answer;
}

const get = <Answer>(path: string, signal: AbortSignal) => call<Answer>(path, { signal });

function post<Answer = unknown>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

export const api = {
  workspace(user: string, channel: string | undefined, signal: AbortSignal) {
    const query = new URLSearchParams(channel ? { user, channel } : { user });
    return get<WorkspaceView>(`/sandbox/workspace?${query}`, signal);
  },
  pagerduty: (signal: AbortSignal) => get<PagerdutyView>("/sandbox/pagerduty", signal),
  runs: (signal: AbortSignal) => get<readonly RunView[]>("/sandbox/runs", signal),
  companion: (signal: AbortSignal) => get<CompanionView>("/sandbox/companion", signal),

  press: (request: PressRequest) => post("/sandbox/press", request),
  suggest: (request: SuggestRequest, signal: AbortSignal) => post<SuggestAnswer>("/sandbox/suggest", request, signal),
  submit: (request: SubmitRequest) => post<SubmitAnswer>("/sandbox/submit", request),
  close: (request: CloseRequest) => post("/sandbox/close", request),
  say: (request: SayRequest) => post("/sandbox/say", request),
  read: (request: ReadRequest) => post("/sandbox/read", request),
  join: (request: ChannelRequest) => post("/sandbox/join", request),
  archive: (request: ChannelRequest) => post("/sandbox/archive", request),
  makePrivate: (request: ChannelRequest) => post("/sandbox/make_private", request),
  unarchive: (request: ChannelRequest) => post("/sandbox/unarchive", request),
  link: (request: LinkRequest) => post("/sandbox/link", request),
  dismissNotice: (request: DismissNoticeRequest) => post("/sandbox/dismiss_notice", request),
  expire: (request: ExpireRequest) => post("/sandbox/expire", request),
  fire: (request: FireRequest) => post("/sandbox/pagerduty/fire", request),
  pagerdutyAct: (request: PagerdutyActRequest) => post("/sandbox/pagerduty/act", request),
  setCompanion: (request: CompanionRequest) => post("/sandbox/companion", request),
  advanceClock: (ms: number) => post("/sandbox/clock", { advance_ms: ms }),
  reset: () => post("/sandbox/reset", {}),
};
