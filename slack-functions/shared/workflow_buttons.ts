import { type Incident, isOpen } from "../../core/incident.ts";
import type { Block, CardView } from "./card.ts";
import { sharesChannel } from "./incidents.ts";
import type { Settings } from "./settings.ts";

/** Workflow buttons only: they outlive every run. A button whose link is not configured is left out. */
export function cardButtons({ record, links, alerts }: CardView): Block[] {
  const { incident } = record;
  const elements: Block[] = [];
  if (incident.status === "active" && links.resolve) {
    elements.push(workflowButton("Resolve incident", "resolve", links.resolve, incident.id, "primary"));
  }
  // A resolve that PagerDuty refused is nobody's to forget: whoever reads the card can ask for it again.
  const isRefused = alerts.some(({ alert }) => alert.relation === "attached" && alert.closing.state === "failed");
  if (!isOpen(incident) && incident.status !== "merged" && isRefused && links.resolve) {
    elements.push(workflowButton("Try again…", "try_again", links.resolve, incident.id, "primary"));
  }
  if (incident.status === "triage" && links.askAgain) {
    elements.push(workflowButton("Buttons not working?", "ask_again", links.askAgain, incident.id));
  }
  const snooze = incident.status === "triage" ? snoozeButton(links, incident.id) : undefined;
  if (snooze) elements.push(snooze);
  if (isOpen(incident) && sharesChannel(record) && links.split) {
    elements.push(workflowButton("Give it its own channel", "split_out", links.split, incident.id));
  }
  if (links.why) elements.push(workflowButton("Why?", "why", links.why, incident.id));
  const attached = alerts.map(({ alert }) => alert).filter(({ relation }) => relation === "attached");
  // The question's order never changes, so what is over before anybody decided has its own button.
  const isOver = attached.length > 0 && attached.every(({ status }) => status === "resolved");
  if (incident.status === "triage" && isOver && links.dismiss) {
    elements.push(workflowButton("Dismiss…", "dismiss", links.dismiss, incident.id));
  }
  elements.push(...undoButton(incident, links, attached.length > 1 ? "Take an alert off…" : undefined));
  // A fixed id, so that a press on a card that is being redrawn still finds its button.
  return elements.length > 0 ? [{ type: "actions", block_id: "card_buttons", elements }] : [];
}

/** What can be done from the feed: second thoughts, since the channel of a closed incident may be archived by then. */
export function feedButtons({ record, links }: CardView): Block[] {
  const elements = undoButton(record.incident, links);
  return elements.length > 0 ? [{ type: "actions", block_id: "feed_buttons", elements }] : [];
}

const UNDO_WORDS: Partial<Record<Incident["status"], string>> = {
  dismissed: "Undo…",
  merged: "Undo…",
  resolved: "Reopen…",
};

/** @param whileOpen what the button says while there is nothing to undo; without it there is no button then */
function undoButton(incident: Incident, links: Settings["links"], whileOpen?: string): Block[] {
  const words = UNDO_WORDS[incident.status] ?? whileOpen;
  return words && links.undo ? [workflowButton(words, "undo", links.undo, incident.id)] : [];
}

/** In the message that tells a target of a merge: the button belongs to the incident that was merged into it. */
export function takeOutButton(sourceId: string, links: Settings["links"]): Block[] {
  if (!links.undo) return [];
  const elements = [workflowButton("Take it out again…", "undo", links.undo, sourceId)];
  return [{ type: "actions", block_id: "take_out", elements }];
}

/** Puts the reminders off; undefined where its link is not configured. */
export function snoozeButton(links: Settings["links"], incidentId: string): Block | undefined {
  return links.snooze ? workflowButton("Snooze", "snooze", links.snooze, incidentId) : undefined;
}

export function workflowButton(
  text: string,
  actionId: string,
  url: string,
  incidentId: string,
  style?: "primary",
): Block {
  return {
    type: "workflow_button",
    text: { type: "plain_text", text },
    action_id: actionId,
    ...(style ? { style } : {}),
    workflow: { trigger: { url, customizable_input_parameters: [{ name: "incident_id", value: incidentId }] } },
  };
}
