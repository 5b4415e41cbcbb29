import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { UnitsToEvaluate } from "../compare/units-to-evaluate.ts";
import { unitsBetween } from "./candidates/between.ts";
import { type Configurations, narrow, withDependents } from "./candidates/narrow.ts";
import { mentionsByText, type TextView, textViewOf } from "./candidates/text-view.ts";
import { textsOf } from "./checkout/texts.ts";
import { type Commit, type DiscoveryEdges, openCommit } from "./commit.ts";
import { type CommitEvaluator, commitEvaluator, hasStacks } from "./evaluate-commit.ts";
import { unitOwning } from "./paths.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";

export type Snapshots = { readonly base: Snapshot; readonly head: Snapshot };

/**
 * Reads both commits. Texts tell which units a change may affect; Terragrunt evaluates those, and what has to do with
 * them by dependencies. At base it evaluates what the change may affect there in another way than at head.
 */
export async function bothSnapshots(
  edges: DiscoveryEdges,
  comparison: Comparison,
  diff: readonly ChangedFile[],
  configurations: Configurations,
  wanted: UnitsToEvaluate,
): Promise<Snapshots> {
  const texts = textsOf(edges.repository, edges.parseHcl);
  await using head = await openCommit(edges, texts, comparison.head, configurations.governing, "at once");
  const mentions = mentionsByText();
  if (comparison.base === null || comparison.base === comparison.head) {
    const view = textViewOf(head, mentions);
    const asked = comparison.base === null || isOpaque(head) ? null : namedUnits(view, wanted);
    const named = asked !== null && configurations.governing.include_dependents ? withDependents(asked, view) : asked;
    const evaluator = await commitEvaluator(edges, head, view.includedBeyond);
    const atHead =
      named === null || named.size === view.folders.size
        ? await evaluator.evaluate(null)
        : await withBetween(evaluator, new Set([...named, ...view.open]), named, view);
    return { base: comparison.base === null ? emptySnapshot(comparison.head) : atHead, head: atHead };
  }
  await using base = await openCommit(edges, texts, comparison.base, configurations.atBase, "when asked for");
  // Awaited here: the checkouts go when this returns.
  if (wanted.kind === "all" || isOpaque(base) || isOpaque(head)) return await everything(edges, base, head, diff);
  const [baseView, headView] = [textViewOf(base, mentions), textViewOf(head, mentions)];
  const narrowed = narrow(baseView, headView, diff, configurations);
  const evaluatorAtHead = await commitEvaluator(edges, head, headView.includedBeyond);
  const also = wanted.kind === "affected" ? wanted.also : new Set<UnitPath>();
  const gone = new Set<string>([...also].filter((unit) => !headView.folders.has(unit)));
  const named = new Set<string>([...narrowed.units, ...also, ...headView.dependentsOf(gone)]);
  const candidates = configurations.governing.include_dependents ? withDependents(named, headView) : named;
  const atHead = await withBetween(evaluatorAtHead, candidates, candidates, headView);

  const removed = new Set<string>([...baseView.units].filter((unit) => !atHead.units.has(UnitPath.parse(unit))));
  const evaluatorAtBase = await commitEvaluator(edges, base, baseView.includedBeyond);
  const needed = new Set([
    ...removed,
    ...baseView.dependentsOf(removed),
    ...baseView.open,
    ...readersOnlyAtBase(narrowed.readersAtBase, atHead, diff),
    ...brokenAndUntouched(atHead, diff),
  ]);
  const sources = new Set([...needed, ...narrowed.units]);
  const atBase = await withBetween(evaluatorAtBase, needed, new Set([...removed, ...needed]), baseView, sources);
  return { base: atBase, head: atHead };
}

/** Whether a commit has units that its texts do not show: of stacks, and of configurations in JSON. */
function isOpaque(commit: Commit): boolean {
  return hasStacks(commit) || commit.entries.some(({ path }) => path.endsWith(".hcl.json"));
}

/**
 * Evaluates all units of both commits; of base only when its reads can matter: when every change is inside folders of
 * units that are at head, base can add no unit. It shares head's view then.
 */
