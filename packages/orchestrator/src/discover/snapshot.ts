import type { Relation } from "@pipelines/core/contracts/affected-unit";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fileIn, UNIT_FILE } from "./paths.ts";
import type { ExcludeBlock } from "./terragrunt/find.ts";

/** What is known of one unit at one commit. */
export type UnitFacts = {
  readonly path: UnitPath;
  /** The units that it depends on, sorted; they need not exist. */
  readonly dependencies: readonly UnitPath[];
  /** Where its text names dependencies, by their paths. */
  readonly places: ReadonlyMap<string, { readonly file: string; readonly line: number }>;
  /** Every file outside its own folder that it reads, with the chain from the file to the unit. */
  readonly reads: ReadonlyMap<string, readonly Link[]>;
  /** Files outside its own folder whose place or existence it asks for: it matters when they appear or go. */
  readonly located: ReadonlySet<string>;
  /** What Terragrunt said when it could not evaluate it without credentials: its text alone says what it reads. */
  readonly notEvaluated: string | null;
  /** What tells Terragrunt not to run it. */
  readonly exclusion: UnitExclusion | null;
};

/** What tells Terragrunt not to run a unit. */
export type UnitExclusion =
  | ({ readonly kind: "block" } & ExcludeBlock)
  /** A file of filters, or of excludes, of a folder above it. */
  | { readonly kind: "file"; readonly file: string };

/** One step of the chain from a file to a unit. */
export type Link = { readonly relation: Relation; readonly path: string };

/** The infrastructure of one commit. A unit is here because its file is in git's tree, never because `find` listed it. */
export type Snapshot = {
  readonly commit: CommitSha;
  /** Every file of the tree with its blob. */
  readonly files: ReadonlyMap<string, string>;
  readonly units: ReadonlySet<UnitPath>;
  /** What is known of the units that Terragrunt evaluated: those that a change may affect, and what has to do with them. */
  readonly facts: ReadonlyMap<UnitPath, UnitFacts>;
  readonly stacks: readonly Stack[];
  /** Files of the units that stacks generate; git does not know them. */
  readonly generated: ReadonlySet<string>;
  /** Folders with a unit's file that are made to be copied by stacks, and no units themselves. */
  readonly templates: ReadonlySet<string>;
  /** Folders of units that are written as JSON, which do not run, with the paths that their texts name. */
  readonly jsonUnits: ReadonlyMap<string, readonly string[]>;
  /** Symbolic links: what lies behind one is no unit there, and is not gone either. */
  readonly links: readonly string[];
  /** Variables that configuration asks for without a default and that nothing sets. */
  readonly unset: readonly string[];
  readonly problems: readonly CommitProblem[];
};

/** A stack and what it is generated from. */
export type Stack = {
  readonly file: string;
  readonly folder: string;
  /** Folders that it generates units and stacks from. */
  readonly templates: readonly string[];
  /** The folders of what it generates, each with the folder that it is a copy of, as far as its text says. */
  readonly copies: ReadonlyMap<string, string>;
  /** Files that its text, and what that reads, names. */
  readonly reads: readonly string[];
  readonly state:
    | "generated"
    /** It is made to be copied by others, and generates nothing by itself. */
    | "template"
    /** Terragrunt could not generate it, so that its units are not known. */
    | "failed";
};

/** Something wrong in a commit's files. One problem in a shared file is one problem, however many units it hits. */
export type CommitProblem = {
  readonly kind: Problem["kind"];
  readonly file: string | null;
  /** Counted from 1. */
  readonly line: number | null;
  /** What is wrong and what to do about it, without the names of the units. */
  readonly message: string;
  /** What is wrong with each unit, where that differs. */
  readonly messages?: ReadonlyMap<UnitPath, string>;
  /** The units that it keeps from running, sorted; none where it keeps them from being known. */
  readonly units: readonly UnitPath[];
  /** Folders whose files may have to do with it, for a problem that keeps units from being known. */
  readonly folders: readonly string[];
  /** The unit that is missing, where one is. */
  readonly missing: UnitPath | null;
};

/** The snapshot of "nothing was there yet". */
export function emptySnapshot(commit: CommitSha): Snapshot {
  return {
    commit,
    files: new Map(),
    units: new Set(),
    facts: new Map(),
    stacks: [],
    generated: new Set(),
    templates: new Set(),
    jsonUnits: new Map(),
    links: [],
    unset: [],
    problems: [],
  };
}

/** Whether a stack generates a unit. */
export function isGenerated(unit: UnitPath, { generated }: Snapshot): boolean {
  return generated.has(fileIn(unit, UNIT_FILE));
}
