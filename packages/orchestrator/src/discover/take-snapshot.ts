import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { type Body, type HclParser, unreadableHcl } from "../hcl/parse.ts";
import { leaveOutUnreadable } from "./checkout/exclusions.ts";
import type { Sources } from "./checkout/sources.ts";
import { readSymlinks } from "./checkout/symlinks.ts";
import { examineUnits } from "./examine.ts";
import { dependencyFaults, evaluationFaults, leftOutFaults, linkFaults, moduleFaults } from "./faults.ts";
import { folderOf, foldersAbove, isCached, UNIT_FILE } from "./paths.ts";
import { emptySnapshot, type Snapshot } from "./snapshot.ts";
import type { DiscoveringTerragrunt } from "./terragrunt/client.ts";
import { toolEnvironments } from "./terragrunt/environment.ts";
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

/** Reads the infrastructure of one commit, in a checkout of its own: discovery runs code and must not meet anybody's files. */
export async function takeSnapshot(
  edges: DiscoveryEdges,
  commit: CommitSha,
  configuration: Configuration,
): Promise<Snapshot> {
  const { repository, terragrunt } = edges;
  const entries = await repository.tree(commit);
  const files = new Map(entries.map(({ path, blob }) => [path, blob]));
  if (![...files.keys()].some((file) => file.endsWith(".hcl"))) return { ...emptySnapshot(commit), files };

  await using worktree = await addWorktree(repository.folder, commit, edges.gitEnvironment);
  const root = worktree.folder;
  const links = await readSymlinks(root, entries);
  const unreadable = await leaveOutUnreadable(
    root,
    [...files.keys()].filter((file) => file.endsWith(".hcl") && !links.leaving.has(file)),
  );
  const parsed = parsedFiles(root, edges.parseHcl);
  const accounts = await repository.read(commit, configuration.accounts.file);
  const knownOf = toolEnvironments(configuration, edges.toolEnvironment, accounts);
  const named = await askedVariables(root, edges.gitEnvironment);
  const generated = await generateStacks(terragrunt, root, files, parsed, withStandIns(knownOf, named));
  for (const [file, hash] of generated.files) files.set(file, hash);
  const sources: Sources = {
    files,
    byFolder: Map.groupBy(files.keys(), folderOf),
    folders: foldersAbove(files.keys()),
    parsed,
    realOf: links.realOf,
    submodules: entries.filter(({ kind }) => kind === "submodule").map(({ path }) => path),
  };
  const templates = new Set(generated.stacks.flatMap((stack) => stack.templates));
  const candidates = [...files.keys()]
    .filter((file) => posix.basename(file) === UNIT_FILE && !isCached(file) && !templates.has(folderOf(file)))
    .map(folderOf);
  const checkout = {
    ...{ root, sources, candidates },
    keptBack: (file: string) => unreadable.has(file) || links.leaving.has(file),
    textOf: (file: string) => textOf(root, file) ?? "",
  };
  const { asked, result: evaluated } = await withAllVariables(
    named,
    (names) => evaluateUnits(terragrunt, checkout, withStandIns(knownOf, names)),
    missedVariables,
  );
  // The scan takes a made-up value for an unknown one: it stands for any.
  const examined = examineUnits(evaluated, sources, knownOf);
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
      ...leftOutFaults(examined, unreadable),
      ...linkFaults(examined, links, files),
      ...evaluationFaults(examined),
      ...moduleFaults(examined),
      ...dependencyFaults(examined),
    ],
  };
}

/** The text of a file of the checkout, or `null` when it can't be read. */
function textOf(root: string, file: string): string | null {
  try {
    return readFileSync(posix.join(root, file), "utf8");
  } catch {
    return null;
  }
}

/** Parses files of the checkout, each once. */
function parsedFiles(root: string, parse: HclParser): (file: string) => Body | null {
  const known = new Map<string, Body | null>();
  return (file) => {
    const found = known.get(file);
    if (found !== undefined) return found;
    const text = textOf(root, file);
    const body = text === null || unreadableHcl(text) !== null ? null : parse(text);
    known.set(file, body);
    return body;
  };
}
