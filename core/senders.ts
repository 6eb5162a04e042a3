import { alertmanager } from "./sender_alertmanager.ts";
import { cloudwatch } from "./sender_cloudwatch.ts";
import { datadog } from "./sender_datadog.ts";
import { grafana } from "./sender_grafana.ts";
import { newrelic } from "./sender_newrelic.ts";
import type { Sender } from "./sender.ts";

/** Whom we know beside Sentry. A vendor's own host is looked at before what may run anywhere. */
export const SENDERS: readonly Sender[] = [datadog, cloudwatch, newrelic, grafana, alertmanager];
