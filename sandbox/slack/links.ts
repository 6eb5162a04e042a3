/** A person opens a link trigger: from the shortcuts menu, a bookmark, or a workflow button of a message. */
import { z } from "zod";
import type { LinkRequest, PressRequest } from "../page_api.ts";
import { interactivityOf } from "./credentials.ts";
import { BadRequest, clickedMessage, type Element } from "./interactivity.ts";
import { knownUser } from "./people.ts";
import { addNotice, nextTs, type Platform } from "./platform.ts";
import type { Runs } from "./runs.ts";
import type { Values } from "./state.ts";
import { fireTrigger, triggerOfLink } from "./triggers.ts";

const Workflow = z.object({
  trigger: z.object({
    url: z.string(),
    customizable_input_parameters: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  }),
});

interface Opening {
  readonly user: string;
  readonly url: string;
  readonly data: Values;
  readonly customized?: Values;
}

function open(platform: Platform, runs: Runs, { user, url, data, customized }: Opening): void {
  const trigger = triggerOfLink(platform, url);
  if (!trigger) throw new BadRequest("This link starts no workflow.");
  const problem = fireTrigger(platform, runs, {
    ...trigger,
    data: { ...data, user_id: user, interactivity: interactivityOf(platform, user) },
    ...(customized ? { customized } : {}),
    startedBy: user,
  });
  if (typeof problem === "string")
    addNotice(platform, user, `"${trigger.definition.name}" could not be started: ${problem}`);
}

export function openLink(platform: Platform, runs: Runs, request: LinkRequest): void {
  const user = knownUser(platform, request.user);
  const channel = request.channel === undefined ? undefined : platform.state.channels[request.channel];
  if (request.channel !== undefined && !channel) throw new BadRequest(`There is no channel ${request.channel}.`);
  const bookmark = channel?.bookmarks.find((candidate) => candidate.link === request.url);
  const started = channel ? { channel_id: channel.id, message_ts: nextTs(platform) } : {};
  const from = bookmark ? { location: "bookmark", bookmark_id: bookmark.id } : { location: "message" };
  open(platform, runs, { user, url: request.url, data: { ...started, ...from } });
}

/** A workflow button outlives the execution that posted it, and works in any message. */
export function pressWorkflowButton(platform: Platform, runs: Runs, request: PressRequest, found: Element): void {
  const message = clickedMessage(platform, request);
  const { trigger } = Workflow.parse(found.element["workflow"]);
  open(platform, runs, {
    user: knownUser(platform, request.user),
    url: trigger.url,
    data: {
      channel_id: message.channel,
      message_ts: message.ts,
      location: "button",
      action_id: request.actionId,
      block_id: request.blockId,
    },
    customized: Object.fromEntries(trigger.customizable_input_parameters.map(({ name, value }) => [name, value])),
  });
}
