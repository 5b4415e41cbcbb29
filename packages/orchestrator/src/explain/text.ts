import type { AffectedUnit, Reason } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Change } from "@pipelines/core/contracts/change";
import type { Job } from "@pipelines/core/contracts/job";
import { inert } from "@pipelines/core/redaction/inert";

/** Lines of one list that are shown before the rest is counted. */
const SHOWN = 20;

/** Units of one change that are shown where there are many changes. */
const SHOWN_OF_MANY = 3;

/** An assessment for people: what is wrong, what changed with the chain to each unit, what runs, what was left out. */
export function explain(assessment: Assessment): string {
  const { comparison, problems, untouched, jobs, unmatched, ignored, notices } = assessment;
  const from = comparison.base === null ? "nothing" : comparison.base.slice(0, 8);
  const blocks = [
    [`${comparison.mode} of ${from} → ${comparison.head.slice(0, 8)}${totals(assessment)}`],
    block("Problems", alike(problems)),
    changesBlock(assessment),
    block(
      "Withheld",
      assessment.units.flatMap(({ withheld }) => withheldLine(withheld)),
    ),
    block(
      comparison.mode === "plan" ? "Withheld when this is merged" : "Withheld when this is carried out",
      assessment.units.flatMap(({ willBeWithheld }) => withheldLine(willBeWithheld)),
    ),
    block("Not evaluated without credentials: affected by any file that their text may reach", unevaluated(assessment)),
    block("Order of environments", (assessment.promotions ?? []).map(chainLine)),
    block("Jobs", jobs.length > SHOWN ? jobsByStage(jobs) : jobs.map(jobLine)),
    block("Changed, but read by no unit", unmatched),
    block("Ignored", ignored),
    block("Wrong before, and not touched", alike(untouched ?? [])),
    notices,
    costBlock(assessment),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  // Names and messages are anybody's, and the text goes into logs that obey commands.
  return `${inert(text)}\n`;
}

function totals({ units, jobs, changes }: Assessment): string {
  if (units.length === 0) return "";
  return `: ${count(units.length, "unit")} by ${count(changes.length, "change")}, ${count(jobs.length, "job")}`;
}

function changesBlock({ changes, units }: Assessment): string[] {
  const byPath = new Map(units.map((unit) => [unit.path, unit]));
  const perChange = changes.length > SHOWN ? SHOWN_OF_MANY : SHOWN;
  const lines = changes.slice(0, SHOWN).flatMap((change, index) => {
    const about = change.account === undefined ? filesOf(change) : change.account.name;
    const files = new Set(change.files.map(({ path }) => path));
    const affected = change.units.flatMap((path) => {
      const unit = byPath.get(path);
      const reason = unit?.because.find(({ change: type, file }) => type === change.type && files.has(file));
      return unit === undefined || reason === undefined ? [] : [{ unit, reason }];
    });
    const shown = affected.slice(0, perChange).map(({ unit, reason }) => unitLine(unit, reason));
    return [...(index === 0 ? [] : [""]), `${change.type}  ${about}`, ...listed(shown, affected.length)];
  });
  return changes.length > SHOWN ? [...lines, "", ...moreChanges(changes.slice(SHOWN))] : lines;
}

function filesOf({ files }: Change): string {
  const names = files.slice(0, SHOWN_OF_MANY).map(({ path }) => path);
  const more = files.length > SHOWN_OF_MANY ? ` and ${files.length - SHOWN_OF_MANY} more` : "";
  return `${names.join(", ")}${more}`;
}

function moreChanges(changes: readonly Change[]): string[] {
  const types = [...Map.groupBy(changes, ({ type }) => type)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = types.map(([type, members]) => {
    const units = new Set(members.flatMap((change) => change.units)).size;
    return `  ${type}  ${count(members.length, "change")} of ${count(units, "unit")}`;
  });
  return [`… and ${count(changes.length, "more change", "more changes")}; \`--json\` has them all`, ...lines];
}

function unitLine(unit: AffectedUnit, reason: Reason): string {
  const chain = reason.links.map(({ relation, path }) => `← ${relation} ← ${path}`).join(" ");
  const caution = unit.notEvaluated === undefined ? "" : "  (not evaluated)";
  return `${unit.action.padEnd(12)} ${unit.path}  [${unit.environment}]  ${reason.file} ${chain}${caution}`;
}

function withheldLine(withheld: AffectedUnit["withheld"]): string[] {
  return withheld === undefined ? [] : [`${withheld.message} ${withheld.next}`];
}

/** One line for each thing that Terragrunt said, with the units about which it said so. */
function unevaluated({ units }: Assessment): string[] {
  const groups = Map.groupBy(units, ({ notEvaluated }) => notEvaluated);
  return [...groups].flatMap(([message, [first, ...others]]) => {
    if (message === undefined || first === undefined) return [];
    return `${first.path}${others.length === 0 ? "" : ` and ${others.length} more`}: ${message}`;
  });
}

/** `dev → stage → prod`: each starts when all of the change before it ended well. */
function chainLine(steps: NonNullable<Assessment["promotions"]>[number]): string {
  return steps.map((names) => names.join(" and ")).join(" → ");
}

function jobLine(job: Job): string {
  const waits = [...new Set(job.units.flatMap(({ waitsFor = [] }) => waitsFor))].toSorted();
  const after = waits.length === 0 ? "" : `  (after ${waits.join(" and ")})`;
  return `stage ${job.stage}  ${job.name}  [${job.id}]${after}`;
}

function jobsByStage(jobs: readonly Job[]): string[] {
  const groups = Map.groupBy(jobs, ({ stage, action, environment }) => `stage ${stage}  ${action} · ${environment}`);
  return [...groups].map(([what, members]) => {
    const units = members.reduce((sum, job) => sum + job.units.length, 0);
    return `${what}  ${count(members.length, "job")} with ${count(units, "unit")}`;
  });
}

function costBlock({ discovery }: Assessment): string[] {
  if (discovery === undefined) return [];
  const { snapshots, terragruntCalls, seconds } = discovery;
  const calls = count(terragruntCalls, "call");
  return [`Discovery read ${count(snapshots, "commit")} with ${calls} of Terragrunt in ${seconds} s.`];
}

type Problem = Assessment["problems"][number];

function problemLine({ file, line, message }: Problem, more = ""): string {
  const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}${more}: `;
  return `${place}${message}`;
}

/** One line for problems of the same words, whose places are many where a template is at fault. */
function alike(problems: readonly Problem[]): string[] {
  return [...Map.groupBy(problems, ({ message }) => message).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : problemLine(first, others.length === 0 ? "" : ` and ${others.length} more`),
  );
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...listed(lines.slice(0, SHOWN), lines.length)];
}

/** The lines that are shown, indented, and how many more there are. */
function listed(shown: readonly string[], total: number): string[] {
  const lines = shown.map((line) => `  ${line}`);
  return total > shown.length ? [...lines, `  … and ${total - shown.length} more`] : lines;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
