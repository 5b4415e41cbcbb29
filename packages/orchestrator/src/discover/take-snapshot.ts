import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { type Environment, environmentLookup } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import type { Body, HclParser } from "../hcl/parse.ts";
import { type Diagnosis, diagnoseUnit } from "./diagnose.ts";
import { type Found, type FoundUnit, type Suppressed, terragruntFind } from "./find.ts";
import { readsReader, type Sources } from "./module-reads.ts";
import { emptySnapshot, folderOf, type Link, type Snapshot, UNIT_FILE, type UnitFacts } from "./snapshot.ts";
import { generateStacks } from "./stacks.ts";

export type DiscoveryEdges = {
  readonly repository: Repository;
  readonly parseHcl: HclParser;
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
  const entries = await edges.repository.tree(commit);
  const files = new Map(entries.map(({ path, blob }) => [path, blob]));
  if (![...files.keys()].some((file) => file.endsWith(".hcl"))) return { ...emptySnapshot(commit), files };

  await using worktree = await addWorktree(edges.repository.folder, commit, edges.gitEnvironment);
  const root = worktree.folder;
  const environmentOf = toolEnvironments(configuration, edges.toolEnvironment);
  const stacks = await generateStacks(root, files, edges.parseHcl, environmentOf);
  for (const [file, hash] of stacks.files) files.set(file, hash);
  const candidates = [...files.keys()]
    .filter((file) => posix.basename(file) === UNIT_FILE && !stacks.templates.includes(folderOf(file)))
    .map(folderOf);
  const found = await findAll(root, candidates, environmentOf);
  const sources: Sources = {
    files,
    byFolder: Map.groupBy(files.keys(), folderOf),
    parsed: parsedFiles(root, edges.parseHcl),
  };
  const folders = unitFolders(candidates, found, sources, (file) => textOf(root, file) ?? "");
  await findSwallowed(root, folders, found, environmentOf);

  const diagnoses = await diagnoseSuspects(root, suspects(folders, found, files), environmentOf);
  const readsOf = readsReader(sources);
  const units = new Map<UnitPath, UnitFacts>();
  const problems: Problem[] = [...stacks.problems];
  for (const folder of folders) {
    const path = UnitPath.parse(folder);
    const row = found.units.get(folder) ?? { path: folder, includes: [], dependencies: [], reading: [] };
    const diagnosis = diagnoses.get(folder) ?? { kind: "well" };
    // A broken unit is a problem already and stops the run; one that only lacks credentials is taken by caution.
    const notEvaluated = diagnosis.kind === "needs-credentials";
    const reads = readsOf(row, environmentOf(folder));
    if (notEvaluated)
      for (const [file, links] of mayRead(folder, sources)) if (!reads.has(file)) reads.set(file, links);
    const inside = row.dependencies.filter((dependency) => UnitPath.safeParse(dependency).success);
    units.set(path, {
      path,
      dependencies: inside.map((dependency) => UnitPath.parse(dependency)).toSorted(),
      reads,
      notEvaluated,
    });
    if (diagnosis.kind === "broken") problems.push(brokenUnit(path, diagnosis));
  }
  return { commit, files, units, stackTemplates: stacks.templates, problems };
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
    const body = text === null ? null : parse(text);
    known.set(file, body);
    return body;
  };
}

function brokenUnit(path: UnitPath, diagnosis: Extract<Diagnosis, { kind: "broken" }>): Problem {
  return {
    kind: "not-evaluated",
    path,
    file: diagnosis.file ?? posix.join(path, UNIT_FILE),
    line: diagnosis.line,
    message: `Terragrunt can't evaluate the unit: ${diagnosis.message}`,
  };
}

type EnvironmentOf = (unit: string) => Readonly<Record<string, string>>;

/** The environment in which a unit is evaluated: the tool's, with the variables of the unit's own environment. */
function toolEnvironments(configuration: Configuration, tool: Readonly<Record<string, string>>): EnvironmentOf {
  const lookup = environmentLookup(configuration);
  const merged = new Map<Environment["env"], Readonly<Record<string, string>>>();
  return (unit) => {
    const found = lookup(UnitPath.parse(unit));
    if (found.kind !== "one" || Object.keys(found.environment.env).length === 0) return tool;
    const known = merged.get(found.environment.env) ?? { ...tool, ...found.environment.env };
    merged.set(found.environment.env, known);
    return known;
  };
}

type MutableFound = { readonly units: Map<string, FoundUnit>; readonly suppressed: Suppressed[] };

