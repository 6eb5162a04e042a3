/** PagerDuty's client in place of the real one, which may send each resolve twice: a planted fault. */
import { api as send } from "@pagerduty/pdjs";

interface Request {
  readonly method?: string;
  readonly data?: object;
}

const sendOne = send as unknown as (request: Request) => Promise<unknown>;

export async function api(request: Request): Promise<unknown> {
  const isResolve = request.method === "PUT" && JSON.stringify(request.data ?? {}).includes('"resolved"');
  if (isResolve && process.env["CHAOS_FAULT"] === "resolve sent twice") await sendOne(request);
  return sendOne(request);
}
