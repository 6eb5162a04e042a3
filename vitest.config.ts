import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const sdk = fileURLToPath(new URL("./node_modules/@slack/deno-slack-sdk/esm/", import.meta.url));
const api = `${sdk}deps/deno.land/x/deno_slack_api@2.8.0/`;

/** Suites that start the whole sandbox, a database server, processes that are killed, a browser or a compiler: one file at a time, each kind by itself. */
const HEAVY = {
  scenario: ["test/scenario/**/*.test.ts", "test/sandbox_main/**/*.test.ts"],
  scale: ["test/scale/**/*.test.ts"],
  chaos: ["test/chaos/**/*.test.ts"],
  browser: ["test/browser/**/*.test.ts"],
  project: ["test/project/**/*.test.ts"],
};
const SIMULATION = ["test/simulation/**/*.test.ts"];

export default defineConfig({
  resolve: {
    // The Slack app is written with Slack's own specifiers; under Node they lead to the same version from npm.
    alias: [
      { find: /^deno-slack-sdk\/(.+)\.ts$/, replacement: `${sdk}$1.js` },
      { find: /^deno-slack-api\/(.+)\.ts$/, replacement: `${api}$1.js` },
    ],
  },
  test: {
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // Everything else, so that no test file can fall between the suites.
          include: ["test/**/*.test.ts"],
          exclude: [...Object.values(HEAVY).flat(), ...SIMULATION],
          testTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        resolve: {
          // In the simulation the functions call a Slack in the same process.
          alias: [
            {
              find: "deno-slack-sdk/mod.ts",
              replacement: fileURLToPath(new URL("./simulation/slack_sdk.ts", import.meta.url)),
            },
          ],
        },
        test: {
          name: "simulation",
          include: SIMULATION,
          testTimeout: 600_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      ...Object.entries(HEAVY).map(([name, include], index) => ({
        extends: true as const,
        test: {
          name,
          include,
          // Only what fails takes so long, on a machine that is not busy otherwise.
          testTimeout: 180_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
          sequence: { groupOrder: index + 2 },
        },
      })),
    ],
  },
});
