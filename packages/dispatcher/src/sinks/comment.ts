import { COMMENT_LIMIT, renderMarkdown } from "../render/markdown.ts";
import { isWorthReporting, type Report } from "../report/model.ts";
import type { Overlap } from "../report/reach.ts";
import { type CommentMarker, commentMarker } from "./comment-marker.ts";
import { planUnitsLine } from "./plan-units.ts";
import type { Sink } from "./sink.ts";
import { MARK_ROOM, markLines, readMarks, type StaleMark } from "./stale-mark.ts";
import { type Conversation, publishComment, type StickyComment } from "./sticky-comment.ts";

/** What is known of the deploy branch and of other pull requests when a plan is published. */
export type Surroundings = {
  /** Other open pull requests that change the same units. */
  overlapsOf(report: Report): Promise<readonly Overlap[]>;
  /** The marks of merges that a plan does not have in it yet. */
  stillStale(marks: readonly StaleMark[], report: Report): Promise<readonly StaleMark[]>;
};

/** Nothing is known of them. */
const UNKNOWN: Surroundings = { overlapsOf: async () => [], stillStale: async (marks) => marks };

/** The one comment of a kind on a pull request. */
export function commentSink(
  conversationOn: (pullRequest: number) => Promise<Conversation>,
  surroundings: Surroundings = UNKNOWN,
): Sink {
  return {
    name: "comment",
    wants: ({ run, phase, pending }) => run.pullRequest !== null && (phase.kind !== "start" || pending.length > 0),
    async publish(report) {
      const { run, scope } = report;
      if (run.pullRequest === null) return { kind: "skipped", why: "the run belongs to no pull request" };
      const marker = markerOf(report);
      const most = COMMENT_LIMIT.most - commentMarker(marker).length - 1;
      return publishComment(await conversationOn(run.pullRequest), {
        ...{ marker, worthANewOne: isWorthReporting(report), scopes: scope?.ofRun ?? [] },
        ...(await textOf(report, most, surroundings)),
      });
    },
  };
}

/** The text below the marker. That of a pull request's plan tells other runs what it is about, and is told of merges. */
async function textOf(
  report: Report,
  most: number,
  surroundings: Surroundings,
): Promise<Pick<StickyComment, "body" | "kept">> {
  const { kind, comparison, run, phase, reach } = report;
  if (kind !== "plan" || comparison?.mode !== "plan" || run.pullRequest === null) {
    return { body: renderMarkdown(report, { ...COMMENT_LIMIT, most }) };
  }
  const last = planUnitsLine(reach, comparison.base);
  const overlaps = phase.kind === "end" ? await surroundings.overlapsOf(report) : [];
  const text = renderMarkdown({ ...report, overlaps }, { ...COMMENT_LIMIT, most: most - last.length - MARK_ROOM });
  const plan = { branch: comparison.pullRequest?.baseRef ?? comparison.deployBranch, pullRequest: run.pullRequest };
  return {
    body: `${text.trimEnd()}\n\n${last}`,
    // A merge may have marked the comment while this plan was made without it.
    kept: async (before) => markLines(await surroundings.stillStale(readMarks(before), report), plan),
  };
}

function markerOf({ kind, scope, run, phase }: Report): CommentMarker {
  return { kind, scope: scope?.key ?? null, run: run.runNumber, attempt: run.attempt, phase };
}
