import type { StormNews } from "../../core/protocol.ts";
import type { App } from "../shared/app.ts";
import { safeJson } from "../shared/people.ts";
import { numberOf, recordOf, SlackProblem, textOf } from "../shared/slack.ts";
import { tellStorm } from "../shared/umbrella.ts";

/** How a storm stands: its umbrella channel and the feed say so. An older message than the last changes nothing. */
export async function takeStormNews(
  app: App,
  deliveryId: string,
  subject: string,
  sequence: number,
  data: string,
): Promise<void> {
  await tellStorm(app, newsOf(data), sequence);
  await app.companion.call("confirm", { deliveryId, incidentId: subject, outcome: "applied" });
}

function newsOf(data: string): StormNews {
  const fields = recordOf(safeJson(data));
  const id = textOf(fields["id"]);
  if (id === "") throw new SlackProblem("The companion's message names no storm.");
  const ended = recordOf(fields["ended"]);
  return {
    id,
    number: textOf(fields["number"]),
    since: numberOf(fields["since"]),
    services: numberOf(fields["services"]),
    incidents: numberOf(fields["incidents"]),
    channelId: textOf(fields["channelId"]),
    channelName: textOf(fields["channelName"]),
    ...(fields["ended"] === undefined
      ? {}
      : {
          ended: {
            at: numberOf(ended["at"]),
            decided: numberOf(ended["decided"]),
            undecided: numberOf(ended["undecided"]),
            longestMs: numberOf(ended["longestMs"]),
          },
        }),
  };
}