/** One `find` for each distinct environment, of which only the answers about that environment's own units count. */
async function findAll(root: string, folders: readonly string[], environmentOf: EnvironmentOf): Promise<MutableFound> {
  const result: MutableFound = { units: new Map(), suppressed: [] };
  const groups = Map.groupBy(folders, (folder) => JSON.stringify(Object.entries(environmentOf(folder)).toSorted()));
  for (const members of groups.values()) {
    const [first] = members;
    if (first === undefined) continue;
    const answer: Found = await terragruntFind(root, ".", environmentOf(first));
    for (const folder of members) {
      const row = answer.units.get(folder);
      if (row !== undefined) result.units.set(folder, row);
    }
    result.suppressed.push(...answer.suppressed);
  }
  return result;
}

/**
 * Which folders with a `terragrunt.hcl` are units. A file that another one includes is a root; so is one that includes
 * nothing, names no source, has no code beside it and has other units below it. A template of a stack needs `values`.
 */
function unitFolders(
  candidates: readonly string[],
  found: Found,
  sources: Sources,
  read: (file: string) => string,
): string[] {
  const roots = new Set(
    [...found.units.values()].flatMap(({ path, includes }) => includes.filter((f) => folderOf(f) !== path)),
  );
  const units: string[] = [];
  for (const folder of candidates) {
    const file = folder === "." ? UNIT_FILE : `${folder}/${UNIT_FILE}`;
    if (roots.has(file)) continue;
    const text = read(file);
    const beside = sources.byFolder.get(folder) ?? [];
    // Terragrunt's word counts, not the text's: a unit may well speak of `values.yaml`.
    const lacksValues = found.suppressed.some(
      (error) => error.file === file && /variable named "values"/.test(error.message),
    );
    const isTemplate = lacksValues && !beside.some((name) => name.endsWith("terragrunt.values.hcl"));
    const runs =
      /^\s*include\b/m.test(text) || /\bsource\s*=/.test(text) || beside.some((name) => /\.(tf|tofu)$/.test(name));
    const hasNested = candidates.some(
      (other) => other !== folder && (folder === "." || other.startsWith(`${folder}/`)),
    );
    if (!isTemplate && (runs || !hasNested)) units.push(folder);
  }
  return units.toSorted();
}

/** Asks for each unit that `find` left out by itself: inside a cycle it is listed then, with its true edges. */
async function findSwallowed(
  root: string,
  folders: readonly string[],
  found: MutableFound,
  environmentOf: EnvironmentOf,
): Promise<void> {
  for (const folder of folders) {
    if (found.units.has(folder)) continue;
    const alone = await terragruntFind(root, folder, environmentOf(folder));
    const row = alone.units.get(folder);
    if (row !== undefined) found.units.set(folder, row);
    found.suppressed.push(...alone.suppressed);
  }
}

/** Units about which Terragrunt kept something to itself, with the file that each is suspected for. */
function suspects(folders: readonly string[], found: Found, files: ReadonlyMap<string, string>): Map<string, string> {
  const faulty = new Set(found.suppressed.map(({ file }) => file));
  const result = new Map<string, string>();
  for (const folder of folders) {
    const row = found.units.get(folder);
    const own = folder === "." ? UNIT_FILE : `${folder}/${UNIT_FILE}`;
    if (row === undefined || faulty.has(own) || row.includes.some((file) => !files.has(file))) {
      result.set(folder, own);
      continue;
    }
    const shared = [...row.includes, ...row.reading].find((file) => faulty.has(file));
    if (shared !== undefined) result.set(folder, shared);
  }
  return result;
}

/** Diagnoses suspects; units suspected for the same shared file share one diagnosis, which costs a process. */
async function diagnoseSuspects(
  root: string,
  suspected: ReadonlyMap<string, string>,
  environmentOf: EnvironmentOf,
): Promise<Map<string, Diagnosis>> {
  const byFault = new Map<string, Diagnosis>();
  const result = new Map<string, Diagnosis>();
  for (const [folder, fault] of suspected) {
    const known = byFault.get(fault) ?? (await diagnoseUnit(root, folder, environmentOf(folder)));
    // Only a diagnosis of the shared file itself stands for all who read it.
    if (known.kind !== "broken" || known.file === fault) byFault.set(fault, known);
    result.set(folder, known);
  }
  return result;
}

/** What a unit that can't be evaluated may read: shared files on the way to the root, and HCL that only others include. */
function mayRead(unit: string, sources: Sources): Map<string, readonly Link[]> {
  const reads = new Map<string, readonly Link[]>();
  if (unit === ".") return reads;
  for (let folder = posix.dirname(unit); ; folder = posix.dirname(folder)) {
    for (const file of sources.byFolder.get(folder) ?? []) {
      if (/\.(hcl|ya?ml|json|tfvars)$/.test(file)) reads.set(file, [{ relation: "may be read by", path: unit }]);
    }
    if (folder === ".") return reads;
  }
}
