import type { Octokit } from "@octokit/rest";
import { actionsLog as log } from "@pipelines/core/actions/log";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { LedgerUnit } from "@pipelines/core/contracts/ledger";
import { explained, understood } from "@pipelines/core/github/failure";
import { gitAuthentication } from "@pipelines/core/ledger-ref/git";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { z } from "zod";
import type { GitHubRun } from "../github/run.ts";
import { deployingEnvironments } from "./messages-of.ts";

const Environments = z.array(
  z.object({ name: z.string(), protection_rules: z.array(z.object({ type: z.string() })).optional() }),
);
const Runs = z.array(
  z.object({
    id: z.number(),
    run_number: z.number(),
    head_branch: z.string().nullish(),
    conclusion: z.string().nullish(),
    event: z.string(),
  }),
);

/** GitHub environments of the run's applies and destroys that ask for an approval, as their settings have it. */
export async function approvalsOf(
  client: Octokit,
  run: GitHubRun,
  assessment: Assessment,
  { environments = {} }: Configuration,
): Promise<string[]> {
  const named = new Set(
    deployingEnvironments(assessment).flatMap((name) => environments[name]?.github_environment ?? []),
  );
  if (named.size === 0) return [];
  const doing = "Looking at the environments";
  const { data } = await explained(doing, "actions: read", () =>
    client.rest.repos.getAllEnvironments({ ...run.repository, per_page: 100 }),
  );
  return understood(Environments, data.environments ?? [], doing)
    .filter(
      ({ name, protection_rules: rules = [] }) =>
        named.has(name) && rules.some(({ type }) => type === "required_reviewers"),
    )
    .map(({ name }) => name);
}

/** Runs that change the world. A look for drift is red for reasons of its own. */
const CHANGING = ["push", "workflow_dispatch"];

/**
 * The run that failed before this one, or this one's earlier attempt; `null` where the last one succeeded.
 *
 * @param workflow the file name of the workflow
 */
export async function failedBefore(
  client: Octokit,
  run: GitHubRun,
  workflow: string,
  branch: string,
): Promise<{ id: number; number: number } | null> {
  if (run.attempt > 1) {
    const doing = "Looking at the earlier attempt";
    const { data } = await explained(doing, "actions: read", () =>
      client.rest.actions.getWorkflowRunAttempt({
        ...run.repository,
        run_id: Number(run.runId),
        attempt_number: run.attempt - 1,
      }),
    );
    if (data.conclusion === "failure") return { id: Number(run.runId), number: run.runNumber };
  }
  const doing = "Looking at the run before";
  const { data } = await explained(doing, "actions: read", () =>
    client.rest.actions.listWorkflowRuns({
      ...{ ...run.repository, workflow_id: workflow, branch, status: "completed", per_page: 50 },
    }),
  );
  const earlier = understood(Runs, data.workflow_runs, doing)
    .filter((other) => other.id !== Number(run.runId) && other.run_number < run.runNumber)
    .filter(
      ({ event, conclusion }) => CHANGING.includes(event) && (conclusion === "success" || conclusion === "failure"),
    )
    .toSorted((a, b) => b.run_number - a.run_number);
  const [last] = earlier;
  return last?.conclusion === "failure" ? { id: last.id, number: last.run_number } : null;
}

/** What is due after the run; `null` where the ledger can't be read. */
export async function dueUnits(
  run: GitHubRun,
  token: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<LedgerUnit[] | null> {
  const authenticated = toolEnvironment(environment, gitAuthentication(token, run.serverUrl));
  try {
    await using store = await openLedgerStore(`${run.serverUrl}/${run.fullName}`, authenticated);
    const { ledger } = await store.read();
    return [...ledger.units.values()].filter(({ due }) => due !== undefined);
  } catch (error) {
    log.warning(error instanceof Error ? error.message : String(error));
    return null;
  }
}
