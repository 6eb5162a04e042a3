import { channelName, channelPurpose, isPurposeOf } from "../../core/channel_name.ts";
import type { App } from "./app.ts";
import { type IncidentRecord, sharesChannel } from "./incidents.ts";
import { mustCall, PASSING, recordOf, type Slack, SlackProblem, textOf } from "./slack.ts";

interface Channel {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
}

/** A channel to be made, or to be found where an earlier run made it. */
interface Wanted {
  readonly base: string;
  readonly purpose: string;
  /** What the purpose names: by this the channel is known to be ours. */
  readonly key: string;
  /** The first number that the name may carry; 1 is the name without one. */
  readonly first: number;
  /** A channel that is not meant, though it is ours. */
  readonly notThis: string;
}

/** Slack does not let us make a channel, today and tomorrow: the triage has to live elsewhere. */
export class ChannelRefused extends SlackProblem {
  /** Slack's own word for it. */
  readonly error: string;

  constructor(message: string, error: string) {
    super(message);
    this.error = error;
  }
}

/** How often a name is varied when strangers hold it. */
const NAME_ATTEMPTS = 5;
/** Slack lists channels in pages; 20 pages of 999 are more channels than a look-up should read. */
const LIST_PAGES = 20;

/**
 * The incident's channel: made now, or found where an earlier run made it. The name is deterministic, so creating it
 * twice fails with `name_taken`; a channel of that name is adopted only if it is ours.
 */
export function ensureChannel(app: App, record: IncidentRecord): Promise<Channel> {
  const { channelId, channelName: name, incident } = record;
  const purpose = channelPurpose(incident.id, incident.title);
  if (channelId !== "") return Promise.resolve({ id: channelId, name, purpose });
  return createOrAdopt(app.slack, wantedFor(record, 1));
}

/** A further channel for an incident whose own one is lost to it: inc-142-checkout-2, -3 and so on. */
export function createFurtherChannel(app: App, record: IncidentRecord): ReturnType<typeof createOrAdopt> {
  // An incident that shared a channel had none of its own yet.
  return createOrAdopt(app.slack, wantedFor(record, sharesChannel(record) ? 1 : 2));
}

function wantedFor({ incident, channelId }: IncidentRecord, first: number): Wanted {
  return {
    base: channelName(incident.number, incident.serviceName),
    purpose: channelPurpose(incident.id, incident.title),
    key: incident.id,
    first,
    notThis: channelId,
  };
}

/** @returns with it whether this call made it */
export async function createOrAdopt(slack: Slack, wanted: Wanted): Promise<Channel & { readonly isNew: boolean }> {
  const { base, purpose, key, first, notThis } = wanted;
  const last = first + NAME_ATTEMPTS - 1;
  for (let number = first; number <= last; number += 1) {
    const name = number === 1 ? base : `${base.slice(0, 77)}-${number}`;
    const created = await slack.call("conversations.create", { name, is_private: false });
    if (created.ok) {
      const channel = recordOf(created["channel"]);
      return { id: textOf(channel["id"]), name: textOf(channel["name"]) || name, purpose, isNew: true };
    }
    const error = created.error ?? "no reason given";
    if (error !== "name_taken") {
      const problem = `Slack refused to create #${name}: ${error}.`;
      throw PASSING.includes(error) ? new SlackProblem(problem) : new ChannelRefused(problem, error);
    }
    const ours = await findOwnChannel(slack, name, key);
    if (ours && ours !== notThis) return { id: ours, name, purpose, isNew: false };
  }
  const problem = `The channel names #${base} to #${base}-${last} are all taken by other channels.`;
  throw new ChannelRefused(problem, "name_taken");
}

/** Ours is a channel that this app created, with this incident's id in its purpose or no purpose yet. */
async function findOwnChannel(slack: Slack, name: string, incidentId: string): Promise<string | undefined> {
  const me = textOf((await mustCall(slack, "auth.test", {}))["user_id"]);
  let cursor = "";
  for (let page = 0; page < LIST_PAGES; page += 1) {
    const answer = await mustCall(slack, "conversations.list", {
      exclude_archived: true,
      types: "public_channel",
      limit: 999,
      ...(cursor ? { cursor } : {}),
    });
    const channels = Array.isArray(answer["channels"]) ? answer["channels"].map(recordOf) : [];
    const found = channels.find((channel) => channel["name"] === name);
    if (found) {
      const purpose = textOf(recordOf(found["purpose"])["value"]);
      const isOurs = found["creator"] === me && (purpose === "" || isPurposeOf(incidentId, purpose));
      return isOurs ? textOf(found["id"]) : undefined;
    }
    cursor = textOf(recordOf(answer["response_metadata"])["next_cursor"]);
    if (cursor === "") return undefined;
  }
  return undefined;
}
