import Ajv from "ajv";
import { beforeAll, describe, expect, it } from "vitest";
import { existsSync } from "node:fs";
import { runCommand } from "./run_command.ts";
import { read, ROOT } from "./sources.ts";

interface Parameter {
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
}
interface Parameters {
  readonly properties: Readonly<Record<string, Parameter>>;
  readonly required?: readonly string[];
}
interface FunctionEntry {
  readonly title?: string;
  readonly description?: string;
  readonly input_parameters: Parameters;
  readonly output_parameters: Parameters;
}
interface Step {
  readonly function_id: string;
}
interface WorkflowEntry {
  readonly title: string;
  readonly description?: string;
  readonly input_parameters?: Parameters;
  readonly steps: readonly Step[];
}
interface ManifestJson {
  readonly icon: string;
  readonly functions: Readonly<Record<string, FunctionEntry>>;
  readonly workflows: Readonly<Record<string, WorkflowEntry>>;
  readonly datastores: Readonly<Record<string, { readonly attributes: Readonly<Record<string, unknown>> }>>;
  readonly outgoing_domains: readonly string[];
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
}

/** The steps that make up a triage: each is offered in Workflow Builder. */
const BUILDER_STEPS = [
  "open_triage",
  "ask_for_triage_decision",
  "apply_triage_decision",
  "offer_incident_controls",
  "undo_triage",
];

const printManifest = (companionUrl?: string) =>
  runCommand("npm", ["run", "--silent", "manifest"], companionUrl === undefined ? {} : { COMPANION_URL: companionUrl });

/** Keys that Slack's SDK and command line know and the public schema does not. */
const NOT_IN_SCHEMA = new Set(["icon", "source_file", "time_to_live_attribute"]);
const forSchema = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => (NOT_IN_SCHEMA.has(key) ? undefined : value));

describe("npm run --silent manifest", () => {
  let text = "";
  let manifest: ManifestJson;
  beforeAll(async () => {
    const { code, stdout, stderr } = await printManifest("https://Triage.Example.com:8443/base");
    if (code !== 0) throw new Error(stderr);
    text = stdout;
    manifest = JSON.parse(stdout) as ManifestJson;
  });

  it("prints what Slack's public schema accepts", () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(
      JSON.parse(read("test/fixtures/slack/manifest.schema.json")) as object,
    );
    validate(forSchema(text));
    expect(validate.errors ?? []).toEqual([]);
    // The schema is not so loose as to take anything.
    expect(validate({ ...(forSchema(text) as object), functions: { open_triage: {} } })).toBe(false);
  });

  it("names the companion's host as the only outgoing domain", () => {
    expect(manifest.outgoing_domains).toEqual(["triage.example.com"]);
  });

  it("gives every function and each of its parameters a title and a description", () => {
    const bare: string[] = [];
    for (const [id, entry] of Object.entries(manifest.functions)) {
      if (!entry.title || !entry.description) bare.push(id);
      for (const side of [entry.input_parameters, entry.output_parameters]) {
        for (const [name, parameter] of Object.entries(side.properties)) {
          if (!parameter.title || !parameter.description) bare.push(`${id}.${name}`);
        }
      }
    }
    expect(Object.keys(manifest.functions).length).toBeGreaterThan(5);
    expect(bare).toEqual([]);
  });

  it("gives every workflow a title and a description, and its inputs too", () => {
    const bare: string[] = [];
    for (const [id, entry] of Object.entries(manifest.workflows)) {
      if (!entry.title || !entry.description) bare.push(id);
      for (const [name, parameter] of Object.entries(entry.input_parameters?.properties ?? {})) {
        if (!parameter.title || !parameter.description) bare.push(`${id}.${name}`);
      }
    }
    expect(Object.keys(manifest.workflows).length).toBeGreaterThan(3);
    expect(bare).toEqual([]);
  });

  it("offers the steps of a triage to Workflow Builder: no object and no interactivity goes in", () => {
    for (const id of BUILDER_STEPS) {
      const types = Object.values(manifest.functions[id]?.input_parameters.properties ?? {}).map(({ type }) => type);
      expect(types.length, id).toBeGreaterThan(0);
      expect(types, id).not.toContain("object");
      expect(types, id).not.toContain("slack#/types/interactivity");
    }
  });

  it("has a handler where Slack's bundler looks for it, in a folder of the function's own name", () => {
    for (const id of Object.keys(manifest.functions)) {
      expect(read(`slack-functions/${id}/definition.ts`)).toContain(`source_file: "slack-functions/${id}/handler.ts"`);
      expect(read(`slack-functions/${id}/handler.ts`)).toMatch(/^export default /m);
    }
  });

  it("has its icon", () => {
    expect(manifest.icon).toMatch(/\.png$/);
    expect(existsSync(ROOT + manifest.icon)).toBe(true);
  });

  it("uses in its workflows only functions that it defines, and every one that it defines", () => {
    const steps = Object.values(manifest.workflows).flatMap(({ steps }) => steps.map(({ function_id }) => function_id));
    const own = steps.flatMap((id) => /^#\/functions\/(.+)$/.exec(id)?.[1] ?? []);
    expect(new Set(own)).toEqual(new Set(Object.keys(manifest.functions)));
  });

  it("names a trigger's workflow for each trigger", () => {
    for (const name of [
      "triage_alert",
      "handle_signal",
      "handle_news",
      "resolve_incident",
      "start_triage",
      "ask_again",
      "snooze_triage",
      "open_from_feed",
      "split_out",
      "explain_alert",
      "explain_by_link",
      "undo_triage",
      "dismiss_incident",
    ]) {
      const workflow = /workflow: "#\/workflows\/(\w+)"/.exec(read(`triggers/${name}.ts`))?.[1] ?? "";
      expect(Object.keys(manifest.workflows), `triggers/${name}.ts`).toContain(workflow);
    }
  });
});

describe("npm run --silent manifest with a bad COMPANION_URL", () => {
  it.each([
    [undefined, /^COMPANION_URL is not set/],
    ["triage.example.com", /^COMPANION_URL is not a web address/],
    ["https://[::1]:8787", /^COMPANION_URL must name a host/],
    [`https://${"a".repeat(60)}.example.com`, /^COMPANION_URL's host is 72 characters long/],
  ])("%s fails with one sentence and prints nothing else", async (url, sentence) => {
    const { code, stdout, stderr } = await printManifest(url);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    const lines = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("npm warn"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(sentence);
  });
});
