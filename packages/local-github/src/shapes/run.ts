import { type Artifact, type Attempt, lastAttempt, type WorkflowJob, type WorkflowRun } from "../state.ts";
import type { World } from "../world.ts";
import { minimalRepository } from "./repository.ts";
import { nodeId, repositoryPage, repositoryUrl } from "./urls.ts";
import { simpleUser } from "./user.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A workflow run, in its last attempt or a given one. */
export function runShape(world: World, run: WorkflowRun, attempt: Attempt = lastAttempt(run)) {
  const url = `${repositoryUrl(world)}/actions/runs/${run.id}`;
  const repository = minimalRepository(world);
  return {
    id: run.id,
    name: run.workflowPath.replace(/^.*\//, "").replace(/\.ya?ml$/, ""),
    node_id: nodeId("WorkflowRun", run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId("CheckSuite", run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.workflowPath,
    display_title: run.headBranch,
    run_number: run.number,
    run_attempt: attempt.number,
    event: run.event,
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: runPage(world, run),
    pull_requests: [...world.state.issues.values()].flatMap((issue) =>
      issue.pull === null || issue.state !== "open" || issue.pull.headSha !== run.headSha
        ? []
        : [pullRequestMinimal(world, issue.id, issue.number, issue.pull)],
    ),
    created_at: run.createdAt,
    updated_at: attempt.updatedAt,
    actor: simpleUser(world, run.actor),
    triggering_actor: simpleUser(world, run.actor),
    run_started_at: attempt.startedAt,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryUrl(world)}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number > 1 ? `${url}/attempts/${attempt.number - 1}` : null,
    workflow_url: `${repositoryUrl(world)}/actions/workflows/${run.workflowId}`,
    head_commit: null,
    repository,
    head_repository: repository,
    head_repository_id: repository.id,
  };
}

function pullRequestMinimal(
  world: World,
  id: number,
  number: number,
  pull: { readonly headRef: string; readonly headSha: string; readonly baseRef: string; readonly baseSha: string },
) {
  const repo = { id: 1, url: repositoryUrl(world), name: world.repo };
  return {
    id,
    number,
    url: `${repositoryUrl(world)}/pulls/${number}`,
    head: { ref: pull.headRef, sha: pull.headSha, repo },
    base: { ref: pull.baseRef, sha: pull.baseSha, repo },
  };
}

export const runPage = (world: World, run: WorkflowRun): string => `${repositoryPage(world)}/actions/runs/${run.id}`;

export function jobShape(world: World, run: WorkflowRun, job: WorkflowJob) {
  const url = `${repositoryUrl(world)}/actions/jobs/${job.id}`;
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.workflowPath.replace(/^.*\//, "").replace(/\.ya?ml$/, ""),
    head_branch: run.headBranch,
    run_url: `${repositoryUrl(world)}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: nodeId("CheckRun", job.id),
    head_sha: run.headSha,
    url,
    html_url: `${runPage(world, run)}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: [],
    check_run_url: `${repositoryUrl(world)}/check-runs/${job.id}`,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "GitHub Actions 1",
    runner_group_id: 1,
    runner_group_name: "GitHub Actions",
  };
}

export function checkRunShape(world: World, run: WorkflowRun, job: WorkflowJob) {
  const url = `${repositoryUrl(world)}/check-runs/${job.id}`;
  const page = `${runPage(world, run)}/job/${job.id}`;
  return {
    id: job.id,
    head_sha: run.headSha,
    node_id: nodeId("CheckRun", job.id),
    external_id: String(job.id),
    url,
    html_url: page,
    details_url: page,
    status: job.status,
    conclusion: job.conclusion,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: job.name,
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
}

export function artifactShape(world: World, artifact: Artifact) {
  const url = `${repositoryUrl(world)}/actions/artifacts/${artifact.id}`;
  const run = world.state.runs.get(artifact.runId);
  return {
    id: artifact.id,
    node_id: nodeId("Artifact", artifact.id),
    name: artifact.name,
    size_in_bytes: artifact.zip.byteLength,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifact.expired,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: new Date(Date.parse(artifact.createdAt) + 90 * DAY_MS).toISOString(),
    workflow_run:
      run === undefined
        ? null
        : {
            id: run.id,
            repository_id: 1,
            head_repository_id: 1,
            head_branch: run.headBranch,
            head_sha: run.headSha,
          },
  };
}
