import type { Detail } from "../../report/fit.ts";
import type { Report } from "../../report/model.ts";
import { code, link } from "../escape.ts";

/** Other open pull requests that change the same units: whichever is merged first makes the other's plan old. */
export function overlapBlock({ overlaps }: Report, detail: Detail): string {
  if (overlaps.length === 0) return "";
  const lines = overlaps.slice(0, detail.lines).map(({ pullRequest, units }) => {
    const names = units.slice(0, 5).map((unit) => code(unit, 100));
    return `- #${pullRequest}: ${names.join(", ")}${units.length > 5 ? ` and ${units.length - 5} more` : ""}`;
  });
  const title = "**Other open pull requests change the same units.** When one is merged, this plan is old:";
  return `${title}\n\n${lines.join("\n")}`;
}

/** How a pull request is planned once more, and what each way does. */
export function againBlock({ kind, phase, comparison, run, scope, rows }: Report): string {
  const { pullRequest } = run;
  if (kind !== "plan" || comparison?.mode !== "plan" || phase.kind !== "end" || pullRequest === null) return "";
  // Where nothing was planned, nothing is to be planned again.
  if (scope !== null || rows.length === 0) return "";
  const branch = code(comparison.pullRequest?.baseRef ?? comparison.deployBranch);
  const ways = [
    `- **The same commits once more**, after a lock was given back, a role was fixed or the cloud was changed: open ${link(`run ${run.runNumber}`, run.runUrl)} and press **Re-run all jobs**. It does not take what is new on ${branch}.`,
    `- **With what is new on ${branch}**: press **Update branch** at the end of this page, or run ${code(`gh pr update-branch ${pullRequest}`)}. It merges ${branch} into the pull request, and that is planned.`,
    "- **With a change of yours**: push a commit.",
  ];
  return `<details><summary>🔁 Plan again</summary>\n\n${ways.join("\n")}\n\n</details>`;
}
