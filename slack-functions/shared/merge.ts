import type { PersonsDecision } from "../../core/protocol.ts";
import { readAlerts, type StoredAlert, writeAlert } from "./alerts.ts";
import type { App } from "./app.ts";
import { attachmentBlocks } from "./attachments.ts";
import { type Block, context, section } from "./card.ts";
import { alertIdsOf, type IncidentRecord, saveRecord, sharesChannel, whereOf } from "./incidents.ts";
import { invitePeople, inviteUsers, membersOf, sayUninvited } from "./invite.ts";
import { laterAlerts } from "./later_alerts.ts";
import { channelLink, escapeText, link, mention, plainName } from "./mrkdwn.ts";
import { isPosted } from "./posted.ts";
import { publish } from "./publish.ts";
import { mayCall } from "./slack.ts";
import { takeOutButton } from "./workflow_buttons.ts";

/**
 * What a merge does to the target: it gets the source's alerts, a message that says so, and the source's people.
 * @param isRepeat the decision was applied before, perhaps not to the end: nothing is posted twice
 */
export async function carryMergeOver(
  app: App,
  source: IncidentRecord,
  target: IncidentRecord,
  decision: PersonsDecision,
  isRepeat: boolean,
): Promise<void> {
  const alerts = await readAlerts(app.slack, alertIdsOf(source));
  const moved: StoredAlert[] = [];
  for (const stored of alerts) {
    const { relation } = stored.alert;
    if (relation !== "attached" && relation !== "offered") continue;
    // One that went elsewhere before stays there, though the source lists it still.
    if (stored.incidentId !== source.incident.id && stored.incidentId !== target.incident.id) continue;
    moved.push(await writeAlert(app, stored, stored.alert, target.incident.id));
  }
  // The companion tells the target's list in full; until it does, the card must not forget what was just merged. What
  // nobody answered is asked about at the target with the companion's next news.
  const attached = moved.filter(({ alert }) => alert.relation === "attached");
  const alertIds = [...new Set([...target.alertIds, ...attached.map(({ alert }) => alert.id)])];
  const after = await saveRecord(app, target, { alertIds });
  await invitePeopleOf(app, source, target, moved);
  const marker = mergeMarker(source, decision.id);
  if (!isRepeat || !(await isPosted(app, target, marker))) {
    await mayCall(app.slack, "chat.postMessage", {
      ...whereOf(target),
      text: `${plainName(decision.by.name)} merged #${escapeText(source.incident.number, 20)} into this incident.`,
      blocks: [
        ...mergedBlocks(source, moved, decision, marker),
        ...takeOutButton(source.incident.id, app.settings.links),
      ],
      unfurl_links: false,
      unfurl_media: false,
    });
  }
  await publish(app, after, { known: moved });
}

/** One message a merge: after an undo the same two may be merged again. */
export function mergeMarker(source: IncidentRecord, decisionId: string): string {
  return `merged:${source.incident.id}:${decisionId}`;
}

function mergedBlocks(
  source: IncidentRecord,
  moved: readonly StoredAlert[],
  decision: PersonsDecision,
  marker: string,
): Block[] {
  const { incident } = source;
  const head = `${mention(decision.by.slackUserId)} made *#${escapeText(incident.number, 20)} ${escapeText(incident.serviceName, 80)}: ${escapeText(incident.title, 200)}* part of this incident (from ${channelLink(source.channelId)}).`;
  const attached = moved.filter(({ alert }) => alert.relation === "attached").slice(0, 5);
  return [
    section(head, marker),
    ...attached.flatMap(({ alert }) => [
      section(`*PagerDuty*  ${link(alert.url, alert.title, 200)}`),
      ...attachmentBlocks(alert.attachments, 2),
    ]),
    ...(source.unansweredCount > 0
      ? [
          section(
            `${laterAlerts(source.unansweredCount)} that nobody answered came along. The card's thread asks about them.`,
          ),
        ]
      : []),
    context("Its alerts are resolved in PagerDuty when this incident is."),
  ];
}

/** The source's people come along; of a channel that others share only those whom its own alerts page. */
async function invitePeopleOf(
  app: App,
  source: IncidentRecord,
  target: IncidentRecord,
  moved: readonly StoredAlert[],
): Promise<void> {
  if (source.channelId === target.channelId) return;
  const paged = moved.flatMap(({ alert }) => alert.paged);
  const uninvited = sharesChannel(source)
    ? await invitePeople(app, target.channelId, paged, source.startedBy?.slackUserId)
    : await inviteUsers(app, target.channelId, await membersOf(app, source.channelId));
  await sayUninvited(app, target, uninvited);
}
