import { cutCharacters, slug } from "./text.ts";

/** Slack's limit on a channel's name. */
const MAX_LENGTH = 80;

/**
 * The name of an incident's channel. The number comes first so that cutting never makes two names equal, and the same
 * incident always gives the same name: creating the channel twice fails with `name_taken` instead of making a second one.
 */
export function channelName(number: string, serviceName: string): string {
  const service = slug(serviceName, 40);
  return [`inc-${slug(number, 20)}`, service]
    .filter((part) => part !== "")
    .join("-")
    .slice(0, MAX_LENGTH);
}

const PURPOSE_PREFIX = "Pager Triage incident ";

/** The channel's purpose: holds the incident's permanent id, by which a channel is known to be ours. */
export function channelPurpose(incidentId: string, title: string): string {
  return cutCharacters(`${PURPOSE_PREFIX}${incidentId}: ${title}`, 250);
}

/** Whether a channel's purpose was written for this incident. */
export function isPurposeOf(incidentId: string, purpose: string): boolean {
  return purpose.startsWith(`${PURPOSE_PREFIX}${incidentId}:`);
}
