import { channelName, channelPurpose, isPurposeOf } from "../../core/channel_name.ts";
import type { StoredAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { cardBlockId, cardBlocks, cardText } from "./card.ts";
import { type IncidentRecord, whereOf } from "./incidents.ts";
import { viewOf } from "./publish.ts";
import { mayCall, mustCall, recordOf, type Slack, SlackProblem, textOf } from "./slack.ts";

interface Channel {
  readonly id: string;
  readonly name: string;
  readonly purpose: string;
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
  return channelId === "" ? createOrAdopt(app, record, 1) : Promise.resolve({ id: channelId, name, purpose });
}

/** A further channel for an incident whose own one is lost to it: inc-142-checkout-2, -3 and so on. */
export function createFurtherChannel(app: App, record: IncidentRecord): Promise<Channel> {
  return createOrAdopt(app, record, 2);
}

/** @param first the first number that the name may carry; 1 is the name without one */
async function createOrAdopt(app: App, { incident, channelId }: IncidentRecord, first: number): Promise<Channel> {
  const base = channelName(incident.number, incident.serviceName);
  const purpose = channelPurpose(incident.id, incident.title);
  const last = first + NAME_ATTEMPTS - 1;
  for (let number = first; number <= last; number += 1) {
    const name = number === 1 ? base : `${base.slice(0, 77)}-${number}`;
    const created = await app.slack.call("conversations.create", { name, is_private: false });
    if (created.ok) {
      const channel = recordOf(created["channel"]);
      return { id: textOf(channel["id"]), name: textOf(channel["name"]) || name, purpose };
    }
    if (created.error !== "name_taken") {
      throw new SlackProblem(`Slack refused to create #${name}: ${created.error ?? "no reason given"}.`);
    }
    const ours = await findOwnChannel(app.slack, name, incident.id);
    if (ours && ours !== channelId) return { id: ours, name, purpose };
  }
  throw new SlackProblem(`The channel names #${base} to #${base}-${last} are all taken by other channels.`);
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

/** The card's timestamp: posted now, or found where an earlier run posted it and did not live to say so. */
export async function ensureCard(app: App, record: IncidentRecord, known: readonly StoredAlert[]): Promise<string> {
  if (record.cardTs !== "") return record.cardTs;
  const posted = await findCard(app.slack, record);
  return posted ?? postCard(app, record, known);
}

export async function postCard(app: App, record: IncidentRecord, known: readonly StoredAlert[]): Promise<string> {
  const view = await viewOf(app, record, known, false);
  const answer = await mustCall(app.slack, "chat.postMessage", {
    ...whereOf(record),
    text: cardText(record),
    blocks: cardBlocks(view),
    unfurl_links: false,
    unfurl_media: false,
  });
  return textOf(answer["ts"]);
}

async function findCard(slack: Slack, record: IncidentRecord): Promise<string | undefined> {
  const answer = await mayCall(slack, "conversations.history", { channel: record.channelId, limit: 50 });
  const messages = Array.isArray(answer["messages"]) ? answer["messages"].map(recordOf) : [];
  const wanted = cardBlockId(record.incident.id);
  const card = messages.find((message) => {
    const blocks = Array.isArray(message["blocks"]) ? message["blocks"].map(recordOf) : [];
    return blocks.some((block) => block["block_id"] === wanted);
  });
  return card ? textOf(card["ts"]) || undefined : undefined;
}
