import { COMMENT_LIMIT, renderMarkdown } from "../render/markdown.ts";
import { isWorthReporting, type Report } from "../report/model.ts";
import { type CommentMarker, commentMarker } from "./comment-marker.ts";
import type { Sink } from "./sink.ts";
import { type Conversation, publishComment } from "./sticky-comment.ts";

/** The one comment of a kind on a pull request. */
export function commentSink(conversationOn: (pullRequest: number) => Promise<Conversation>): Sink {
  return {
    name: "comment",
    wants: ({ run, phase, pending }) => run.pullRequest !== null && (phase.kind !== "start" || pending.length > 0),
    async publish(report) {
      const { run, scope } = report;
      if (run.pullRequest === null) return { kind: "skipped", why: "the run belongs to no pull request" };
      const marker = markerOf(report);
      const most = COMMENT_LIMIT.most - commentMarker(marker).length - 1;
      return publishComment(await conversationOn(run.pullRequest), {
        marker,
        body: renderMarkdown(report, { ...COMMENT_LIMIT, most }),
        worthANewOne: isWorthReporting(report),
        scopes: scope?.ofRun ?? [],
      });
    },
  };
}

function markerOf({ kind, scope, run, phase }: Report): CommentMarker {
  return { kind, scope: scope?.key ?? null, run: run.runNumber, attempt: run.attempt, phase };
}
