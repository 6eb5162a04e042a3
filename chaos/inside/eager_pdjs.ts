/** PagerDuty's client in place of the real one, which may send each resolve twice: a planted fault. */
import { api as send } from "@pagerduty/pdjs";

type Request = Parameters<typeof send>[0] & { readonly data?: object };

export async function api(request: Request): Promise<unknown> {
  const isResolve = request.method === "PUT" && JSON.stringify(request.data ?? {}).includes('"resolved"');
  if (isResolve && process.env["CHAOS_FAULT"] === "resolve sent twice") await send(request);
  return send(request);
}
