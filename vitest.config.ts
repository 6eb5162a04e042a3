import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const sdk = fileURLToPath(new URL("./node_modules/@slack/deno-slack-sdk/esm/", import.meta.url));
const api = `${sdk}deps/deno.land/x/deno_slack_api@2.8.0/`;

export default defineConfig({
  resolve: {
    // The Slack app is written with Slack's own specifiers; under Node they lead to the same version from npm.
    alias: [
      { find: /^deno-slack-sdk\/(.+)\.ts$/, replacement: `${sdk}$1.js` },
      { find: /^deno-slack-api\/(.+)\.ts$/, replacement: `${api}$1.js` },
    ],
  },
  test: { include: ["test/**/*.test.ts"], testTimeout: 20_000 },
});