async function everything(
  edges: DiscoveryEdges,
  base: Commit,
  head: Commit,
  diff: readonly ChangedFile[],
): Promise<Snapshots> {
  const all = async (commit: Commit): Promise<Snapshot> =>
    (await commitEvaluator(edges, commit, () => new Set())).evaluate(null);
  const atHead = await all(head);
  const ownFilesOnly = diff.every(({ path, status }) => status === "modified" && ownerAt(path, atHead) !== null);
  // What is wrong at head may have been wrong at base already, which makes a difference.
  if (ownFilesOnly && atHead.stacks.length === 0 && atHead.problems.length === 0) {
    return { base: { ...atHead, commit: base.id }, head: atHead };
  }
  return { base: await all(base), head: atHead };
}

/** The units of a commit that are asked for by name, and what may depend on one of these that is gone; `null` for all. */
function namedUnits({ folders, dependentsOf }: TextView, wanted: UnitsToEvaluate): ReadonlySet<string> | null {
  switch (wanted.kind) {
    case "all":
      return null;
    case "named":
      return new Set([...folders].filter((unit) => wanted.matches(UnitPath.parse(unit))));
    case "affected": {
      const gone = new Set<string>([...wanted.also].filter((unit) => !folders.has(unit)));
      return new Set<string>([...wanted.also, ...dependentsOf(gone)]);
    }
    default:
      return wanted satisfies never;
  }
}

/** Evaluates units, and those through which they depend on some of the targets: also a circle is complete then. */
async function withBetween(
  { evaluate }: CommitEvaluator,
  wanted: ReadonlySet<string>,
  targets: ReadonlySet<string>,
  view: TextView,
  sources: ReadonlySet<string> = wanted,
): Promise<Snapshot> {
  let units = new Set([...wanted].filter((unit) => view.folders.has(unit)));
  // What Terragrunt says of a root by itself makes it look closer at the units below, however many of them are asked for.
  const withRoots = (some: ReadonlySet<string>): Set<string> => new Set([...some, ...view.rootsOf(some)]);
  let snapshot = await evaluate(units.size === view.folders.size ? null : withRoots(units));
  // Nothing lies on the way to nothing; asking the texts of all units for it is most of the work of a change of the root.
  if (targets.size === 0) return snapshot;
  for (;;) {
    const { facts } = snapshot;
    const between = unitsBetween(sources, targets, (unit) => {
      const known = facts.get(UnitPath.parse(unit));
      return known?.dependencies ?? (units.has(unit) || !view.folders.has(unit) ? [] : view.dependenciesOf(unit));
    });
    const more = [...between].filter((unit) => view.folders.has(unit) && !units.has(unit));
    if (more.length === 0) return snapshot;
    units = new Set([...units, ...more]);
    snapshot = await evaluate(withRoots(units));
  }
}

/** Units that may read a changed file at base, and are not known to read it at head. */
function readersOnlyAtBase(
  readers: ReadonlyMap<string, ReadonlySet<string>>,
  head: Snapshot,
  diff: readonly ChangedFile[],
): string[] {
  const placed = new Set(diff.filter(({ status }) => status !== "modified").map(({ path }) => path));
  return [...readers].flatMap(([unit, files]) => {
    const facts = head.facts.get(UnitPath.parse(unit));
    const isKnown = (file: string): boolean =>
      facts?.reads.has(file) === true ||
      (placed.has(file) && facts?.located.has(file) === true) ||
      (!placed.has(file) && ownerAt(file, head) === unit);
    return [...files].every(isKnown) ? [] : [unit];
  });
}

/** Units with problems that the change does not touch by its files: whether it made the problems is for base to say. */
function brokenAndUntouched({ problems, facts, units }: Snapshot, diff: readonly ChangedFile[]): string[] {
  const owners = new Set(diff.map(({ path }) => unitOwning(path, (folder) => units.has(UnitPath.parse(folder)))));
  return problems
    .flatMap((problem) => problem.units)
    .filter((unit) => !owners.has(unit) && !diff.some(({ path }) => facts.get(unit)?.reads.has(path)));
}

function ownerAt(file: string, { units }: Snapshot): string | null {
  return unitOwning(file, (folder) => units.has(UnitPath.parse(folder)));
}
