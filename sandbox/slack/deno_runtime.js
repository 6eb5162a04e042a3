// Slack's hosted runtime, as deno_slack_runtime does it: GET /health, POST /functions with {body, context}.
// Executed by Deno 1.46 and 2.x without configuration and with the permissions of a hosted function. The folder of the
// function bundles is the only argument. Each line on stdout is one JSON record for the host; see deno_host.ts.
import { AsyncLocalStorage } from "node:async_hooks";

const bundles = Deno.args[0];
const calls = new AsyncLocalStorage();
const writeLine = console.log.bind(console);

for (const level of ["debug", "log", "info", "warn", "error"]) {
  console[level] = (...values) => {
    const text = values.map((value) => (typeof value === "string" ? value : Deno.inspect(value))).join(" ");
    writeLine(JSON.stringify({ call: calls.getStore(), level, text }));
  };
}

const callbackIdOf = (body) => body.event?.function?.callback_id ?? body.function_data?.function?.callback_id;

const firstNonEmpty = (...values) =>
  values.find((value) => value !== undefined && value !== null && value !== "") ?? "";

function contextOf({ body, context }) {
  return {
    body,
    env: context.variables ?? {},
    token: firstNonEmpty(body.event?.bot_access_token, body.bot_access_token, context.bot_access_token),
    inputs: body.event?.inputs ?? body.function_data?.inputs ?? {},
    team_id: firstNonEmpty(context.team_id),
    enterprise_id: firstNonEmpty(body.enterprise_id, body.enterprise?.id),
  };
}

async function complete(handlerContext, method, body) {
  const url = `${(handlerContext.env.SLACK_API_URL ?? "https://slack.com/api/").replace(/\/$/, "")}/${method}`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${handlerContext.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  // The real runtime ignores the answer too: outputs that Slack refuses leave the step open.
  await response.body?.cancel();
}

async function runMain(handler, handlerContext) {
  const { event } = handlerContext.body;
  const answer = await handler({ ...handlerContext, event });
  if (answer === undefined || answer === null || typeof answer !== "object") {
    throw new Error("The function did not return an object; it must return {outputs}, {error} or {completed: false}.");
  }
  const function_execution_id = event.function_execution_id;
  if (answer.error) {
    await complete(handlerContext, "functions.completeError", { function_execution_id, error: answer.error });
  } else if (answer.completed !== false) {
    const outputs = answer.outputs ?? {};
    await complete(handlerContext, "functions.completeSuccess", { function_execution_id, outputs });
  }
  return {};
}

const ROUTES = {
  block_actions: (handler, context) => [handler.blockActions, { ...context, action: context.body.actions?.[0] }],
  block_suggestion: (handler, context) => [handler.blockSuggestion, context],
  view_submission: (handler, context) => [handler.viewSubmission, { ...context, view: context.body.view }],
  view_closed: (handler, context) => [handler.viewClosed, { ...context, view: context.body.view }],
};

async function runRoute(handler, type, handlerContext) {
  const [route, context] = ROUTES[type]?.(handler, handlerContext) ?? [undefined, handlerContext];
  try {
    if (route) return (await route(context)) ?? {};
  } catch (problem) {
    if (problem?.name !== "UnhandledEventError") throw problem;
  }
  if (handler.unhandledEvent) return (await handler.unhandledEvent(context)) ?? {};
  console.warn(`No handler of this function takes this ${type}, and it has no handler for unhandled events.`);
  return {};
}

async function dispatch(payload) {
  const { body } = payload;
  const type = body.event?.type ?? body.type;
  const callbackId = callbackIdOf(body);
  if (!callbackId) {
    console.warn(`The ${type} names no function.`);
    return {};
  }
  const { default: handler } = await import(`file://${bundles}/${callbackId}.js`);
  if (typeof handler !== "function") throw new Error(`The default export of ${callbackId} is not a function.`);
  const handlerContext = contextOf(payload);
  return type === "function_executed" ? runMain(handler, handlerContext) : runRoute(handler, type, handlerContext);
}

function explain(problem) {
  const text = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
  // Deno 2 calls a refused address NotCapable, and there the real runtime adds no hint.
  if (problem?.name !== "PermissionDenied") return text;
  return `${text}\nHint: the address may be missing from outgoingDomains in the manifest.`;
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  if (request.method === "GET" && pathname === "/health") return new Response("OK");
  if (request.method !== "POST" || pathname !== "/functions") return new Response("Not found", { status: 404 });
  const payload = await request.json();
  return calls.run(request.headers.get("x-sandbox-call") ?? undefined, async () => {
    try {
      return Response.json(await dispatch(payload));
    } catch (problem) {
      const text = explain(problem);
      console.error(text);
      return new Response(`error ${text}`, { status: 500 });
    }
  });
}

// A rejection that a function left behind must not end the process that serves all the others.
globalThis.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  console.error(`A promise was rejected and nobody awaited it: ${explain(event.reason)}`);
});

// Nobody writes to stdin: its end is the end of the process that started this one.
async function endWithParent() {
  for await (const _ of Deno.stdin.readable);
  Deno.exit(0);
}
void endWithParent();

Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => writeLine(JSON.stringify({ listening: port })) },
  answer,
);
