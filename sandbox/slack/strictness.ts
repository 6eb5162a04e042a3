/**
 * What nobody could look up about the real Slack, in its strictest reading: an app that works against these works
 * against anything milder. Numbers that the product needs as well come from core/assumptions.ts.
 */
export {
  INTERACTION_LIMIT_MS,
  MAIN_HANDLER_LIMIT_MS,
  OPEN_EXECUTION_LIFETIME_MS,
  POINTER_LIFETIME_MS,
  STEP_TOKEN_LIFETIME_MS,
  TRIGGER_BODY_MAX_BYTES,
  TRIGGER_INTERVAL_MS,
  TRIGGER_REFUSAL_STATUS,
  TRIGGER_STRING_MAX_BYTES,
} from "../../core/assumptions.ts";

/** A token that outlived its time, and one whose step is over, are refused alike. */
export const DEAD_TOKEN_ERROR = "token_revoked";
/** Seen once: what Slack answers when a bot wants to unarchive a channel. */
export const BOT_UNARCHIVE_ERROR = "not_in_channel";
/** Buttons that another execution put into a message belong to nobody. */
export const EDITED_BY_ANOTHER_KILLS_BUTTONS = true;
/** Elements that views.update brought in have been reported to fire nothing (deno-slack-sdk #441). */
export const UPDATED_ELEMENTS_ARE_DEAD = true;
/** The error of completing a step with the token of another execution. */
export const FOREIGN_COMPLETION_ERROR = "access_denied";
/** What is said to a person whose press reaches nobody. */
export const DEAD_BUTTON_NOTICE = "This button no longer works. What it belonged to has ended.";
