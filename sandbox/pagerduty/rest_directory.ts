/** REST v2: users, services, priorities, who is on call. */
import { type Context, Hono } from "hono";
import { fromIso } from "../../core/time.ts";
import { ALL_SERVICES, PRIORITIES, serviceById, userById, USERS } from "./directory.ts";
import type { Representation } from "./representation.ts";
import { answerProblem, invalidInput, NOT_FOUND, paged } from "./rest_request.ts";

const SERVICES_SINCE = fromIso("2025-11-03T09:00:00Z") ?? 0;

/** Routes below the address of the REST API. */
export function createDirectoryRoutes(show: Representation): Hono {
  const routes = new Hono();

  function list<Item>(c: Context, name: string, items: readonly Item[], represent: (item: Item) => unknown) {
    const page = paged(c, items);
    if (!page.ok) return answerProblem(c, page.refusal);
    return c.json({ [name]: page.value.items.map(represent), ...page.value.fields });
  }

  routes.get("/users", (c) => {
    const query = c.req.query("query")?.toLowerCase() ?? "";
    // Documented to match names, it matches parts of e-mail addresses too.
    const users = USERS.filter(({ name, email }) => `${name}\n${email}`.toLowerCase().includes(query));
    return list(c, "users", users, show.userDetails);
  });
  routes.get("/users/me", (c) =>
    answerProblem(c, { ...invalidInput("An account key belongs to no user"), code: 2017 }),
  );
  routes.get("/users/:id", (c) => {
    const user = userById(c.req.param("id"));
    return user ? c.json({ user: show.userDetails(user) }) : answerProblem(c, NOT_FOUND);
  });

  routes.get("/services", (c) => {
    const query = c.req.query("query")?.toLowerCase() ?? "";
    const services = ALL_SERVICES.filter(({ name }) => name.toLowerCase().includes(query));
    return list(c, "services", services, (service) => show.serviceDetails(service, SERVICES_SINCE));
  });
  routes.get("/services/:id", (c) => {
    const service = serviceById(c.req.param("id"));
    return service ? c.json({ service: show.serviceDetails(service, SERVICES_SINCE) }) : answerProblem(c, NOT_FOUND);
  });

  routes.get("/priorities", (c) =>
    list(c, "priorities", PRIORITIES, ({ id, name, description }) => ({
      ...show.priority(id),
      type: "priority",
      name,
      description,
    })),
  );

  routes.get("/oncalls", (c) => {
    const policies = c.req.queries("escalation_policy_ids[]") ?? [];
    const users = c.req.queries("user_ids[]") ?? [];
    const onCalls = ALL_SERVICES.flatMap(({ escalationPolicy, onCall }) =>
      onCall.map((userId, index) => ({ policyId: escalationPolicy.id, userId, level: index + 1 })),
    ).filter(
      ({ policyId, userId }) =>
        (policies.length === 0 || policies.includes(policyId)) && (users.length === 0 || users.includes(userId)),
    );
    return list(c, "oncalls", onCalls, ({ policyId, userId, level }) => ({
      user: show.user(userId),
      schedule: null,
      escalation_policy: show.policy(policyId),
      escalation_level: level,
      start: null,
      end: null,
    }));
  });

  return routes;
}
