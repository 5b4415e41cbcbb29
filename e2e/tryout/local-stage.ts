import { rm } from "node:fs/promises";
import type { LocalGitHub } from "@pipelines/local-github/server";
import { execa } from "execa";
import { playWorkflow, type WorkflowEvent } from "../../demo/workflow.ts";
import { stateFolder } from "../../tryout/live.ts";
import type { Client, EndedRun, Event, Names, Stage } from "../../tryout/stage.ts";
import type { WorkingCopy } from "../../tryout/working-copy.ts";

type Parts = { readonly copy: WorkingCopy; readonly example: Stage["example"] };
type Local = { readonly github: LocalGitHub; readonly folder: string; readonly origin: string };

/**
 * The stage on a local GitHub: runs are played by the demo's player with the committed bundles, each on a machine of its
 * own as far as state goes. All else is what the steps do on GitHub.
 */
export function localStage(
  names: Names,
  client: Client,
  { github, folder, origin }: Local,
  { copy, example }: Parts,
): Stage {
  return {
    names,
    client,
    example,
    isGitHub: false,
    push: (branch, message, files) => copy.push(branch, message, files),
    read: (path) => copy.read(path),
    async run(event): Promise<EndedRun> {
      // A hosted runner begins without anything.
      await rm(stateFolder(names), { recursive: true, force: true });
      const played = await playWorkflow({ folder, origin, github }, await workflowEvent(github, origin, event));
      const { data } = await client.rest.actions.listJobsForWorkflowRun({
        owner: names.owner,
        repo: names.live,
        run_id: played.id,
        per_page: 100,
      });
      const jobs = data.jobs.map(({ id, name, conclusion }) => ({ id, name, conclusion: conclusion ?? "none" }));
      return { id: played.id, conclusion: played.status, jobs, wasApproved: false };
    },
  };
}

async function workflowEvent(github: LocalGitHub, origin: string, event: Event): Promise<WorkflowEvent> {
  if (event.kind === "pull_request") {
    return { name: event.kind, ...(await github.pullRequestEvent(event.number, event.action)) };
  }
  const { stdout } = await execa("git", ["--git-dir", origin, "rev-parse", "refs/heads/main"]);
  const sha = event.kind === "push" ? event.after : stdout.trim();
  const payload =
    event.kind === "push"
      ? await github.pushEvent(event.before, event.after)
      : event.kind === "schedule"
        ? { schedule: "*/5 * * * *" }
        : { inputs: event.inputs, ref: "refs/heads/main" };
  return { name: event.kind, payload, sha, ref: "refs/heads/main", headSha: sha, headBranch: "main" };
}
