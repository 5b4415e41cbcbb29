import { posix } from "node:path";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { findCycles } from "@pipelines/core/graph/cycles";
import type { Symlinks } from "./checkout/symlinks.ts";
import type { Exclusion } from "./checkout/texts.ts";
import type { Examined } from "./examine.ts";
import { JSON_UNIT_FILE } from "./json-units.ts";
import { fileIn, liesIn, STACK_FILE, UNIT_FILE } from "./paths.ts";
import type { CommitProblem } from "./snapshot.ts";

const NOTHING_ELSE = { folders: [], missing: null } as const;

/**
 * What Terragrunt can't evaluate, one problem for each place, with all the units that it hits.
 *
 * @param textOf the text of a file, where there is one
 */
export function evaluationProblems(
  examined: readonly Examined[],
  textOf: (file: string) => string | null,
): CommitProblem[] {
  const broken = examined.flatMap(({ facts, diagnosis }): CommitProblem[] => {
    if (diagnosis.kind !== "broken") return [];
    const { line } = diagnosis;
    const file = diagnosis.file ?? fileIn(facts.path, UNIT_FILE);
    const message = `${diagnosis.message}${SCAFFOLD.test(textOf(file) ?? "") ? scaffoldAdvice(facts.path) : ""}`;
    return [{ kind: "not-evaluated", file, line, message, units: [facts.path], ...NOTHING_ELSE }];
  });
  return merged(broken);
}

