import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { type Body, unreadableHcl } from "../hcl/parse.ts";
import { type Sources, sourcesOf } from "./checkout/sources.ts";
import type { Symlinks } from "./checkout/symlinks.ts";
import { type Commit, type DiscoveryEdges, foldersWithUnitFile } from "./commit.ts";
import { examineUnits } from "./examine.ts";
import { jsonUnitsIn } from "./json-units.ts";
import { STACK_FILE } from "./paths.ts";
import {
  dependencyProblems,
  evaluationProblems,
  exclusionProblems,
  expansionProblems,
  linkProblems,
  moduleProblems,
  twiceWrittenProblems,
} from "./problems.ts";
import type { Snapshot, Stack } from "./snapshot.ts";
import { type Evaluated, evaluateUnits, missedVariables } from "./terragrunt/evaluate-units.ts";
import { type GeneratedStacks, generateStacks } from "./terragrunt/generate-stacks.ts";
import { askWhatIsLeftOut, type LeftOut, queueFilesIn } from "./terragrunt/queue-files.ts";
import { unitFolders } from "./terragrunt/unit-folders.ts";
import { unsetVariables, withAllVariables, withStandIns } from "./terragrunt/variables.ts";
import { unitTemplates } from "./unit-templates.ts";

/** The units of one commit, evaluated by Terragrunt as far as they are asked for. */
export type CommitEvaluator = {
  /**
   * The commit with these units evaluated, and with those of earlier calls.
   *
   * @param wanted folders that may be units; `null` for all of them
   */
  evaluate(wanted: Iterable<string> | null): Promise<Snapshot>;
};

/**
 * Evaluates units of a commit, once each; generates its stacks first.
 *
 * @param includedBeyond files that units include about which Terragrunt was not asked
 */
export async function commitEvaluator(
  edges: DiscoveryEdges,
  commit: Commit,
  includedBeyond: (evaluated: ReadonlySet<string>) => ReadonlySet<string>,
): Promise<CommitEvaluator> {
  const generated = await generatedStacks(edges, commit);
  const { sources, textOf } = await withGenerated(edges, commit, generated);
  const templates = unitTemplates(sources, textOf, generated, commit.isInEnvironment);
  const folders = foldersWithUnitFile(sources.files.keys(), templates);
  const isExcluded = (file: string): boolean => commit.exclusions.has(file) || commit.links.leaving.has(file);
  const done = new Set<string>();
  let leftOut: LeftOut | null = null;
  let state: State = { asked: commit.asked, listed: { units: new Map(), suppressed: [] }, diagnoses: new Map() };
  return {
    async evaluate(wanted) {
      const fresh = [...(wanted ?? folders)].filter((folder) => !done.has(folder));
      for (const folder of fresh) done.add(folder);
      const included = includedBeyond(done);
      if (fresh.length > 0) {
        const only = wanted === null && fresh.length === folders.length ? null : new Set(fresh);
        const { root } = await commit.checkout();
        const { asked, result } = await withAllVariables(
          state.asked,
          (names) =>
            evaluateUnits(edges.terragrunt.in(root, withStandIns(commit.variablesOf, names)), {
              ...{ sources, folders, only, included, textOf, isExcluded },
            }),
          missedVariables,
        );
        state = joined(state, result, asked);
      }
      leftOut ??= await unitsLeftOut(edges, commit, state.asked, folders);
      const units = unitFolders(folders, state.listed, sources, textOf, included);
      return snapshotOf(edges, commit, sources, generated, {
        ...{ templates, leftOut, units, evaluated: { ...state, units: units.filter((unit) => done.has(unit)) } },
        asked: state.asked,
      });
    },
  };
}

type State = Omit<Evaluated, "units"> & { readonly asked: readonly string[] };

function joined({ listed, diagnoses }: State, more: Evaluated, asked: readonly string[]): State {
  return {
    asked,
    listed: {
      units: new Map([...listed.units, ...more.listed.units]),
      suppressed: [...listed.suppressed, ...more.listed.suppressed],
    },
    diagnoses: new Map([...diagnoses, ...more.diagnoses]),
  };
}

/** Whether a commit has stacks, whose units only Terragrunt knows. */
export function hasStacks({ sources }: Commit): boolean {
  return [...sources.files.keys()].some((file) => file === STACK_FILE || file.endsWith(`/${STACK_FILE}`));
}

