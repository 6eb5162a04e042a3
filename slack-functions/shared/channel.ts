import { channelName, channelPurpose, isPurposeOf } from "../../core/channel_name.ts";
import type { StoredAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { cardBlockId, cardBlocks, cardText } from "./card.ts";
import { hasBlock, lastMessages } from "./history.ts";
import { type IncidentRecord, sharesChannel } from "./incidents.ts";
import { viewOf } from "./publish.ts";
import { mayCall, mustCall, recordOf, type Slack, SlackProblem, textOf } from "./slack.ts";

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

/** Slack cannot do it right now. */
const PASSING = [
  "ratelimited",
  "unreachable",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
];

/** How often a name is varied when strangers hold it. */
const NAME_ATTEMPTS = 5;
/** Slack lists channels in pages; 20 pages of 999 are more channels than a look-up should read. */
const LIST_PAGES = 20;
/** How many messages are looked through for a card that an earlier run posted. */
const LOOK_BACK = 200;

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
export function createFurtherChannel(app: App, record: IncidentRecord): Promise<Channel> {
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

/**
 * The card's timestamp: posted now, or found where an earlier run posted it and did not live to say so.
 * @param isRepeat whether an earlier run may have posted it
 */
export async function ensureCard(
  app: App,
  record: IncidentRecord,
  known: readonly StoredAlert[],
  isRepeat = true,
): Promise<string> {
  if (record.cardTs !== "") return record.cardTs;
  const posted = isRepeat ? await findCard(app.slack, record) : undefined;
  return posted ?? postOneCard(app, record, known);
}

/** Two runs may post at once, and then the first card stays. */
export async function postOneCard(app: App, record: IncidentRecord, known: readonly StoredAlert[]): Promise<string> {
  const channel = record.channelId;
  const mine = await postCard(app, record, known);
  const messages = await lastMessages(app.slack, { channel }, LOOK_BACK);
  const cards = messages.filter((message) => hasBlock(message, cardBlockId(record.incident.id)));
  const first = cards.map((message) => textOf(message["ts"])).sort((a, b) => Number(a) - Number(b))[0] ?? mine;
  if (first !== mine) await mayCall(app.slack, "chat.delete", { channel, ts: mine });
  return first;
}

/** Posts the card at the top of its channel; where the channel is shared, it begins the incident's thread. */
async function postCard(app: App, record: IncidentRecord, known: readonly StoredAlert[]): Promise<string> {
  const view = await viewOf(app, record, known, false);
  const answer = await mustCall(app.slack, "chat.postMessage", {
    channel: record.channelId,
    text: cardText(record),
    blocks: cardBlocks(view),
    unfurl_links: false,
    unfurl_media: false,
  });
  return textOf(answer["ts"]);
}

async function findCard(slack: Slack, record: IncidentRecord): Promise<string | undefined> {
  const messages = await lastMessages(slack, { channel: record.channelId }, LOOK_BACK);
  const card = messages.find((message) => hasBlock(message, cardBlockId(record.incident.id)));
  return card ? textOf(card["ts"]) || undefined : undefined;
}

/** A message's permanent link; where Slack does not give one now, Slack's own way to a channel by its id. */
export async function permalinkOf(app: App, channel: string, ts: string): Promise<string> {
  const answer = await mayCall(app.slack, "chat.getPermalink", { channel, message_ts: ts });
  return textOf(answer["permalink"]) || `https://slack.com/app_redirect?channel=${channel}`;
}
