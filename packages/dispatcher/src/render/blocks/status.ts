import { count } from "@pipelines/core/wording/count";
import { headlineOf } from "../../report/headline.ts";
import type { Report } from "../../report/model.ts";
import { isUnchanged, isUnlocking } from "../../report/rows.ts";
import { code, link, sentence } from "../escape.ts";
import { figures } from "../figures.ts";

/** What ran, on which commit, against which base, how long, and where: the first thing that people read. */
export function statusBlock(report: Report): string {
  const { run, totals } = report;
  const headline = headlineOf(report);
  const facts = [
    commits(report),
    totals.units === 0 ? null : `${count(totals.units, "unit")} in ${count(totals.environments, "environment")}`,
    totals.units === 0 ? null : (figures(totals) ?? "no resource changes"),
    totals.seconds === null ? null : `took ${duration(totals.seconds)}`,
    link(`run ${run.runNumber}${run.attempt > 1 ? `, attempt ${run.attempt}` : ""}`, run.runUrl),
  ].filter((fact) => fact !== null);
  return `### ${headline.icon} ${sentence(headline.text)}\n\n${facts.join(" · ")}`;
}

function commits({ run, comparison, kind }: Report): string {
  const at = (commit: string): string =>
    link(code(commit.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${commit}`);
  if (comparison === null) return at(run.commit);
  switch (kind) {
    case "plan": {
      if (comparison.mode === "manual") return `commit ${at(comparison.head)}`;
      const into = ` into ${code(comparison.pullRequest?.baseRef ?? comparison.deployBranch)}`;
      return `${at(run.commit)}${into}${comparison.base === null ? "" : ` at ${at(comparison.base)}`}`;
    }
    case "apply":
      return `commit ${at(run.commit)} on ${code(comparison.deployBranch)}`;
    case "drift":
      return `${code(comparison.deployBranch)} at ${at(comparison.head)}`;
    default:
      return kind satisfies never;
  }
}

function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** The next step after a run that was started by hand: a plan becomes an apply of just that plan. */
export function goOnBlock({ kind, comparison, run, status, rows }: Report): string {
  if (isUnlocking(rows) && status === "success") {
    return "**Next:** re-run the failed jobs of the run that found the state locked, or run the workflow by hand for the unit.";
  }
  if (kind !== "plan" || comparison?.mode !== "manual" || status !== "success") return "";
  const changing = rows.filter((row) => !isUnchanged(row));
  const ready = changing.filter(({ willBeWithheld }) => willBeWithheld === null);
  if (ready.length === 0) return "";
  const units = ready.length === changing.length ? "the same units" : "the units that are not withheld";
  return `**Next:** if this plan is right, run the workflow by hand with ${units} and the same commit, action ${code("apply")} (${code("destroy")} for a plan of a destroy), and ${code("approved_run")} set to ${code(run.runId)}.`;
}
