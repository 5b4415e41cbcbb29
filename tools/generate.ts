import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { callerWorkflow } from "@pipelines/cli/commands/init";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { Configuration } from "@pipelines/core/configuration/schema";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { OLDEST } from "@pipelines/core/terragrunt/oldest";
import { TOOLS, testedVersion, titleOf } from "@pipelines/installer/tool";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { eventsPage } from "./events/page.ts";
import { outputsOf, readCalled, readCaller } from "./events/workflow.ts";
import { Words } from "./terragrunt-words/extract.ts";
import { terragruntTables } from "./terragrunt-words/page.ts";

/**
 * Writes what is derived from source: JSON Schemas, the configuration reference, the tables of the actions' inputs, the
 * table of what runs for which event.
 * With `--check` it writes nothing and fails when a file is not up to date.
 */
const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");
const stale: string[] = [];

function emit(file: string, content: string): void {
  const path = resolve(root, file);
  let current: string | null = null;
  try {
    current = readFileSync(path, "utf8");
  } catch {
    // A file that is not there yet is out of date.
  }
  if (current === content) return;
  stale.push(file);
  if (check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Replaces what stands between the markers of a hand-written file. */
function emitBetween(file: string, marker: string, content: string): void {
  const path = resolve(root, file);
  const text = readFileSync(path, "utf8");
  const [start, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${start} and ${end}`);
  emit(file, `${text.slice(0, from + start.length)}\n\n${content.trim()}\n\n${text.slice(to)}`);
}

function jsonSchema(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

type Property = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly additionalProperties?: Property | boolean;
  readonly items?: Property;
};

const exampleIn = (example: unknown, key: string): unknown =>
  typeof example === "object" && example !== null ? Reflect.get(example, key) : undefined;

/** The keys of all entries of a block or list: one has what another lacks. */
function merged(entries: unknown): unknown {
  return typeof entries === "object" && entries !== null
    ? Object.assign({}, ...Object.values(entries).toReversed())
    : {};
}

/** An example as YAML in one line, for a cell of a table. */
function inCell(key: string, example: unknown, path: string): string {
  if (example === undefined) throw new Error(`docs/every-key.yml has no example of ${path}`);
  const text = stringify({ [key]: example }, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true });
  return text
    .trim()
    .replace(/^\{ ([\s\S]*) \}$/, "$1")
    .replaceAll("|", "\\|");
}

/** The row of a key with a value of its own. */
function configurationRow(key: string, path: string, value: Property, example: unknown): string {
  const values = value.enum === undefined ? (value.type ?? "") : value.enum.map((choice) => `\`${choice}\``).join(", ");
  const fallback = value.default === undefined ? "" : `\`${JSON.stringify(value.default)}\``;
  const nested = value.additionalProperties ?? value.items;
  // What has keys of its own has its examples there.
  const hasKeys = typeof nested === "object" && nested.properties !== undefined;
  const shown = hasKeys ? "" : `\`${inCell(key, example, path)}\``;
  return `| \`${path}\` | ${values} | ${fallback} | ${value.description ?? ""} | ${shown} |`;
}

/** One row per key, nested keys with their whole path, each with its example. */
function configurationRows(property: Property, prefix: string, example: unknown): string[] {
  return Object.entries(property.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const given = exampleIn(example, key);
    const { additionalProperties: named, items } = value;
    return [
      ...(value.properties === undefined ? [configurationRow(key, path, value, given)] : []),
      ...configurationRows(value, path, given),
      ...(typeof named === "object" ? configurationRows(named, `${path}.<name>`, merged(given)) : []),
      ...(items === undefined ? [] : configurationRows(items, `${path}[]`, merged(given))),
    ];
  });
}

const ActionFile = z.object({
  inputs: z
    .record(
      z.string(),
      z.object({ description: z.string(), default: z.string().optional(), required: z.boolean().optional() }),
    )
    .default({}),
  outputs: z.record(z.string(), z.object({ description: z.string() })).default({}),
});

function actionTables(action: z.infer<typeof ActionFile>): string {
  const inputs = Object.entries(action.inputs).map(
    ([name, input]) =>
      `| \`${name}\` | ${input.description} | ${input.required === true ? "required" : input.default === undefined || input.default === "" ? "" : `\`${input.default}\``} |`,
  );
  const outputs = Object.entries(action.outputs).map(([name, output]) => `| \`${name}\` | ${output.description} |`);
  return [
    "| input | what it is | default |\n|---|---|---|",
    ...inputs,
    ...(outputs.length === 0 ? [] : ["\n| output | what it is |\n|---|---|", ...outputs]),
  ].join("\n");
}

emit("schemas/config.schema.json", jsonSchema(Configuration, "Configuration of Pipelines (.pipelines/config.yml)"));
emit(
  "schemas/assessment.schema.json",
  jsonSchema(Assessment, "What the orchestrator determined (pipelines explain --json)"),
);
emit("schemas/outcome.schema.json", jsonSchema(JobOutcome, "How a job ended"));

const everyKey = readFileSync(resolve(root, "docs/every-key.yml"), "utf8");
readConfiguration(everyKey, "docs/every-key.yml");
const rows = configurationRows(z.toJSONSchema(Configuration, { io: "input" }) as Property, "", parse(everyKey));
emitBetween(
  "docs/configuration.md",
  "reference",
  ["| key | values | default | what it is | example |", "|---|---|---|---|---|", ...rows].join("\n"),
);
emitBetween(
  "docs/custom-workflow.md",
  "tools",
  TOOLS.map((tool) => {
    const unnamed =
      tool === "terraform"
        ? "where nothing names a version and the machine has none, that is yours to choose"
        : `where nothing names a version and the machine has none, ${testedVersion(tool)} is installed`;
    return `- **${titleOf(tool)}** ${OLDEST[tool]} or newer; ${unnamed}.`;
  }).join("\n"),
);
for (const component of ["orchestrator", "dispatcher", "executor"]) {
  const text = readFileSync(resolve(root, `actions/${component}/action.yml`), "utf8");
  emitBetween(`actions/${component}/README.md`, "inputs and outputs", actionTables(ActionFile.parse(parse(text))));
}

emitBetween(
  "docs/events.md",
  "events",
  eventsPage({
    caller: readCaller(callerWorkflow("OWNER/pipelines@v1", "main")),
    called: readCalled(readFileSync(resolve(root, ".github/workflows/pipelines.yml"), "utf8")),
    outputsOf: (uses) => outputsOf(uses, root),
  }),
);

const words = Words.parse(JSON.parse(readFileSync(resolve(root, "tools/terragrunt-words/words.json"), "utf8")));
for (const [name, table] of Object.entries(terragruntTables(words))) emitBetween("docs/terragrunt.md", name, table);
emitBetween("docs/terragrunt.md", "version", `This is about Terragrunt ${words.version}.`);

for (const file of stale) console.log(check ? `${file} is out of date; run \`npm run generate\`` : `wrote ${file}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;
