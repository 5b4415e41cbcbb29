import { appendSummary } from "@pipelines/core/actions/summary";
import { renderMarkdown, SUMMARY_LIMIT } from "../render/markdown.ts";
import type { Sink } from "./sink.ts";

/** The summary on the run's page, which has room for more than a comment. */
export function summarySink(file: string | null): Sink {
  return {
    name: "summary",
    wants: ({ phase }) => phase.kind !== "start",
    async publish(report) {
      if (file === null) return { kind: "skipped", why: "this step has no summary" };
      await appendSummary(file, renderMarkdown(report, SUMMARY_LIMIT));
      return { kind: "published", url: report.run.runUrl };
    },
  };
}
