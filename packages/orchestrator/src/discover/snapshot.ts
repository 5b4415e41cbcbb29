import type { Relation } from "@pipelines/core/contracts/affected-unit";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/** What is known of one unit at one commit. */
export type UnitFacts = {
  readonly path: UnitPath;
  /** The units that it depends on, sorted; they need not exist. */
  readonly dependencies: readonly UnitPath[];
  /** Every file outside its own folder that it reads, with the chain from the file to the unit. */
  readonly reads: ReadonlyMap<string, readonly Link[]>;
  /** Terragrunt could not evaluate it for want of credentials. */
  readonly notEvaluated: boolean;
};

/** One step of the chain from a file to a unit. */
export type Link = { readonly relation: Relation; readonly path: string };

/** The infrastructure of one commit. A unit is here because its file is in git's tree, never because `find` listed it. */
export type Snapshot = {
  readonly commit: CommitSha;
  /** Every file of the tree with its blob. */
  readonly files: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<UnitPath, UnitFacts>;
  /** Folders that stacks generate units from. */
  readonly stackTemplates: readonly string[];
  readonly problems: readonly Problem[];
};

/** The name of the file that makes a folder a stack. */
export const STACK_FILE = "terragrunt.stack.hcl";

/** The name of the file that makes a folder a unit. */
export const UNIT_FILE = "terragrunt.hcl";

/** The snapshot of "nothing was there yet". */
export function emptySnapshot(commit: CommitSha): Snapshot {
  return { commit, files: new Map(), units: new Map(), stackTemplates: [], problems: [] };
}

/** The folder of a file: `.` for the root. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash === -1 ? "." : file.slice(0, slash);
}

/** Whether a file lies in a folder, at any depth. */
export function liesIn(file: string, folder: string): boolean {
  return folder === "." || file.startsWith(`${folder}/`);
}

/** The unit whose own folder holds a file: the nearest one, so that a nested unit keeps its files to itself. */
export function unitOwning(file: string, isUnit: (folder: string) => boolean): string | null {
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    if (isUnit(folder)) return folder;
    if (folder === ".") return null;
  }
}

/** Where Terragrunt generates the units of a stack. */
export const GENERATED = ".terragrunt-stack";

/** Whether a path lies in what a stack generated. */
export function isGenerated(path: string): boolean {
  return path.split("/").includes(GENERATED);
}
