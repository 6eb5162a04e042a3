/** What every call of REST v2 shares: errors in PagerDuty's form, the acting user of `From`, paging. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { accept, refuse, type Result } from "../../core/result.ts";
import { userByEmail } from "./directory.ts";
import type { Agent } from "./state.ts";

export interface RestProblem {
  readonly status: ContentfulStatusCode;
  readonly code: number;
  readonly message: string;
  readonly errors?: readonly string[];
}

export const NOT_FOUND: RestProblem = { status: 404, code: 2100, message: "Not Found" };
export const ALREADY_RESOLVED: RestProblem = {
  status: 400,
  code: 1001,
  message: "Incident Already Resolved",
  errors: ["Incident Already Resolved"],
};

export function invalidInput(...errors: string[]): RestProblem {
  return { status: 400, code: 2001, message: "Invalid Input Provided", errors };
}

export function answerProblem(c: Context, { status, code, message, errors }: RestProblem) {
  return c.json({ error: { message, code, ...(errors ? { errors } : {}) } }, status);
}

/** The user in whose name a write happens. Account keys need the header on every write. */
export function actingUser(c: Context): Result<Agent & { kind: "user" }, RestProblem> {
  const from = c.req.header("from")?.trim() ?? "";
  if (from === "") {
    return refuse({
      status: 400,
      code: 2016,
      message: 'You must specify a user\'s email address in the "From" header to perform this action',
      errors: [],
    });
  }
  if (!/^[^\s<>|:@]+@[^\s<>|:@]+\.[^\s<>|:@]+$/.test(from)) {
    return refuse({ status: 400, code: 1028, message: 'Malformed "From" header.', errors: [] });
  }
  const user = userByEmail(from);
  if (!user) return refuse({ status: 400, code: 1008, message: "Requester User Not Found" });
  return accept({ kind: "user", userId: user.id });
}

/** The JSON body of a request, checked; anything unreadable is invalid input. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<Result<z.output<Schema>, RestProblem>> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    return refuse(invalidInput("The body is not valid JSON"));
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return accept(parsed.data);
  return refuse(invalidInput(...parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)));
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly fields: { limit: number; offset: number; more: boolean; total: number | null };
}

/** Cuts a list as `limit` (25 unless told, at most 100), `offset` and `total` ask for. */
export function paged<Item>(c: Context, all: readonly Item[]): Result<Page<Item>, RestProblem> {
  const asked = Number(c.req.query("limit") ?? 25);
  const offset = Number(c.req.query("offset") ?? 0);
  if (!Number.isInteger(asked) || asked < 1 || !Number.isInteger(offset) || offset < 0) {
    return refuse(invalidInput("limit and offset must be whole numbers"));
  }
  const limit = Math.min(asked, 100);
  if (offset + limit > 10_000) return refuse(invalidInput("offset + limit must not be above 10000"));
  const total = c.req.query("total") === "true" ? all.length : null;
  const more = offset + limit < all.length;
  return accept({ items: all.slice(offset, offset + limit), fields: { limit, offset, more, total } });
}
