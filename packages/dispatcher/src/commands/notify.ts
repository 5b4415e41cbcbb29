import { basename } from "node:path";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { maskInLog } from "@pipelines/core/actions/mask";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { readDocument } from "@pipelines/core/documents/document";
import { assessmentFile } from "@pipelines/core/documents/layout";
import { createGitHubClient } from "@pipelines/core/github/client";
import { maskOf } from "@pipelines/core/redaction/mask";
import { redactPattern } from "@pipelines/core/redaction/pattern";
import { readOutcomes } from "../collect/read-outcomes.ts";
import { dispatchReport } from "../dispatch.ts";
import { mergedPullRequestOf } from "../github/merger.ts";
import { runFactsOf } from "../github/run.ts";
import { configurationOn } from "../neighbours/deploy-branch.ts";
import { approvalsOf, dueUnits, failedBefore } from "../notify/facts.ts";
import type { NotificationFacts } from "../notify/messages-of.ts";
import { post } from "../notify/post.ts";
import { notificationSinks } from "../notify/sinks.ts";
import { runProblems } from "../report/circumstances.ts";
import { readSecrets } from "../run/secrets.ts";
import { circumstancesOf, withCircumstances } from "./circumstances.ts";
import type { CommandContext } from "./job.ts";
import { logPublications } from "./publications.ts";

/**
 * Tells chats and other services how a run of the deploy branch ended, or that it asks for an approval. Whatever becomes of
 * it is a warning: the run's status is decided elsewhere. Runs no code of the repository.
 */
export async function notify(context: CommandContext): Promise<number> {
  try {
    await tell(context);
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error), { title: "Nobody could be notified" });
  }
  return 0;
}

async function tell({ inputs, folder, environment, run }: CommandContext): Promise<void> {
  const token = inputs.required("token");
  const client = createGitHubClient({ token, apiUrl: run.apiUrl, log });
  const configuration = await configurationOn(client, run.repository, run.sha);
  const { notifications, deploy_branch: branch } = configuration;
  if (notifications === undefined) {
    log.info("The configuration names nobody to notify.");
    return;
  }
  if (run.ref !== `refs/heads/${branch}`) {
    log.info(`Nobody is notified of runs of ${run.ref}.`);
    return;
  }
  const secrets = readSecrets(inputs.optional("secrets"), (message) => log.warning(message));
  for (const value of Object.values(secrets)) for (const part of hidden(value)) maskInLog(part);
  const phase = { kind: inputs.choice("phase", ["start", "end"], "end") };
  const read = await readDocument(assessmentFile(folder), Assessment).catch(() => null);
  const runWide = read === null ? null : runProblems(read, circumstancesOf(inputs));
  const assessment = read === null || runWide === null ? null : withCircumstances(read, runWide);
  const begins = phase.kind === "start";
  const workflow = basename(environment["GITHUB_WORKFLOW_REF"]?.split("@", 1)[0] ?? "pipelines.yml");
  const facts: NotificationFacts = {
    due: begins || configuration.ledger === "off" ? null : await dueUnits(run, token, environment),
    approvals:
      begins && assessment !== null ? await known([], approvalsOf(client, run, assessment, configuration)) : [],
    failedBefore: begins ? null : await known(null, failedBefore(client, run, workflow, branch)),
    mask: maskFor(configuration, secrets),
  };
  const pullRequest = await known(null, mergedPullRequestOf(client, run.repository, run.sha, branch));
  const runFacts = runFactsOf(run, assessment, { pullRequest, assignee: run.actor });
  const sinks = notificationSinks(notifications, secrets, facts, post);
  const { publications } = await dispatchReport(sinks, assessment, await readOutcomes(folder), runFacts, {
    phase,
    isCovered: runWide?.isCovered ?? (() => false),
  });
  logPublications(publications);
}

function maskFor({ redact }: Configuration, secrets: Readonly<Record<string, string>>): (text: string) => string {
  return maskOf(Object.values(secrets).flatMap(hidden), redact.map(redactPattern));
}

/** What must not be shown of a secret: of an address also the part that lets others post. */
function hidden(value: string): string[] {
  if (!URL.canParse(value)) return [value];
  const { pathname, search } = new URL(value);
  return [value, ...[`${pathname}${search}`, search].filter((part) => part.length > 8)];
}

async function known<T>(otherwise: T, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return otherwise;
  }
}
