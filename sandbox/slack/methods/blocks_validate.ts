import { z } from "zod";
import { checkBlocks, type Surface } from "../blocks.ts";
import { json, method, type Method } from "../method.ts";

const SURFACE: Readonly<Record<string, Surface>> = {
  message: "message",
  messages: "message",
  modal: "modal",
  view: "modal",
};

export const BLOCKS_METHODS: Readonly<Record<string, Method>> = {
  "blocks.validate": method(
    4,
    [],
    z.object({
      blocks: json(z.array(z.unknown())),
      surface: z.enum(["message", "messages", "modal", "view"]).default("message"),
    }),
    (args, { platform }) => {
      const checked = checkBlocks(args.blocks, SURFACE[args.surface] ?? "message", () => platform.deps.id("b"));
      if (checked.ok) return {};
      const errors = checked.problems.map(({ pointer, message }) => ({
        pointer,
        code: message.startsWith("must be") || message.startsWith("no more") ? "limit" : "invalid",
        message,
        constraint: message,
      }));
      return { error: "invalid_blocks", errors };
    },
  ),
};
