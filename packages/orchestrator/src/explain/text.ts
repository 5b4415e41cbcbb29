import type { AffectedUnit, Reason } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";

/** Lines of one list that are shown before the rest is counted. */
const SHOWN = 20;

/** An assessment for people: what is wrong, what changed with the chain to each unit, what runs, what was left out. */
export function explain(assessment: Assessment): string {
  const { comparison, problems, jobs, unmatched, ignored, notices } = assessment;
  const from = comparison.base === null ? "nothing" : comparison.base.slice(0, 8);
  const blocks = [
    [`${comparison.mode} of ${from} → ${comparison.head.slice(0, 8)}`],
    block(
      "Problems",
      problems.map((problem) => `${placeOf(problem)}${problem.message}`),
    ),
    changesBlock(assessment),
    block(
      "Withheld",
      assessment.units.flatMap(({ withheld }) => (withheld === undefined ? [] : [withheld.message])),
    ),
    block(
      "Jobs",
      jobs.map((job) => `stage ${job.stage}  ${job.name}  [${job.id}]`),
    ),
    block("Changed, but read by no unit", unmatched),
    block("Ignored", ignored),
    notices,
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function changesBlock({ changes, units }: Assessment): string[] {
  const byPath = new Map(units.map((unit) => [unit.path, unit]));
  return changes.flatMap((change, index) => {
    const files = new Set(change.files.map(({ path }) => path));
    const names = change.files.slice(0, 3).map(({ path }) => path);
    const more = change.files.length > 3 ? ` and ${change.files.length - 3} more` : "";
    const lines = change.units.flatMap((path) => {
      const unit = byPath.get(path);
      const reason = unit?.because.find(({ change: type, file }) => type === change.type && files.has(file));
      return unit === undefined || reason === undefined ? [] : [unitLine(unit, reason)];
    });
    const about = change.account === undefined ? `${names.join(", ")}${more}` : change.account.name;
    return [...(index === 0 ? [] : [""]), `${change.type}  ${about}`, ...shortened(lines)];
  });
}

function unitLine(unit: AffectedUnit, reason: Reason): string {
  const chain = reason.links.map(({ relation, path }) => `← ${relation} ← ${path}`).join(" ");
  const caution = unit.notEvaluated === true ? "  (not evaluated)" : "";
  return `${unit.action.padEnd(12)} ${unit.path}  [${unit.environment}]  ${reason.file} ${chain}${caution}`;
}

function placeOf({ file, line }: Assessment["problems"][number]): string {
  return file === null ? "" : `${file}${line === null ? "" : `:${line}`}: `;
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...shortened(lines)];
}

function shortened(lines: readonly string[]): string[] {
  const shown = lines.slice(0, SHOWN).map((line) => `  ${line}`);
  return lines.length > SHOWN ? [...shown, `  … and ${lines.length - SHOWN} more`] : shown;
}
