import { Manifest } from "deno-slack-sdk/mod.ts";
import { outgoingDomain } from "./core/outgoing_domain.ts";
import { AlertsDatastore } from "./datastores/alerts.ts";
import { FeedLinesDatastore } from "./datastores/feed_lines.ts";
import { IncidentsDatastore } from "./datastores/incidents.ts";
import { OpenIncidentsDatastore } from "./datastores/open_incidents.ts";
import { PendingDatastore } from "./datastores/pending.ts";
import { StormsDatastore } from "./datastores/storms.ts";
import { AskAgainWorkflow } from "./workflows/ask_again.ts";
import { DismissIncidentWorkflow } from "./workflows/dismiss_incident.ts";
import { ExplainAlertWorkflow } from "./workflows/explain_alert.ts";
import { ExplainByLinkWorkflow } from "./workflows/explain_by_link.ts";
import { HandleNewsWorkflow } from "./workflows/handle_news.ts";
import { HandleSignalWorkflow } from "./workflows/handle_signal.ts";
import { OpenFromFeedWorkflow } from "./workflows/open_from_feed.ts";
import { SplitOutWorkflow } from "./workflows/split_out.ts";
import { ResolveIncidentWorkflow } from "./workflows/resolve_incident.ts";
import { SnoozeTriageWorkflow } from "./workflows/snooze_triage.ts";
import { StartTriageWorkflow } from "./workflows/start_triage.ts";
import { TriageAlertWorkflow } from "./workflows/triage_alert.ts";
import { UndoTriageWorkflow } from "./workflows/undo_triage.ts";
import { WatchCompanionWorkflow } from "./workflows/watch_companion.ts";

/** COMPANION_URL at build time: Slack's hooks run this file under Deno, our own tools under Node. */
function companionUrl(): string | undefined {
  const platform = globalThis as {
    Deno?: { env: { get(name: string): string | undefined } };
    process?: { env: Record<string, string | undefined> };
  };
  return platform.process?.env["COMPANION_URL"] ?? platform.Deno?.env.get("COMPANION_URL");
}

const domain = outgoingDomain(companionUrl());
// Thrown, so that `slack run` and `slack deploy` stop with the sentence instead of shipping an app that cannot reach it.
if (!domain.ok) throw new Error(domain.refusal);

export default Manifest({
  name: "Pager Triage",
  description: "A PagerDuty alert opens a triage channel with one question: is this an incident?",
  longDescription:
    "A PagerDuty alert opens a Slack channel in triage, with the alert and the originating Sentry error attached, and one question: create an incident, merge it into another one, or dismiss it. Whoever decides sees who is being paged and what a press does to the page. Resolving in Slack resolves the attached alerts in PagerDuty, and says for each whether PagerDuty confirmed it.",
  icon: "assets/icon.png",
  backgroundColor: "#1f3d37",
  workflows: [
    TriageAlertWorkflow,
    StartTriageWorkflow,
    HandleSignalWorkflow,
    HandleNewsWorkflow,
    ResolveIncidentWorkflow,
    AskAgainWorkflow,
    ExplainAlertWorkflow,
    ExplainByLinkWorkflow,
    SnoozeTriageWorkflow,
    UndoTriageWorkflow,
    DismissIncidentWorkflow,
    OpenFromFeedWorkflow,
    SplitOutWorkflow,
    WatchCompanionWorkflow,
  ],
  datastores: [
    IncidentsDatastore,
    AlertsDatastore,
    OpenIncidentsDatastore,
    PendingDatastore,
    FeedLinesDatastore,
    StormsDatastore,
  ],
  outgoingDomains: [domain.value],
  botScopes: [
    "bookmarks:write",
    "channels:history",
    "channels:manage",
    "channels:read",
    "channels:write.invites",
    "channels:write.topic",
    "chat:write",
    "chat:write.public",
    "datastore:read",
    "datastore:write",
    // A person may make an incident's channel private; the app stays in it and needs these there.
    "groups:history",
    "groups:read",
    "groups:write",
    "pins:write",
    // Only for services whose setting `deciders` names a user group.
    "usergroups:read",
    "users:read",
    "users:read.email",
  ],
});
