/** Whom and what PagerDuty knows in the demo company: users, services, escalation policies, priorities. */
import { APP, type DemoService, PEOPLE, SANDBOX_PAGERDUTY_FROM, SERVICES } from "../seed.ts";
import { MORE_SERVICES, REGIONAL_SERVICES } from "./more_services.ts";

export interface PagerdutyUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly jobTitle: string;
  readonly role: "user" | "limited_user";
}

/** The user behind PAGERDUTY_FROM: an integration's account, never on call. */
const BOT: PagerdutyUser = {
  id: "PTRIAG1",
  name: APP.name,
  email: SANDBOX_PAGERDUTY_FROM,
  jobTitle: "Integration",
  role: "limited_user",
};

export const USERS: readonly PagerdutyUser[] = [
  ...PEOPLE.map(({ pagerdutyId, name, email, title }) => ({
    id: pagerdutyId,
    name,
    email,
    jobTitle: title,
    role: "user" as const,
  })),
  BOT,
];

/** Those that a storm of the panel goes through: the panel's own, then the quiet ones. */
export const STORM_SERVICES: readonly DemoService[] = [...SERVICES, ...MORE_SERVICES];

/** All that PagerDuty knows. */
export const ALL_SERVICES: readonly DemoService[] = [...STORM_SERVICES, ...REGIONAL_SERVICES];

/** Who raises an incident by hand in the demo: the support lead, who hears of it first. */
export const REPORTER_ID = "PMIKA01";

export const PRIORITIES = [
  { id: "PPRIO01", name: "P1", description: "Customers cannot use the product" },
  { id: "PPRIO02", name: "P2", description: "Many customers are held up" },
  { id: "PPRIO03", name: "P3", description: "Some customers notice" },
  { id: "PPRIO04", name: "P4", description: "Nobody outside notices" },
] as const;

export function userById(id: string): PagerdutyUser | undefined {
  return USERS.find((user) => user.id === id);
}

export function userByEmail(email: string): PagerdutyUser | undefined {
  const wanted = email.trim().toLowerCase();
  return USERS.find((user) => user.email.toLowerCase() === wanted);
}

export function serviceById(id: string): DemoService | undefined {
  return ALL_SERVICES.find((service) => service.id === id);
}

export function serviceByRoutingKey(routingKey: string): DemoService | undefined {
  return ALL_SERVICES.find((service) => service.routingKey === routingKey);
}

/** A service that an incident was stored with; the directory never loses one. */
export function knownService(id: string): DemoService {
  const service = serviceById(id);
  if (!service) throw new Error(`The stand-in of PagerDuty holds an incident of the unknown service ${id}.`);
  return service;
}

/** The services and on-call people of an escalation policy, which in the demo belongs to one service each. */
export function policyById(id: string): DemoService["escalationPolicy"] | undefined {
  return ALL_SERVICES.find((service) => service.escalationPolicy.id === id)?.escalationPolicy;
}

/** Who is on call at a level, counted from 1; undefined above the last level. */
export function onCallAt(policyId: string, level: number): string | undefined {
  return ALL_SERVICES.find((service) => service.escalationPolicy.id === policyId)?.onCall[level - 1];
}

/** The id of a service's Events API integration. */
export function integrationId(service: DemoService): string {
  return `PINT${service.id.slice(1)}`;
}
