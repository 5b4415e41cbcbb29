import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { inputsFrom } from "@pipelines/core/actions/inputs";
import { actionsLog } from "@pipelines/core/actions/log";
import { maskInLog } from "@pipelines/core/actions/mask";
import { actionsOutputs } from "@pipelines/core/actions/outputs";
import type { Configurations } from "@pipelines/core/configuration/configurations";
import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha, type Comparison } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { movedUnits } from "@pipelines/core/contracts/moved-units";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, ledgerLookFile } from "@pipelines/core/documents/layout";
import { gitAccess } from "@pipelines/core/process/git-access";
import { EventError, type PipelineEvent } from "./compare/event.ts";
import { explain } from "./explain/text.ts";
import { loadHclParser } from "./hcl/parse.ts";
import { orchestrate, orchestratorEdges } from "./orchestrate.ts";
import { lastStageOf, matricesOf, type PlacedJob, strictStagesOf } from "./pack/matrix.ts";

/** The action: answers the event of the run with an assessment, written as a document, and a matrix for each stage. */
async function main(): Promise<void> {
  const inputs = inputsFrom(process.env);
  const repository = resolve(inputs.optional("repository") ?? process.env["GITHUB_WORKSPACE"] ?? ".");
  const folder = resolve(inputs.optional("folder") ?? join(process.env["RUNNER_TEMP"] ?? ".", "pipelines"));
  const look = await lookOf(folder);
  const edges = await orchestratorEdges(repository, process.env, inputs.optional("config"), look);
  // GitHub masks the token, and not what git is given of it.
  for (const secret of gitAccess([], edges.moduleToken).secrets) maskInLog(secret);
  const event = await eventOf(process.env);
  const assessment = Assessment.parse(await orchestrate(edges, { kind: "event", event }));
  await writeDocument(assessmentFile(folder), assessment);

  const placed = await Promise.all(
    assessment.jobs.map((job) => placedJob(job, assessment.comparison, edges.configurations)),
  );
  for (const [name, matrix] of matricesOf(placed)) actionsOutputs.set(name, JSON.stringify(matrix));
  actionsOutputs.set("strict_stages", strictStagesOf(assessment.jobs).join(" "));
  actionsOutputs.set("last_stage", String(lastStageOf(placed)));
  actionsOutputs.set("moved", String(movedUnits(assessment).length));
  actionsOutputs.set("problems", String(assessment.problems.length));
  actionsOutputs.set("folder", folder);
  actionsLog.group("What changed, and what runs", explain(assessment, IN_LOG).trimEnd().split("\n"));
  for (const { message, file, line } of assessment.problems) {
    actionsLog.error(message, { file: file ?? undefined, line: line ?? undefined });
  }
}

const IN_LOG = { verbose: false, rest: "the run's artifact pipelines-assessment has all", commands: [], asides: [] };

/** What the step before wrote down of the ledger; `null` where there is none. @throws DocumentError when it can't be read */
async function lookOf(folder: string): Promise<LedgerLook | null> {
  const file = ledgerLookFile(folder);
  return existsSync(file) ? readDocument(file, LedgerLook) : null;
}

/** A job with the settings that the configurations of its comparison give its environment. */
async function placedJob(job: Job, comparison: Comparison, configurations: Configurations): Promise<PlacedJob> {
  const settings = async (configuration: Promise<Configuration>): Promise<Environment | null> =>
    environmentsOf(await configuration).find(({ name }) => name === job.environment) ?? null;
  const { base, head, tip } = comparison;
  const others = [tip ?? head, base, head].map((commit) => settings(configurations.at(commit)));
  return {
    job,
    governing: await settings(configurations.governing(comparison, job)),
    // A base whose configuration can't be read asked for nothing that could be kept.
    others: (await Promise.allSettled(others)).map((other) => (other.status === "fulfilled" ? other.value : null)),
  };
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
