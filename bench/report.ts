import { collectOutcomes } from "@pipelines/dispatcher/collect/outcomes";
import { COMMENT_LIMIT, renderMarkdown } from "@pipelines/dispatcher/render/markdown";
import { buildReport } from "@pipelines/dispatcher/report/model";
import { assessmentOf, facts, outcomesOf, type UnitSketch } from "@pipelines/dispatcher/test/build";

/** What the report job does with the outcomes of a run of many units: prints its cost alone, as JSON. */
const text = `OpenTofu will perform the following actions:\n${"\n  + resource\n".repeat(200)}`;
const units = Array.from({ length: Number(process.argv[2] ?? 3000) }, (_, index): UnitSketch => {
  const path = `prod/eu-west-1/service-${index}`;
  return index % 4 === 3 ? { path, end: { kind: "unchanged" } } : { path, changes: 1, text };
});
const [assessment, outcomes] = [assessmentOf({ units }), outcomesOf({ units })];
const [started, before] = [performance.now(), process.cpuUsage()];
renderMarkdown(buildReport(assessment, collectOutcomes(assessment.jobs, outcomes), facts()), COMMENT_LIMIT);
const { user, system } = process.cpuUsage(before);
const cost = {
  seconds: (performance.now() - started) / 1000,
  cpu: (user + system) / 1_000_000,
  peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(cost)}\n`);
