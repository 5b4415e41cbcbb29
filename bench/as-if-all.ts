import { execFileSync } from "node:child_process";
import { isDeepStrictEqual, parseArgs } from "node:util";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Extent } from "@pipelines/orchestrator/compare/units-to-evaluate";
import { orchestrate, orchestratorEdges } from "@pipelines/orchestrator/orchestrate";

/**
 * Goes through the last commits of repositories that are there, and says for each whether evaluating what it may affect
 * comes to the same as evaluating everything. Ends with 1 where it does not.
 *
 * node bench/as-if-all.ts [--commits N] [--skip N] FOLDER…
 */
const { values, positionals } = parseArgs({
  options: { commits: { type: "string", default: "20" }, skip: { type: "string", default: "0" } },
  allowPositionals: true,
});

const [most, skip] = [Number(values.commits), Number(values.skip)];
const counts = { same: 0, different: 0, failed: 0, units: 0 };
for (const folder of positionals) {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  const listed = git("log", "--first-parent", "--format=%H %P", `--skip=${skip}`, "--", "*.hcl", "*.tf", "*.y*ml");
  const commits = listed.split("\n").flatMap((line) => {
    const [head, base] = line.split(" ");
    return head === undefined || base === undefined ? [] : [{ head, base }];
  });
  const edges = await orchestratorEdges(folder, process.env);
  for (const { head, base } of commits.slice(0, most)) {
    const decided = async (extent: Extent) =>
      partsOf(await orchestrate(edges, { kind: "local", base, head, event: "pull_request" }, extent));
    try {
      const [affected, all] = [await decided("affected"), await decided("all")];
      const same = isDeepStrictEqual(affected, all);
      counts[same ? "same" : "different"] += 1;
      counts.units += affected.units.length;
      process.stdout.write(
        `${same ? "same" : "DIFFERENT"}  ${folder}  ${head.slice(0, 12)}  ${affected.units.length} units\n`,
      );
      if (!same) process.exitCode = 1;
    } catch (error) {
      counts.failed += 1;
      process.stdout.write(
        `failed  ${folder}  ${head.slice(0, 12)}  ${error instanceof Error ? error.message : error}\n`,
      );
    }
  }
}
process.stdout.write(
  `${counts.same} commits the same, with ${counts.units} units; ${counts.different} different; ${counts.failed} failed\n`,
);

function partsOf({ changes, units, jobs, problems, unmatched, ignored }: Assessment) {
  return { changes, units, jobs, problems, unmatched, ignored };
}