/** How generators of code mark what they fill in, which is no HCL: `{{ .Name }}`, `{{- if .A }}`, `{% if a %}`. */
const SCAFFOLD = /\{\{-?\s*(?:\.|[a-z]+\s|end\b|else\b)|\{%-?\s*[a-z]+\s/;

const scaffoldAdvice = (unit: UnitPath): string =>
  ` If it is a template for a generator of code and no unit, name its folder under \`ignore\`: \`${unit}/**\`.`;

/** Units that are written twice: Terragrunt finds such a unit by its HCL and runs its JSON. */
export function twiceWrittenProblems(
  examined: readonly Examined[],
  files: ReadonlyMap<string, string>,
): CommitProblem[] {
  return examined.flatMap(({ facts: { path } }): CommitProblem[] => {
    const file = fileIn(path, JSON_UNIT_FILE);
    if (!files.has(file)) return [];
    const message = `\`${file}\` stands beside \`${UNIT_FILE}\`: Terragrunt finds the unit by the HCL and runs the JSON. Remove one of them.`;
    return [{ kind: "not-evaluated", file, line: null, message, units: [path], ...NOTHING_ELSE }];
  });
}

/** Local modules that units name and that the commit does not have. */
export function moduleProblems(examined: readonly Examined[]): CommitProblem[] {
  const missing = examined.flatMap(({ facts, missingModule }): CommitProblem[] => {
    if (missingModule === null) return [];
    const { folder, file, line } = missingModule;
    const message = `The local module \`${folder}\` is not in the repository. Add it, or correct the \`source\`.`;
    return [{ kind: "path", file, line, message, units: [facts.path], ...NOTHING_ELSE }];
  });
  return merged(missing);
}

/**
 * Dependencies with an `expansion` block: Terragrunt lists none of them, refuses the block without an experiment, and
 * with it does nothing of what the block says (https://docs.terragrunt.com/reference/experiments/active).
 */
export function expansionProblems(examined: readonly Examined[]): CommitProblem[] {
  const message =
    "An `expansion` block is an experiment of Terragrunt that does nothing yet, so it is not known on which units this depends. Write a `dependency` block for each.";
  return merged(
    examined.flatMap(({ facts, expansions }) =>
      expansions.map(
        (place): CommitProblem => ({ kind: "not-evaluated", ...place, message, units: [facts.path], ...NOTHING_ELSE }),
      ),
    ),
  );
}

/**
 * What is wrong with the dependencies: cycles as a path, dependencies on what is no unit or lies outside.
 *
 * @param jsonUnits units that do not run here, and whose outputs can be read all the same
 */
export function dependencyProblems(
  examined: readonly Examined[],
  units: ReadonlySet<UnitPath>,
  jsonUnits: { has(folder: string): boolean },
): CommitProblem[] {
  const graph = new Map(examined.map(({ facts, listed }) => [facts.path, listed]));
  const placeIn = new Map(examined.map(({ facts }) => [facts.path, facts.places]));
  const at = (unit: UnitPath, dependency: string): { file: string; line: number | null } =>
    placeIn.get(unit)?.get(dependency) ?? { file: fileIn(unit, UNIT_FILE), line: null };
  const cycles = findCycles(graph).flatMap((cycle): CommitProblem[] => {
    const [first, second] = cycle;
    if (first === undefined || second === undefined) return [];
    const message = `These units depend on each other in a circle: ${cycle.join(" → ")}. Remove one of the dependencies.`;
    const units = [...new Set(cycle)].toSorted();
    return [{ kind: "dependency-cycle", ...at(first, second), message, units, ...NOTHING_ELSE }];
  });
  const missing = examined.flatMap(({ facts: { path }, listed, outside }): CommitProblem[] => [
    ...listed
      .filter((dependency) => !units.has(dependency) && !jsonUnits.has(dependency))
      .map((dependency): CommitProblem => {
        const message = `\`${path}\` depends on \`${dependency}\`, which is no unit of this repository.`;
        const about = { units: [path], folders: [], missing: dependency };
        return { kind: "missing-dependency", ...at(path, dependency), message, ...about };
      }),
    ...outside.map((dependency): CommitProblem => {
      const message = `\`${path}\` depends on \`${dependency}\`, which lies outside of the repository.`;
      return { kind: "missing-dependency", ...at(path, dependency), message, units: [path], ...NOTHING_ELSE };
    }),
  ]);
  return [...cycles, ...missing];
}

/** Files that were not given to Terragrunt, with the units that lie there or read them. */
export function exclusionProblems(
  examined: readonly Examined[],
  exclusions: ReadonlyMap<string, Exclusion>,
): CommitProblem[] {
  return [...exclusions].map(([file, { line, message }]): CommitProblem => {
    const text = `\`${file}\` can't be read as HCL: ${message}. Terragrunt was not given it.`;
    const units = unitsAt(file, examined);
    return { kind: "not-evaluated", file, line, message: text, units, folders: [file], missing: null };
  });
}

/** Links that lead out of the repository, and links to folders with units, which Terragrunt passes over in silence. */
export function linkProblems(
  examined: readonly Examined[],
  { inside, leaving }: Symlinks,
  files: ReadonlyMap<string, string>,
): CommitProblem[] {
  const problem = (file: string, message: string, folders = [file]): CommitProblem => {
    return { kind: "path", file, line: null, message, units: unitsAt(file, examined), folders, missing: null };
  };
  const toUnits = [...inside].filter(([, real]) => files.has(fileIn(real, UNIT_FILE)));
  const stacks = [...inside].filter(([file]) => posix.basename(file) === STACK_FILE);
  return [
    ...stacks.map(([file, real]) =>
      problem(
        file,
        `\`${file}\` is a symbolic link to \`${real}\`. Terragrunt generates its units beside that file, and not here, so none runs. Make it a file of its own, or name the stack that both are copies of as the source of a \`stack\` block.`,
        [file, real],
      ),
    ),
    ...[...leaving].map(([file, target]) =>
      problem(
        file,
        `\`${file}\` is a symbolic link that leads out of the repository (to \`${target}\`), so nothing is read there. Put a copy of what it means into the repository.`,
      ),
    ),
    ...toUnits.map(([file, real]) =>
      problem(
        file,
        `\`${file}\` is a symbolic link to the unit \`${real}\`. Terragrunt looks for no units behind links, so none runs there and none is destroyed. Make it a folder of its own.`,
      ),
    ),
  ];
}

function unitsAt(file: string, examined: readonly Examined[]): UnitPath[] {
  const reads = ({ facts }: Examined): boolean =>
    [...facts.reads].some(([path, links]) => behind(path, file) && links[0]?.relation !== "may be read by");
  return examined
    .filter((unit) => liesIn(file, unit.facts.path) || reads(unit))
    .map(({ facts }) => facts.path)
    .toSorted();
}

const behind = (path: string, link: string): boolean => path === link || liesIn(path, link);

/** Joins problems of the same kind at the same place. */
function merged(problems: readonly CommitProblem[]): CommitProblem[] {
  const groups = Map.groupBy(problems, ({ kind, file, line }) => JSON.stringify([kind, file, line]));
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const members = [first, ...others];
    const messages = new Map(members.flatMap(({ units, message }) => units.map((unit) => [unit, message] as const)));
    const units = members.flatMap((problem) => problem.units).toSorted();
    const said = saidOf(messages);
    return [{ ...first, units, ...(said === first.message ? {} : { message: said, messages }) }];
  });
}

/**
 * One message for units that a problem hits: where theirs only differ by their own names, the first stands for all; where
 * they differ in more, it is said whose it is.
 */
export function saidOf(messages: ReadonlyMap<UnitPath, string>): string {
  const [[unit, message] = ["", ""], ...others] = messages;
  const words = withoutName(unit, message);
  const differing = others.filter(([other, said]) => withoutName(other, said) !== words).length;
  if (differing === 0) return message;
  return `${message} That is said of \`${unit}\`; of ${differing} of the others something else is.`;
}

const withoutName = (unit: string, message: string): string => (unit === "" ? message : message.replaceAll(unit, "…"));
