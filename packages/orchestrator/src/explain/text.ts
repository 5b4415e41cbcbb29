import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Job } from "@pipelines/core/contracts/job";
import { inert } from "@pipelines/core/redaction/inert";
import { chainOf, firstReason, marksOf } from "./reasons.ts";

/** How much is said, and where the rest is. */
export type Detail = {
  /** Every chain from a changed file to a unit, and every line of each list. */
  readonly verbose: boolean;
  /** Where a reader finds what is left out: "`--verbose` prints all". */
  readonly rest: string;
  /** Calls of `run_cmd`, whose commands may read anything: `root.hcl:3`. */
  readonly commands: readonly string[];
  /** What is worth saying beside the comparison. */
  readonly asides: readonly string[];
};

/** Lines of one list that are shown before the rest is counted. */
const SHOWN = 20;

/** Units that are shown before the rest is counted by environment. */
const SHOWN_UNITS = 80;

/** An assessment for people: what runs where and why, what does not, what was left out; what is wrong comes last. */
export function explain(assessment: Assessment, detail: Detail): string {
  const { problems, untouched, units, notices, comparison } = assessment;
  const list = listing(detail);
  const blocks = [
    [headline(assessment)],
    ...environmentBlocks(assessment, detail),
    list("Accounts", accountLines(assessment)),
    list(
      "Withheld",
      units.flatMap(({ withheld }) => withheldLine(withheld, problems)),
    ),
    list(
      comparison.mode === "plan" ? "Not done by merging" : "Not done when this is carried out",
      units.flatMap(({ willBeWithheld }) => withheldLine(willBeWithheld, problems)),
    ),
    list(
      "Not evaluated without credentials or variables, so any file that they may reach affects them",
      unevaluated(assessment),
    ),
    list("Order of environments", (assessment.promotions ?? []).map(chainLine)),
    jobsBlock(assessment, detail),
    unreadBlock(assessment, detail),
    namedBriefly("Ignored", assessment.ignored, detail),
    detail.verbose ? list("Wrong before, and not touched", alike(untouched ?? [])) : [],
    notices,
    ...detail.asides.map((aside) => [aside]),
    costBlock(assessment),
    list(problems.length === 1 ? "1 problem" : `${problems.length} problems`, alike(problems)),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  // Names and messages are anybody's, and the text goes into logs that obey commands.
  return `${inert(text)}\n`;
}

function headline({ comparison, units, jobs, changes, problems }: Assessment): string {
  const from = comparison.base === null ? "nothing" : comparison.base.slice(0, 8);
  const title = `${comparison.mode === "plan" ? "Pull request" : named(comparison.mode)} ${from} → ${comparison.head.slice(0, 8)}`;
  const figures = [
    ...(units.length === 0 ? [] : [count(units.length, "unit"), count(changes.length, "change")]),
    ...(jobs.length === 0 ? [] : [count(jobs.length, "job")]),
    ...(problems.length === 0 ? [] : [count(problems.length, "problem")]),
  ];
  return figures.length === 0 ? title : `${title}: ${figures.join(", ")}`;
}

const named = (mode: Assessment["comparison"]["mode"]): string => `${mode[0]?.toUpperCase()}${mode.slice(1)}`;

/** The units of each environment, one a line. */
function environmentBlocks({ units, jobs }: Assessment, { verbose, rest }: Detail): string[][] {
  const packed = new Set(jobs.flatMap((job) => job.units.map(({ path }) => path)));
  const isLeftOut = ({ path, withheld }: AffectedUnit): boolean => withheld === undefined && !packed.has(path);
  const groups = [...Map.groupBy(units, ({ environment }) => environment)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const room = Math.max(3, Math.floor(SHOWN_UNITS / Math.max(groups.length, 1)));
  const shownGroups = verbose ? groups : groups.slice(0, SHOWN);
  const blocks = shownGroups.map(([environment, members]) => {
    const shown = verbose ? members : members.slice(0, room);
    const left = members.length - shown.length;
    return [
      `${environment}: ${count(members.length, "unit")}`,
      ...unitLines(shown, verbose, isLeftOut),
      ...(left === 0 ? [] : [`  … and ${left} more; ${rest}`]),
    ];
  });
  const hidden = groups.slice(shownGroups.length);
  const hiddenUnits = hidden.reduce((sum, [, members]) => sum + members.length, 0);
  return hidden.length === 0
    ? blocks
    : [...blocks, [`… and ${count(hidden.length, "more environment")} with ${count(hiddenUnits, "unit")}; ${rest}`]];
}

/** A wider name pushes its own reason out of line, and nobody else's. */
const WIDEST = 90;

function unitLines(
  units: readonly AffectedUnit[],
  verbose: boolean,
  isLeftOut: (unit: AffectedUnit) => boolean,
): string[] {
  const actions = Math.max(...units.map(({ action }) => action.length));
  const paths = Math.min(WIDEST, Math.max(...units.map(({ path }) => path.length)));
  return units.flatMap((unit) => {
    const leftOut = isLeftOut(unit) ? ["in no job: see below"] : [];
    const marks = [...marksOf(unit), ...leftOut].map((mark) => `  [${mark}]`);
    const start = `  ${unit.action.padEnd(actions)}  ${unit.path.padEnd(paths)}`;
    if (!verbose) return `${start}  ${firstReason(unit)}${marks.join("")}`;
    return [`${start.trimEnd()}${marks.join("")}`, ...unit.because.map((reason) => `      ${chainOf(reason)}`)];
  });
}

function accountLines({ jobs }: Assessment): string[] {
  return jobs.flatMap(({ accounts, action }) => {
    const what =
      action === "provision-account" ? "a pull request with its code is opened" : "the code for it is previewed";
    const [added, requested] = [accounts?.added ?? [], accounts?.requested ?? []];
    return [...added, ...requested].map(({ name }) => `${name}: ${what}`);
  });
}

/** What a rule says of a unit, where no problem says it. */
function withheldLine(withheld: AffectedUnit["withheld"], problems: readonly Problem[]): string[] {
  if (withheld === undefined || problems.some(({ message }) => message.startsWith(withheld.message))) return [];
  return [`${withheld.message} ${withheld.next}`];
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

/** The environments that a job waits for. */
function afterOf({ units }: Job): string {
  const waits = [...new Set(units.flatMap(({ waitsFor = [] }) => waitsFor))].toSorted();
  return waits.length === 0 ? "" : `  (after ${waits.join(" and ")})`;
}

/** The jobs by the names that GitHub shows. */
function jobsBlock({ jobs }: Assessment, detail: Detail): string[] {
  const stages = new Set(jobs.map(({ stage }) => stage));
  const title = stages.size > 1 ? "Jobs, stage after stage" : jobs.length > 1 ? "Jobs, side by side" : "Job";
  const stageOf = (stage: number): string => (stages.size > 1 ? `${stage}  ` : "");
  if (detail.verbose || jobs.length <= SHOWN) {
    return listing(detail)(
      title,
      jobs.map((job) => `${stageOf(job.stage)}${job.name}${afterOf(job)}`),
    );
  }
  const groups = Map.groupBy(
    jobs,
    ({ stage, name, environment }) => `${stageOf(stage)}${name.split(" · ")[0] ?? name} · ${environment}`,
  );
  const lines = [...groups].map(([what, members]) => {
    const units = members.reduce((sum, job) => sum + job.units.length, 0);
    return `${what}: ${count(members.length, "job")} with ${count(units, "unit")}`;
  });
  return listing(detail)(title, lines);
}

/** Files that nothing reads, as far as texts say: a command may read them all the same. */
function unreadBlock({ unmatched }: Assessment, detail: Detail): string[] {
  const lines = listing(detail)("Changed, but read by no unit", unmatched);
  if (lines.length === 0 || detail.commands.length === 0) return lines;
  const places = detail.commands.slice(0, 3).join(", ");
  const more = detail.commands.length > 3 ? ` and ${detail.commands.length - 3} more` : "";
  return [
    ...lines,
    `  What \`run_cmd\` reads can't be seen (${places}${more}). If it reads one of these, say so in .pipelines/config.yml:`,
    `    extra_reads: [{ files: [${JSON.stringify(unmatched[0])}], units: ["…"] }]`,
  ];
}

/** A list that seldom matters, in one line unless all is asked for. */
function namedBriefly(title: string, names: readonly string[], detail: Detail): string[] {
  if (detail.verbose || names.length === 0) return listing(detail)(title, names);
  const shown = names.slice(0, 3);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  return [`${title}: ${shown.join(", ")}${more}`];
}

function costBlock({ discovery }: Assessment): string[] {
  if (discovery === undefined) return [];
  const { snapshots, terragruntCalls, seconds } = discovery;
  const calls = count(terragruntCalls, "call");
  return [`Read ${count(snapshots, "commit")} with ${calls} of Terragrunt in ${seconds} s.`];
}

type Problem = Assessment["problems"][number];

function problemLine({ file, line, message }: Problem, more = ""): string {
  const place = file === null ? "" : `${file}${line === null ? "" : `:${line}`}${more}: `;
  return `${place}${message}`;
}

/** One line for problems of the same words, whose places are many where a template is at fault. */
function alike(problems: readonly Problem[]): string[] {
  return [...Map.groupBy(problems, ({ message }) => withoutOtherLines(message)).values()].flatMap(
    ([first, ...others]) =>
      first === undefined
        ? []
        : others.length === 0
          ? problemLine(first)
          : problemLine({ ...first, message: withoutOtherLines(first.message) }, ` and ${others.length} more`),
  );
}

/** A message without the other lines of its own file that are wrong. */
const withoutOtherLines = (message: string): string => message.replace(/ \(There is more in this file[^)]*\)/, "");

/** Makes a block of a title and indented lines; says how many are left out, and where they are. */
function listing({ verbose, rest }: Detail): (title: string, lines: readonly string[]) => string[] {
  return (title, lines) => {
    if (lines.length === 0) return [];
    const shown = (verbose ? lines : lines.slice(0, SHOWN)).map((line) => `  ${line.replaceAll("\n", "\n    ")}`);
    const left = lines.length - shown.length;
    return [title, ...shown, ...(left === 0 ? [] : [`  … and ${left} more; ${rest}`])];
  };
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
