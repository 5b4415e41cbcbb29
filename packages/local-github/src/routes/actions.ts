import { HttpError, notFound } from "../http-error.ts";
import { artifactShape, checkRunShape, jobShape, runShape } from "../shapes/run.ts";
import { type Artifact, lastAttempt, type WorkflowRun } from "../state.ts";
import { type Call, counted, type Need, numberOf, ok, type Route } from "./route.ts";

const ACTIONS = "/repos/{owner}/{repo}/actions";
const RUN = `${ACTIONS}/runs/{run_id}`;
const READ: readonly Need[] = ["actions:read"];

export const actionsRoutes: readonly Route[] = [
  { method: "GET", path: `${ACTIONS}/runs`, needs: READ, handle: listRuns },
  { method: "GET", path: `${ACTIONS}/workflows/{workflow_id}/runs`, needs: READ, handle: listRuns },
  { method: "GET", path: RUN, needs: READ, handle: (call) => ok(runShape(call.world, runOf(call))) },
  { method: "GET", path: `${RUN}/attempts/{attempt_number}`, needs: READ, handle: getAttempt },
  { method: "GET", path: `${RUN}/jobs`, needs: READ, handle: listJobs },
  { method: "GET", path: `${RUN}/attempts/{attempt_number}/jobs`, needs: READ, handle: listJobsOfAttempt },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/commits/{ref}/check-runs",
    needs: ["checks:read", "actions:read"],
    handle: listCheckRuns,
  },
  { method: "GET", path: `${ACTIONS}/jobs/{job_id}`, needs: READ, handle: getJob },
  { method: "GET", path: `${RUN}/artifacts`, needs: READ, handle: listArtifactsOfRun },
  { method: "GET", path: `${ACTIONS}/artifacts`, needs: READ, handle: listArtifacts },
  {
    method: "GET",
    path: `${ACTIONS}/artifacts/{artifact_id}`,
    needs: READ,
    handle: (call) => ok(artifactShape(call.world, artifactOf(call))),
  },
  { method: "GET", path: `${ACTIONS}/artifacts/{artifact_id}/{archive_format}`, needs: READ, handle: downloadArtifact },
];

function runOf(call: Call): WorkflowRun {
  const run = call.world.state.runs.get(numberOf(call, "run_id"));
  if (run === undefined) throw notFound();
  return run;
}

function artifactOf(call: Call): Artifact {
  const artifact = call.world.state.artifacts.get(numberOf(call, "artifact_id"));
  if (artifact === undefined) throw notFound();
  return artifact;
}

/** Runs, newest first; of one workflow when the path names it by file name or id. */
function listRuns(call: Call) {
  const { world, query, params } = call;
  const workflow = params["workflow_id"];
  const [event, branch, headSha] = [query.get("event"), query.get("branch"), query.get("head_sha")];
  const [status, actor, created] = [query.get("status"), query.get("actor"), query.get("created")];
  const ofWorkflow = (run: WorkflowRun): boolean =>
    workflow === undefined ||
    String(run.workflowId) === workflow ||
    run.workflowPath === workflow ||
    run.workflowPath.endsWith(`/${workflow}`);
  const runs = [...world.state.runs.values()].filter(ofWorkflow);
  if (workflow !== undefined && runs.length === 0) throw notFound();
  const found = runs.filter((run) => {
    const attempt = lastAttempt(run);
    return (
      (event === null || run.event === event) &&
      (branch === null || run.headBranch === branch) &&
      (headSha === null || run.headSha === headSha) &&
      (actor === null || run.actor.login === actor) &&
      (status === null || attempt.status === status || attempt.conclusion === status) &&
      (created === null || isWithin(run.createdAt, created))
    );
  });
  return counted(call, "workflow_runs", found.reverse(), (run) => runShape(world, run));
}

/** GitHub's search syntax for times: `>=t`, `<t`, `a..b`, or a day. */
function isWithin(time: string, range: string): boolean {
  const at = Date.parse(time);
  const [, sign = "", limit = ""] = /^(>=|<=|>|<)(.+)$/.exec(range) ?? [];
  switch (sign) {
    case ">=":
      return at >= Date.parse(limit);
    case "<=":
      return at <= Date.parse(limit);
    case ">":
      return at > Date.parse(limit);
    case "<":
      return at < Date.parse(limit);
    default: {
      const [from = "", to] = range.split("..");
      if (to === undefined) return time.startsWith(from);
      return (from === "*" || at >= Date.parse(from)) && (to === "*" || at <= Date.parse(to));
    }
  }
}

function getAttempt(call: Call) {
  const run = runOf(call);
  const attempt = run.attempts.find(({ number }) => number === numberOf(call, "attempt_number"));
  if (attempt === undefined) throw notFound();
  return ok(runShape(call.world, run, attempt));
}

function listJobs(call: Call) {
  const run = runOf(call);
  const all = call.query.get("filter") === "all";
  return jobs(call, run, (attempt) => all || attempt === lastAttempt(run).number);
}

function listJobsOfAttempt(call: Call) {
  const run = runOf(call);
  const number = numberOf(call, "attempt_number");
  if (!run.attempts.some((attempt) => attempt.number === number)) throw notFound();
  return jobs(call, run, (attempt) => attempt === number);
}

function jobs(call: Call, run: WorkflowRun, ofAttempt: (attempt: number) => boolean) {
  const found = run.jobs.filter((job) => ofAttempt(job.attempt));
  return counted(call, "jobs", found, (job) => jobShape(call.world, run, job));
}

/** Each job of a run is a check of the commit that the run belongs to. */
function listCheckRuns(call: Call) {
  const { world, params, query } = call;
  const wanted = query.get("check_name");
  const found = [...world.state.runs.values()]
    .filter(({ headSha }) => headSha === params["ref"])
    .flatMap((run) =>
      run.jobs
        .filter(({ attempt, name }) => attempt === lastAttempt(run).number && (wanted === null || name === wanted))
        .map((job) => ({ run, job })),
    );
  return counted(call, "check_runs", found, ({ run, job }) => checkRunShape(world, run, job));
}

function getJob(call: Call) {
  const id = numberOf(call, "job_id");
  for (const run of call.world.state.runs.values()) {
    const job = run.jobs.find((candidate) => candidate.id === id);
    if (job !== undefined) return ok(jobShape(call.world, run, job));
  }
  throw notFound();
}

function listArtifactsOfRun(call: Call) {
  const run = runOf(call);
  return artifacts(call, (artifact) => artifact.runId === run.id);
}

function listArtifacts(call: Call) {
  return artifacts(call, () => true);
}

function artifacts(call: Call, among: (artifact: Artifact) => boolean) {
  const name = call.query.get("name");
  const found = [...call.world.state.artifacts.values()]
    .filter((artifact) => among(artifact) && (name === null || artifact.name === name))
    .reverse();
  return counted(call, "artifacts", found, (artifact) => artifactShape(call.world, artifact));
}

function downloadArtifact(call: Call) {
  const artifact = artifactOf(call);
  if (call.params["archive_format"] !== "zip") throw notFound();
  if (artifact.expired) throw new HttpError(410, "Artifact has expired");
  return {
    status: 302,
    headers: { location: `${call.world.downloadUrl}/artifacts/${artifact.id}.zip?signature=local` },
  };
}