async function generatedStacks(
  { terragrunt, parseHcl, sources }: DiscoveryEdges,
  commit: Commit,
): Promise<GeneratedStacks> {
  if (!hasStacks(commit)) return { stacks: [], files: new Map(), problems: [] };
  const { root, textOf } = await commit.checkout();
  const standIns = withStandIns(commit.variablesOf, commit.asked);
  const client = terragrunt.in(root, (folder) => ({ ...standIns(folder), ...sources.variables }));
  const { files, parsed } = commit.sources;
  const parsedOnDisk = (file: string): Body | null => {
    const text = textOf(file);
    return text === null || unreadableHcl(text) !== null ? null : parseHcl(text);
  };
  const generated = await generateStacks(client, files, parsed, parsedOnDisk, commit.isInEnvironment, sources.advice);
  return { ...generated, stacks: generated.stacks.map((stack) => withTargets(stack, commit.links)) };
}

/** A stack that also reads what lies behind the links among its files. */
function withTargets(stack: Stack, { realOf }: Symlinks): Stack {
  const behind = [stack.file, ...stack.reads].map(realOf).filter((file) => file !== stack.file);
  return {
    ...stack,
    reads: [...new Set([...stack.reads, ...behind])],
    templates: [...new Set(stack.templates.flatMap((folder) => [folder, realOf(folder)]))],
    copies: new Map([...stack.copies].map(([copy, source]) => [copy, realOf(source)])),
  };
}

/** The units that files of filters leave out. */
async function unitsLeftOut(
  { terragrunt }: DiscoveryEdges,
  commit: Commit,
  asked: readonly string[],
  folders: readonly string[],
): Promise<LeftOut> {
  const files = queueFilesIn(commit.sources.files.keys());
  if (files.length === 0) return { units: new Map(), problems: [] };
  const { root } = await commit.checkout();
  return askWhatIsLeftOut(terragrunt.in(root, withStandIns(commit.variablesOf, asked)), files, folders);
}

/** The sources of a commit with the files that its stacks generate, which are on disk only. */
async function withGenerated(
  { parseHcl }: DiscoveryEdges,
  commit: Commit,
  { files }: GeneratedStacks,
): Promise<{ sources: Sources; textOf: (file: string) => string | null }> {
  if (files.size === 0) return commit;
  const { entries, sources, textOf, links } = commit;
  const checkout = await commit.checkout();
  const bodies = new Map<string, Body | null>();
  const parsed = (file: string): Body | null => {
    if (!files.has(file)) return sources.parsed(file);
    const text = checkout.textOf(file);
    const body = bodies.get(file) ?? (text === null || unreadableHcl(text) !== null ? null : parseHcl(text));
    bodies.set(file, body);
    return body;
  };
  return {
    sources: sourcesOf(entries, new Map([...sources.files, ...files]), parsed, links),
    textOf: (file) => (files.has(file) ? checkout.textOf(file) : textOf(file)),
  };
}

type Found = {
  readonly templates: ReadonlySet<string>;
  readonly leftOut: LeftOut;
  readonly units: readonly string[];
  readonly evaluated: Evaluated;
  readonly asked: readonly string[];
};

function snapshotOf(
  { toolEnvironment }: DiscoveryEdges,
  commit: Commit,
  sources: Sources,
  generated: GeneratedStacks,
  { templates, leftOut, units, evaluated, asked }: Found,
): Snapshot {
  // The scan takes a made-up value for an unknown one: it stands for any.
  const examined = examineUnits(evaluated, sources, commit.variablesOf, leftOut.units);
  const jsonUnits = jsonUnitsIn(sources.files, commit.textOf);
  const paths = new Set(units.map((unit) => UnitPath.parse(unit)));
  return {
    commit: commit.id,
    files: sources.files,
    units: paths,
    facts: new Map(examined.map(({ facts }) => [facts.path, facts])),
    stacks: generated.stacks,
    generated: new Set(generated.files.keys()),
    templates,
    jsonUnits,
    unset: unsetVariables(asked, commit.configuration, toolEnvironment),
    links: commit.entries.filter(({ kind }) => kind === "symlink").map(({ path }) => path),
    problems: [
      ...generated.problems,
      ...leftOut.problems,
      ...exclusionProblems(examined, commit.exclusions),
      ...linkProblems(examined, commit.links, sources.files),
      ...evaluationProblems(examined, commit.textOf),
      ...twiceWrittenProblems(examined, sources.files),
      ...moduleProblems(examined),
      ...expansionProblems(examined),
      ...dependencyProblems(examined, paths, jsonUnits),
    ],
  };
}
