/**
 * Preloaded into the real companion process: its clocks run fast, so that minutes of patience fit into a run, and its store
 * is opened through a wrapper that can run out of room and carry a planted fault. The product has no switch for it.
 */
import { register } from "node:module";
import { clockFromText } from "../fast_clock.ts";

const now = clockFromText(process.env["CHAOS_CLOCK"] ?? "", Date.now);
Date.now = now;
// What the companion measures with: how often it may call Slack, how long PagerDuty asked it to wait.
performance.now = now;
register("./redirect.ts", import.meta.url);
