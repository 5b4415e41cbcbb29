import { setTimeout as sleep } from "node:timers/promises";
import type { Client, EndedRun, Event, Names, Stage } from "./stage.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** How long a run may take to appear, and to end; a schedule is due when GitHub finds the time. */
const APPEARS_MS = { push: 300_000, pull_request: 300_000, workflow_dispatch: 300_000, schedule: 2_700_000 } as const;
const ENDS_MS = 3_600_000;
const POLL_MS = 15_000;
/** An apply of the slow unit is under way by then, and not over. */
const UNTIL_CANCEL_MS = 20_000;

const CALLER_FILE = "pipelines.yml";

type Run = { readonly id: number; readonly status: string | null; readonly conclusion: string | null };

export type GitHubStageOptions = {
  readonly names: Names;
  readonly client: Client;
  readonly copy: WorkingCopy;
  readonly example: Stage["example"];
  readonly stop: AbortSignal;
};

/** The stage on GitHub: runs are started by what is pushed and asked for, found again, and waited for. */
export function gitHubStage({ names, client, copy, example, stop }: GitHubStageOptions): Stage {
  const common = { owner: names.owner, repo: names.live };
  const { actions } = client.rest;
  const pause = (): Promise<void> => sleep(POLL_MS, undefined, { signal: stop });

  const listed = async (event: Event, workflow: string): Promise<Run[]> => {
    const { data } = await actions.listWorkflowRuns({
      ...common,
      workflow_id: workflow,
      event: event.kind,
      per_page: 50,
      ...commitOf(event),
    });
    return data.workflow_runs;
  };

  const find = async (event: Event, workflow: string, known: ReadonlySet<number>): Promise<Run> => {
    const end = Date.now() + APPEARS_MS[event.kind];
    while (Date.now() < end) {
      const found = (await listed(event, workflow)).find(({ id }) => !known.has(id));
      if (found !== undefined) return found;
      await pause();
    }
    throw new Error(`GitHub started no run for ${event.kind} within ${APPEARS_MS[event.kind] / 60_000} minutes`);
  };

  const approve = async (run: Run): Promise<boolean> => {
    const { data } = await actions.getPendingDeploymentsForRun({ ...common, run_id: run.id });
    const ids = data.flatMap(({ environment, current_user_can_approve }) =>
      current_user_can_approve && environment.id !== undefined ? [environment.id] : [],
    );
    if (ids.length === 0) return false;
    await actions.reviewPendingDeploymentsForRun({
      ...common,
      run_id: run.id,
      environment_ids: ids,
      state: "approved",
      comment: "A try-out",
    });
    return true;
  };

  const jobsOf = async (run: Run) =>
    client.paginate(actions.listJobsForWorkflowRun, { ...common, run_id: run.id, per_page: 100 });

  const isRunningUnits = async (run: Run): Promise<boolean> =>
    (await jobsOf(run)).some(
      ({ name, steps }) =>
        name.includes("Apply · ") && (steps ?? []).some((step) => step.name === "Run" && step.status === "in_progress"),
    );

  /** Waits until a run is over, approves what it waits for, and cancels it where that is the point. */
  const untilOver = async (started: Run, cancel: boolean): Promise<{ run: Run; wasApproved: boolean }> => {
    const end = Date.now() + ENDS_MS;
    let [run, wasApproved, isToCancel] = [started, false, cancel];
    while (run.status !== "completed") {
      if (Date.now() > end) throw new Error(`run ${run.id} is not over after ${ENDS_MS / 60_000} minutes`);
      await pause();
      run = (await actions.getWorkflowRun({ ...common, run_id: run.id })).data;
      if (run.status === "waiting" && (await approve(run))) wasApproved = true;
      if (isToCancel && (await isRunningUnits(run))) {
        await sleep(UNTIL_CANCEL_MS, undefined, { signal: stop });
        await actions.cancelWorkflowRun({ ...common, run_id: run.id });
        isToCancel = false;
      }
    }
    return { run, wasApproved };
  };

  return {
    names,
    client,
    isGitHub: true,
    example,
    push: (branch, message, files) => copy.push(branch, message, files),
    read: (path) => copy.read(path),
    async run(event, options): Promise<EndedRun> {
      const workflow = event.kind === "workflow_dispatch" ? (event.workflow ?? CALLER_FILE) : CALLER_FILE;
      const isByCommit = event.kind === "push" || event.kind === "pull_request";
      const known = new Set(isByCommit ? [] : (await listed(event, workflow)).map(({ id }) => id));
      if (event.kind === "workflow_dispatch") {
        await actions.createWorkflowDispatch({
          ...common,
          workflow_id: workflow,
          ref: "main",
          inputs: { ...event.inputs },
        });
      }
      const { run, wasApproved } = await untilOver(await find(event, workflow, known), options?.cancel === true);
      const jobs = (await jobsOf(run)).map(({ id, name, conclusion }) => ({
        id,
        name,
        conclusion: conclusion ?? "none",
      }));
      return { id: run.id, conclusion: run.conclusion ?? "none", jobs, wasApproved };
    },
  };
}

/** The commit by which a run is found: of a push its tip, of a pull request its head. */
function commitOf(event: Event): { readonly head_sha?: string } {
  if (event.kind === "push") return { head_sha: event.after };
  return event.kind === "pull_request" ? { head_sha: event.head } : {};
}
