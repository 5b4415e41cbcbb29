import { unzipSync } from "fflate";
import type { Check, EndedRun, Stage } from "./stage.ts";

/** The check that pull requests require. */
export const STATUS = "pipelines / Pipelines status";

export const check = (what: string, ok: boolean, detail = ""): Check => ({ what, ok, detail });

export const common = ({ names }: Stage) => ({ owner: names.owner, repo: names.live });

/** A change: pushed to a branch, with a pull request, and its run. */
export type Change = { readonly number: number; readonly head: string; readonly run: EndedRun };

/** Proposes a change and waits for its run. */
export async function propose(
  stage: Stage,
  branch: string,
  title: string,
  files: Readonly<Record<string, string | null>>,
): Promise<Change> {
  const { after } = await stage.push(branch, title, files);
  const { data } = await stage.client.rest.pulls.create({ ...common(stage), head: branch, base: "main", title });
  const run = await stage.run({ kind: "pull_request", number: data.number, head: after, action: "opened" });
  return { number: data.number, head: after, run };
}

/** Merges a pull request and waits for the run of the push. */
export async function merge(stage: Stage, number: number): Promise<EndedRun> {
  const { data: base } = await stage.client.rest.repos.getCommit({ ...common(stage), ref: "main" });
  const { data } = await stage.client.rest.pulls.merge({
    ...common(stage),
    pull_number: number,
    merge_method: "squash",
  });
  return stage.run({ kind: "push", before: base.sha, after: data.sha });
}

/** How the run ended, and that the required check says so under its exact name. */
export async function ended(
  stage: Stage,
  run: EndedRun,
  wanted: "success" | "failure",
  commit: string,
): Promise<Check[]> {
  const jobs = run.jobs.map(({ name, conclusion }) => `${conclusion} ${name}`).join(", ");
  const { data } = await stage.client.rest.checks.listForRef({ ...common(stage), ref: commit, check_name: STATUS });
  const found = data.check_runs.map(({ conclusion }) => conclusion);
  return [
    check(`the run ends with ${wanted}`, run.conclusion === wanted, `${run.conclusion}: ${jobs}`),
    check(`the check \`${STATUS}\` says ${wanted}`, found.includes(wanted), found.join(", ") || "there is none"),
  ];
}

/** The texts of all comments on an issue or pull request that the workflow wrote. */
export async function comments(stage: Stage, number: number): Promise<string[]> {
  const found = await stage.client.paginate(stage.client.rest.issues.listComments, {
    ...common(stage),
    issue_number: number,
    per_page: 100,
  });
  return found.filter(({ user }) => user?.type === "Bot").map(({ body }) => body ?? "");
}

/** Open issues that are no pull requests. */
export async function openIssues(stage: Stage): Promise<{ number: number; title: string }[]> {
  const found = await stage.client.paginate(stage.client.rest.issues.listForRepo, {
    ...common(stage),
    state: "open",
    per_page: 100,
  });
  return found.filter((issue) => issue.pull_request === undefined).map(({ number, title }) => ({ number, title }));
}

/** The artifacts of a run: names, and the texts of the files in each. */
export async function artifacts(stage: Stage, run: EndedRun): Promise<{ name: string; files: Map<string, string> }[]> {
  const { actions } = stage.client.rest;
  const listed = await stage.client.paginate(actions.listWorkflowRunArtifacts, {
    ...common(stage),
    run_id: run.id,
    per_page: 100,
  });
  return Promise.all(
    listed.map(async ({ id, name }) => {
      const { data } = await actions.downloadArtifact({ ...common(stage), artifact_id: id, archive_format: "zip" });
      const zip = unzipSync(new Uint8Array(data instanceof ArrayBuffer ? data : Buffer.from(String(data))));
      return {
        name,
        files: new Map(Object.entries(zip).map(([file, content]) => [file, Buffer.from(content).toString("utf8")])),
      };
    }),
  );
}

/** That each of a run's jobs that runs units left one outcome, and that there is one assessment. */
export async function documents(stage: Stage, run: EndedRun, jobs: number): Promise<Check> {
  const names = (await artifacts(stage, run)).map(({ name }) => name);
  const outcomes = names.filter((name) => name.startsWith("pipelines-outcome-"));
  const ok = outcomes.length === jobs && names.filter((name) => name.startsWith("pipelines-assessment-")).length === 1;
  return check(`${jobs === 1 ? "one outcome" : `${jobs} outcomes`} and one assessment are kept`, ok, names.join(", "));
}
