import { appendSummary } from "@pipelines/core/actions/summary";
import { timesBlock } from "../render/blocks/times.ts";
import { renderMarkdown, SUMMARY_LIMIT } from "../render/markdown.ts";
import type { Report } from "../report/model.ts";
import type { JobTime } from "../report/times.ts";
import type { Sink } from "./sink.ts";

/**
 * The summary on the run's page, which has room for more than a comment: it reads like the comment, and says where the time
 * went as well.
 *
 * @param timesOf when the jobs of the run worked; none where nobody can tell
 */
export function summarySink(file: string | null, timesOf: (report: Report) => Promise<readonly JobTime[]>): Sink {
  return {
    name: "summary",
    wants: ({ phase }) => phase.kind !== "start",
    async publish(report) {
      if (file === null) return { kind: "skipped", why: "this step has no summary" };
      const isWhole = report.phase.kind === "end" && report.scope === null;
      const times = isWhole ? timesBlock(await timesOf(report)) : "";
      const most = SUMMARY_LIMIT.most - SUMMARY_LIMIT.size(times);
      await appendSummary(file, `${renderMarkdown(report, { ...SUMMARY_LIMIT, most })}${times}`);
      return { kind: "published", url: report.run.runUrl };
    },
  };
}
