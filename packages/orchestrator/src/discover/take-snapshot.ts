import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { type Body, type HclParser, unreadableHcl } from "../hcl/parse.ts";
import type { Diagnosis } from "./diagnose.ts";
import { accountOfKey, toolEnvironments } from "./environment.ts";
import {
  dependencyFaults,
  type Examined,
  evaluationFaults,
  leftOutFaults,
  linkFaults,
  moduleFaults,
} from "./faults.ts";
import { findAll, findSwallowed } from "./find-all.ts";
import { leaveOutUnreadable } from "./left-out.ts";
import { emptySnapshot, fileIn, folderOf, foldersAbove, type Snapshot, UNIT_FILE } from "./snapshot.ts";
import type { Sources } from "./sources.ts";
import { generateStacks } from "./stacks.ts";
import { diagnoseSuspects, suspects } from "./suspects.ts";
import { readSymlinks } from "./symlinks.ts";
import type { DiscoveringTerragrunt } from "./terragrunt.ts";
import { unitFolders } from "./unit-folders.ts";
import { readsReader } from "./unit-reads.ts";
import { askedVariables, unsetVariables, withAllVariables, withStandIns } from "./variables.ts";

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
    .filter((file) => posix.basename(file) === UNIT_FILE && !templates.has(folderOf(file)))
    .map(folderOf);
  const exists = { has: (path: string): boolean => files.has(links.realOf(path)) };
  const evaluate = async (asked: readonly string[]) => {
    const environmentOf = withStandIns(knownOf, asked);
    const found = await findAll(terragrunt, root, candidates, environmentOf);
    const folders = unitFolders(candidates, found, sources, (file) => textOf(root, file) ?? "");
    const readable = folders.filter((folder) => {
      const file = fileIn(folder, UNIT_FILE);
      return !unreadable.has(file) && !links.leaving.has(file);
    });
    await findSwallowed(terragrunt, root, readable, found, environmentOf);
    const diagnoses = await diagnoseSuspects(terragrunt, root, suspects(readable, found, exists), environmentOf);
    return { found, folders, diagnoses };
  };
  const missed = ({ diagnoses }: { readonly diagnoses: ReadonlyMap<string, Diagnosis> }): string[] =>
    [...diagnoses.values()].flatMap((diagnosis) => (diagnosis.kind === "broken" ? diagnosis.unset : []));
  const { asked, result } = await withAllVariables(named, evaluate, missed);
  const { found, folders, diagnoses } = result;

  const readsOf = readsReader(sources);
  const examined = folders.map((folder): Examined => {
    const path = UnitPath.parse(folder);
    const row = found.units.get(folder) ?? { path: folder, includes: [], dependencies: [], reading: [] };
    const diagnosis: Diagnosis = diagnoses.get(folder) ?? { kind: "well" };
    const byTextAlone = diagnosis.kind !== "well";
    // The scan takes a made-up value for an unknown one: it stands for any.
    const env = knownOf(folder);
    const account = accountOfKey(env["AWS_ACCESS_KEY_ID"]);
    const notEvaluated = diagnosis.kind === "needs-credentials";
    // One that is broken stops the run where the change touches it: that it may read anything would be said every time.
    const { reads, located, missingModule, dependencies } = readsOf(row, {
      env,
      account,
      byTextAlone,
      anyFile: notEvaluated,
    });
    const inside = row.dependencies.filter((dependency) => UnitPath.safeParse(dependency).success);
    return {
      facts: {
        path,
        dependencies: inside.map((dependency) => UnitPath.parse(links.realOf(dependency))).toSorted(),
        reads,
        located,
        notEvaluated,
      },
      diagnosis,
      missingModule,
      outside: row.dependencies.filter((dependency) => !UnitPath.safeParse(dependency).success),
      places: dependencies,
    };
  });
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
