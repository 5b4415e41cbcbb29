import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { inputsFrom } from "@pipelines/core/actions/inputs";
import { actionsLog } from "@pipelines/core/actions/log";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { EventError, type PipelineEvent } from "./compare/event.ts";
import { configurationAt } from "./configuration.ts";
import { explain } from "./explain/text.ts";
import { loadHclParser } from "./hcl/parse.ts";
import { orchestrate, orchestratorEdges } from "./orchestrate.ts";
import { matricesOf } from "./pack/matrix.ts";

/** The action: answers the event of the run with an assessment, written as a document, and a matrix for each stage. */
async function main(): Promise<void> {
  const inputs = inputsFrom(process.env);
  const repository = resolve(inputs.optional("repository") ?? process.env["GITHUB_WORKSPACE"] ?? ".");
  const folder = resolve(inputs.optional("folder") ?? join(process.env["RUNNER_TEMP"] ?? ".", "pipelines"));
  const configurationFile = inputs.optional("config");
  const edges = await orchestratorEdges(repository, process.env);
  const event = await eventOf(process.env);
  const assessment = Assessment.parse(
    await orchestrate(edges, { wanted: { kind: "event", event }, configurationFile }),
  );
  await writeDocument(assessmentFile(folder), assessment);

  const { base, head, mode } = assessment.comparison;
  const governing = await configurationAt(edges.repository, mode === "plan" ? (base ?? head) : head, configurationFile);
  for (const [name, matrix] of matricesOf(assessment.jobs, governing)) actionsOutputs.set(name, JSON.stringify(matrix));
  actionsOutputs.set("problems", String(assessment.problems.length));
  actionsOutputs.set("folder", folder);
  actionsLog.group("What changed, and what runs", explain(assessment).trimEnd().split("\n"));
  for (const { message, file, line } of assessment.problems) {
    actionsLog.error(message, { file: file ?? undefined, line: line ?? undefined });
  }
}

async function eventOf(environment: Readonly<Record<string, string | undefined>>): Promise<PipelineEvent> {
  const needed = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "")
      throw new EventError(`${name} is not set: the action runs in GitHub Actions`);
    return value;
  };
  const file = needed("GITHUB_EVENT_PATH");
  let payload: unknown;
  try {
    payload = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new EventError(`${file}: the event's payload can't be read as JSON`, { cause });
  }
  return {
    name: needed("GITHUB_EVENT_NAME"),
    ref: needed("GITHUB_REF"),
    actor: environment["GITHUB_ACTOR"] ?? null,
    sha: CommitSha.parse(needed("GITHUB_SHA")),
    payload,
  };
}

/** Proves that the bundle can do its work: the grammar beside it loads and parses. */
async function selfTest(): Promise<void> {
  const parse = await loadHclParser();
  if (parse('include "root" { path = "root.hcl" }').blocks[0]?.labels[0] !== "root")
    throw new Error("the HCL grammar does not parse HCL");
  process.stdout.write("orchestrator: ready\n");
}

try {
  await (process.argv.includes("--self-test") ? selfTest() : main());
} catch (error) {
  actionsLog.error(error instanceof Error ? error.message : String(error), { title: "Nothing could be determined" });
  process.exitCode = 1;
}
