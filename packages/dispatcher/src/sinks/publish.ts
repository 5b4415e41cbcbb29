import type { Assessment } from "@pipelines/core/contracts/assessment";
import { code, link } from "../render/escape.ts";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "../render/markdown.ts";
import { count } from "../report/headline.ts";
import { isWorthTelling, type Report } from "../report/model.ts";
import { type Conversation, publishComment } from "./comment.ts";
import { type IssueTracker, publishIssues } from "./issue.ts";
import { type CommentMarker, commentMarker } from "./marker.ts";
import { guarded, type SinkResult } from "./sink.ts";

/** Where a report goes. Each is asked for only when it is needed, and a place that fails does not stop the next. */
export type Places = {
  summary(markdown: string): Promise<SinkResult>;
  conversation(pullRequest: number): Promise<Conversation>;
  tracker(): Promise<IssueTracker>;
};

export type Told = { readonly place: "summary" | "comment" | "issues"; readonly result: SinkResult };

/** Tells a finished run: the summary always, a comment on its pull request, issues when it was to change the world. */
export async function publishReport(places: Places, report: Report): Promise<Told[]> {
  const told: Told[] = [];
  const summary = renderMarkdown(report, SUMMARY_LIMIT);
  told.push({ place: "summary", result: await guarded(() => places.summary(summary)) });
  const number = report.run.pullRequest;
  if (number !== null) {
    const marker = markerOf(report, "end");
    const firstLine = commentMarker(marker);
    const limit = { ...COMMENT_LIMIT, most: COMMENT_LIMIT.most - firstLine.length - 1 };
    const body = renderMarkdown(report, limit);
    const publish = async () =>
      publishComment(await places.conversation(number), {
        marker,
        body,
        worthANewOne: isWorthTelling(report),
        scopes: report.scope?.ofRun ?? [],
      });
    told.push({ place: "comment", result: await guarded(publish) });
  }
  if (report.kind !== "plan") {
    told.push({ place: "issues", result: await guarded(async () => publishIssues(await places.tracker(), report)) });
  }
  return told;
}

/** Marks the pull request as being planned. */
export async function publishStart(places: Places, report: Report, assessment: Assessment): Promise<Told[]> {
  const number = report.run.pullRequest;
  if (number === null || assessment.jobs.length === 0) return [];
  const body = renderStart(report, assessment);
  const publish = async () =>
    publishComment(await places.conversation(number), {
      marker: markerOf(report, "start"),
      body,
      worthANewOne: true,
      scopes: report.scope?.ofRun ?? [],
    });
  return [{ place: "comment", result: await guarded(publish) }];
}

function renderStart(report: Report, assessment: Assessment): string {
  const { run } = report;
  const commit = link(code(run.commit.slice(0, 7)), `${run.serverUrl}/${run.repository}/commit/${run.commit}`);
  const units = assessment.jobs.reduce((sum, job) => sum + job.units.length, 0);
  return `### ⏳ Planning ${commit}\n\n${count(units, "unit")} in ${count(assessment.jobs.length, "job")} · ${link(`run ${run.runNumber}`, run.runUrl)} · this comment then shows the result\n`;
}

function markerOf(report: Report, phase: CommentMarker["phase"]): CommentMarker {
  return {
    kind: report.kind,
    scope: report.scope?.key ?? null,
    run: report.run.runNumber,
    attempt: report.run.attempt,
    phase,
  };
}
