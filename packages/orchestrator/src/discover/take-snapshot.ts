import { posix } from "node:path";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import type { HclParser } from "../hcl/parse.ts";
import { openCheckout } from "./checkout/checkout.ts";
import { type Sources, sourcesOf } from "./checkout/sources.ts";
import { examineUnits } from "./examine.ts";
import { dependencyFaults, evaluationFaults, exclusionFaults, linkFaults, moduleFaults } from "./faults.ts";
import { folderOf, isCached, UNIT_FILE } from "./paths.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";
import type { DiscoveringTerragrunt } from "./terragrunt/client.ts";
import { folderVariables } from "./terragrunt/environment.ts";
import { evaluateUnits, missedVariables } from "./terragrunt/evaluate-units.ts";
import { generateStacks } from "./terragrunt/generate-stacks.ts";
import { askedVariables, unsetVariables, withAllVariables, withStandIns } from "./terragrunt/variables.ts";

export type DiscoveryEdges = {
  readonly repository: Repository;
  readonly parseHcl: HclParser;
  readonly terragrunt: DiscoveringTerragrunt;
  /** The whole environment of git. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
  /** The whole environment of Terragrunt, without any token. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
};

/** Reads the infrastructure of one commit. */
export async function takeSnapshot(
  edges: DiscoveryEdges,
  commit: CommitSha,
  configuration: Configuration,
): Promise<Snapshot> {
  const { repository, terragrunt } = edges;
  const entries = await repository.tree(commit);
  const committed = new Map(entries.map(({ path, blob }) => [path, blob]));
  if (!entries.some(({ path }) => path.endsWith(".hcl"))) return { ...emptySnapshot(commit), files: committed };

  await using checkout = await openCheckout(edges, commit, entries);
  const { root, links, exclusions } = checkout;
  const accounts = await repository.read(commit, configuration.accounts.file);
  const variablesOf = folderVariables(configuration, edges.toolEnvironment, accounts);
  const named = await askedVariables(root, edges.gitEnvironment);
  const standIns = terragrunt.in(root, withStandIns(variablesOf, named));
  const generated = await generateStacks(standIns, committed, checkout.parsed);
  const files = new Map([...committed, ...generated.files]);
  const sources = sourcesOf(checkout, entries, files);
  const { asked, result: evaluated } = await withAllVariables(
    named,
    (names) =>
      evaluateUnits(
        terragrunt.in(root, withStandIns(variablesOf, names)),
        checkout,
        sources,
        candidatesIn(sources, generated.stacks),
      ),
    missedVariables,
  );
  // The scan takes a made-up value for an unknown one: it stands for any.
  const examined = examineUnits(evaluated, sources, variablesOf);
  return {
    commit,
    files,
    units: new Map(examined.map(({ facts }) => [facts.path, facts])),
    stacks: generated.stacks,
    generated: new Set(generated.files.keys()),
    unset: unsetVariables(asked, configuration, edges.toolEnvironment),
    links: entries.filter(({ kind }) => kind === "symlink").map(({ path }) => path),
    faults: [
      ...generated.faults,
      ...exclusionFaults(examined, exclusions),
      ...linkFaults(examined, links, files),
      ...evaluationFaults(examined),
      ...moduleFaults(examined),
      ...dependencyFaults(examined),
    ],
  };
}

/** Folders that may be units: those with a unit's file that are neither copies of tools nor templates of stacks. */
function candidatesIn({ files }: Sources, stacks: Snapshot["stacks"]): string[] {
  const templates = new Set(stacks.flatMap((stack) => stack.templates));
  return [...files.keys()]
    .filter((file) => posix.basename(file) === UNIT_FILE && !isCached(file) && !templates.has(folderOf(file)))
    .map(folderOf);
}
