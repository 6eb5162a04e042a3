/** Slack's limits on the parts of blocks: texts, options, and the elements that people press and fill in. */
import { z } from "zod";

const lengthOf = (min: number, max: number) =>
  z
    .string("must be a text")
    .min(min, `must be more than ${min - 1} characters`)
    .max(max, `must be less than ${max + 1} characters`);

export const limitedText = lengthOf;
export const identifier = lengthOf(1, 255).optional();

/** plain_text of at most `max` characters. */
export const plain = (max: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: lengthOf(1, max), emoji: z.boolean().optional() });

export const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: lengthOf(1, max), verbatim: z.boolean().optional() });

export const anyText = (max: number) => z.discriminatedUnion("type", [plain(max), mrkdwn(max)]);

const confirm = z.strictObject({
  title: plain(100),
  text: anyText(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(["primary", "danger"]).optional(),
});

const option = z.strictObject({ text: plain(75), value: lengthOf(1, 75), description: plain(75).optional() });
/** Checkboxes and radio buttons take mrkdwn as well. */
const richOption = z.strictObject({ text: anyText(75), value: lengthOf(1, 75), description: anyText(75).optional() });
const linkOption = z.strictObject({
  text: plain(75),
  value: lengthOf(1, 75).optional(),
  description: plain(75).optional(),
  url: z.string().max(3_000).optional(),
});
const options = z.array(option).min(1).max(100, "no more than 100 items allowed");
const optionGroups = z
  .array(z.strictObject({ label: plain(75), options }))
  .min(1)
  .max(100, "no more than 100 items allowed");

const common = { action_id: identifier, confirm: confirm.optional(), focus_on_load: z.boolean().optional() };
const placeholder = { placeholder: plain(150).optional() };
const atMost = { max_selected_items: z.int().min(1).optional() };

const button = z.strictObject({
  type: z.literal("button"),
  text: plain(75),
  action_id: identifier,
  value: z.string().max(2_000, "must be less than 2001 characters").optional(),
  url: z.string().max(3_000, "must be less than 3001 characters").optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});

const workflowButton = z.strictObject({
  type: z.literal("workflow_button"),
  text: plain(75),
  action_id: identifier,
  workflow: z.strictObject({
    trigger: z.strictObject({
      url: z.url("must be a link trigger's address"),
      customizable_input_parameters: z
        .array(z.strictObject({ name: lengthOf(1, 255), value: z.string() }))
        .max(10, "no more than 10 items allowed")
        .optional(),
    }),
  }),
  style: z.enum(["primary", "danger"]).optional(),
  accessibility_label: z.string().max(75).optional(),
});

const oneSource = (element: { options?: unknown; option_groups?: unknown }) =>
  (element.options === undefined) !== (element.option_groups === undefined);
const ONE_SOURCE = "must have either options or option_groups";

const staticSelect = z
  .strictObject({
    type: z.literal("static_select"),
    ...common,
    ...placeholder,
    options: options.optional(),
    option_groups: optionGroups.optional(),
    initial_option: option.optional(),
  })
  .refine(oneSource, ONE_SOURCE);
const multiStaticSelect = z
  .strictObject({
    type: z.literal("multi_static_select"),
    ...common,
    ...placeholder,
    ...atMost,
    options: options.optional(),
    option_groups: optionGroups.optional(),
    initial_options: z.array(option).max(100).optional(),
  })
  .refine(oneSource, ONE_SOURCE);

const minQuery = { min_query_length: z.int().min(0).optional() };
const externalSelect = z.strictObject({
  type: z.literal("external_select"),
  ...common,
  ...placeholder,
  ...minQuery,
  initial_option: option.optional(),
});
const multiExternalSelect = z.strictObject({
  type: z.literal("multi_external_select"),
  ...common,
  ...placeholder,
  ...minQuery,
  ...atMost,
  initial_options: z.array(option).max(100).optional(),
});

const ids = z.array(z.string().min(1)).optional();
const pickers = [
  z.strictObject({
    type: z.literal("users_select"),
    ...common,
    ...placeholder,
    initial_user: z.string().min(1).optional(),
  }),
  z.strictObject({ type: z.literal("multi_users_select"), ...common, ...placeholder, ...atMost, initial_users: ids }),
  z.strictObject({
    type: z.literal("channels_select"),
    ...common,
    ...placeholder,
    initial_channel: z.string().min(1).optional(),
    response_url_enabled: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal("multi_channels_select"),
    ...common,
    ...placeholder,
    ...atMost,
    initial_channels: ids,
  }),
  z.looseObject({ type: z.literal("conversations_select"), ...common, ...placeholder }),
  z.looseObject({ type: z.literal("multi_conversations_select"), ...common, ...placeholder, ...atMost }),
  z.strictObject({
    type: z.literal("datepicker"),
    ...common,
    ...placeholder,
    initial_date: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/, "must be a date such as 2026-11-23")
      .optional(),
  }),
  z.strictObject({
    type: z.literal("timepicker"),
    ...common,
    ...placeholder,
    initial_time: z
      .string()
      .regex(/^\d\d:\d\d$/, "must be a time such as 14:05")
      .optional(),
    timezone: z.string().optional(),
  }),
  z.strictObject({ type: z.literal("datetimepicker"), ...common, initial_date_time: z.int().optional() }),
] as const;

const overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: identifier,
  confirm: confirm.optional(),
  options: z.array(linkOption).min(1).max(5, "no more than 5 items allowed"),
});
const tenOptions = z.array(richOption).min(1).max(10, "no more than 10 items allowed");
const checkboxes = z.strictObject({
  type: z.literal("checkboxes"),
  ...common,
  options: tenOptions,
  initial_options: z.array(richOption).min(1).max(10).optional(),
});
const radioButtons = z.strictObject({
  type: z.literal("radio_buttons"),
  ...common,
  options: tenOptions,
  initial_option: richOption.optional(),
});

const dispatchConfig = z
  .strictObject({ trigger_actions_on: z.array(z.enum(["on_enter_pressed", "on_character_entered"])).min(1) })
  .optional();
const inputs = [
  z.strictObject({
    type: z.literal("plain_text_input"),
    action_id: identifier,
    focus_on_load: z.boolean().optional(),
    ...placeholder,
    initial_value: z.string().max(3_000).optional(),
    multiline: z.boolean().optional(),
    min_length: z.int().min(0).max(3_000).optional(),
    max_length: z.int().min(1).max(3_000).optional(),
    dispatch_action_config: dispatchConfig,
  }),
  ...(["email_text_input", "url_text_input"] as const).map((type) =>
    z.strictObject({
      type: z.literal(type),
      action_id: identifier,
      focus_on_load: z.boolean().optional(),
      ...placeholder,
      initial_value: z.string().optional(),
      dispatch_action_config: dispatchConfig,
    }),
  ),
  z.strictObject({
    type: z.literal("number_input"),
    action_id: identifier,
    focus_on_load: z.boolean().optional(),
    ...placeholder,
    is_decimal_allowed: z.boolean(),
    initial_value: z.string().optional(),
    min_value: z.string().optional(),
    max_value: z.string().optional(),
    dispatch_action_config: dispatchConfig,
  }),
] as const;

export const image = z
  .strictObject({
    type: z.literal("image"),
    image_url: z.string().max(3_000).optional(),
    slack_file: z.looseObject({}).optional(),
    alt_text: lengthOf(1, 2_000),
  })
  .refine(
    (element) => (element.image_url === undefined) !== (element.slack_file === undefined),
    "must have one source",
  );

const selects = [staticSelect, multiStaticSelect, externalSelect, multiExternalSelect, ...pickers] as const;

export const actionsElement = z.discriminatedUnion("type", [
  button,
  workflowButton,
  ...selects,
  overflow,
  checkboxes,
  radioButtons,
]);
export const accessoryElement = z.discriminatedUnion("type", [
  button,
  workflowButton,
  ...selects,
  overflow,
  checkboxes,
  radioButtons,
  image,
]);
export const inputElement = z.discriminatedUnion("type", [...selects, checkboxes, radioButtons, ...inputs]);
