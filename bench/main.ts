import { fileURLToPath } from "node:url";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { collectOutcomes, type OutcomeFile } from "@pipelines/dispatcher/collect/outcomes";
import { COMMENT_LIMIT, renderMarkdown } from "@pipelines/dispatcher/render/markdown";
import { buildReport } from "@pipelines/dispatcher/report/model";
import { orchestrate, orchestratorEdges } from "@pipelines/orchestrator/orchestrate";
import { execa } from "execa";
import { makeLiveRepository, unitAt } from "./live-repository.ts";

/**
 * Says how long things take at sizes that hurt, and how much memory they need. Nothing here passes or fails: numbers are for
 * comparing two commits on one machine.
 */
const sizes = process.argv
  .slice(2)
  .filter((word) => word !== "--measured")
  .map(Number);

if (process.argv.includes("--measured")) await measure(sizes[0] ?? 0);
else {
  say("units", "case", "seconds", "peak MiB", "found");
  for (const size of sizes.length > 0 ? sizes : [200, 2000]) {
    // A process of its own per size: its peak of memory is its own.
    await execa(process.execPath, [fileURLToPath(import.meta.url), String(size), "--measured"], { stdio: "inherit" });
  }
}

async function measure(units: number): Promise<void> {
  await using live = await makeLiveRepository(units);
  const edges = await orchestratorEdges(live.folder, process.env);
  const wanted = { kind: "local", base: "HEAD~1", head: "HEAD", event: "pull_request" } as const;
  const assess = () => orchestrate(edges, wanted);

  await live.commit({
    [`${unitAt(1)}/terragrunt.hcl`]: 'terraform {\n  source = "${get_repo_root()}/modules/service"\n}\n',
  });
  await timed(units, "one unit changed", assess);
  await live.commit({ "_envcommon/service.hcl": 'inputs = { size = "large" }\n' });
  await timed(units, "a third reads the change", assess);
  await live.commit({ "root.hcl": 'remote_state {\n  backend = "local"\n  config  = { path = "state" }\n}\n' });
  const all = await timed(units, "every unit is affected", assess);
  await timed(units, "report of every unit", async () => {
    report(all);
    return all;
  });
}

/** What the report job does with the outcomes of a run. */
function report(assessment: Assessment): void {
  const files = assessment.jobs.map((job): OutcomeFile => {
    const outcome = JobOutcome.parse({
      ...{ version: 1, job: job.id, attempt: 1, action: job.action, environment: job.environment, at: job.at },
      ...{ state: "finished", toolVersions: { terragrunt: null, tofu: null }, hooks: [], failure: null, logUrl: null },
      units: job.units.map(({ path }) => ({ path, end: { kind: "changed" }, planText: `${path}.txt`, seconds: 1 })),
    });
    const planTexts = new Map(job.units.map(({ path }) => [`${path}.txt`, "  + resource\n".repeat(200)]));
    return { job: job.id, attempt: 1, content: { kind: "read", outcome, planTexts } };
  });
  const run = {
    repository: "acme/live",
    runId: "1",
    runNumber: 1,
    attempt: 1,
    runUrl: "https://github.com/acme/live/actions/runs/1",
  };
  const told = { serverUrl: "https://github.com", commit: assessment.comparison.head, pullRequest: 1 };
  const endings = collectOutcomes(assessment.jobs, files);
  renderMarkdown(
    buildReport(assessment, endings, {
      ...run,
      ...told,
      event: "pull_request",
      ref: "refs/pull/1/merge",
      tip: assessment.comparison.head,
      before: null,
      assignee: null,
    }),
    COMMENT_LIMIT,
  );
}

async function timed(units: number, name: string, act: () => Promise<Assessment>): Promise<Assessment> {
  const started = performance.now();
  const result = Assessment.parse(await act());
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const found = `${result.units.length} units, ${result.jobs.length} jobs, ${result.problems.length} problems`;
  say(String(units), name, seconds, String(Math.round(process.resourceUsage().maxRSS / 1024)), found);
  return result;
}

function say(...cells: readonly string[]): void {
  const widths = [6, 24, 8, 9];
  process.stdout.write(
    `${cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd()}\n`,
  );
}
