import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";

const [FIRST, LATER] = [
  ["dev/a", "dev/b", "prod/c", "prod/d", "prod/e"],
  ["dev/x", "prod/y", "prod/z"],
];

/** The units that may exist. A unit depends on earlier ones alone, so that there are no cycles. */
export const UNITS = [...FIRST, ...LATER].map((path) => UnitPath.parse(path));

export const environmentOf = (unit: UnitPath): string => unit.split("/", 1)[0] ?? "";

/** What a commit says of a unit: a version of its code, the key of its state, what it depends on. */
export type Content = { readonly version: number; readonly key: string; readonly dependsOn: readonly UnitPath[] };

export type Tree = {
  readonly units: ReadonlyMap<UnitPath, Content>;
  readonly paused: ReadonlySet<string>;
  readonly protect: ReadonlySet<UnitPath>;
};

export type Commit = { readonly sha: CommitSha; readonly tree: Tree; readonly ancestors: ReadonlySet<CommitSha> };

/** A git repository with one branch, as far as the ledger has to know it. */
export class Repository {
  readonly #commits = new Map<CommitSha, Commit>();
  /** A unit that changes its key leaves its old state behind, which is another story: here it keeps it for good. */
  readonly #keys = new Map<UnitPath, string>();
  #version = 0;
  tip: CommitSha;

  constructor() {
    const first = UNITS.slice(0, FIRST.length);
    const units = new Map(
      first.map((unit, index) => [unit, this.#content(this.#keyOf(unit), UNITS.slice(0, index % 3))]),
    );
    this.tip = this.#commit({ units, paused: new Set(), protect: new Set() }, []);
  }

  at(commit: CommitSha): Tree {
    return this.#known(commit).tree;
  }

  readonly contains = (commit: CommitSha, ancestor: CommitSha): boolean =>
    commit === ancestor || this.#known(commit).ancestors.has(ancestor);

  /** Every commit that the branch holds. */
  branch(): CommitSha[] {
    return [...this.#known(this.tip).ancestors, this.tip];
  }

  /** A commit on the branch with an edit; what cannot be done leaves the tree as it is. */
  merge(edit: Edit): void {
    this.tip = this.#commit(this.#edited(this.at(this.tip), edit), this.branch());
  }

  /** Takes the branch back, and puts something else there, where an edit is given. */
  force(commit: CommitSha, edit: Edit | null): void {
    this.tip = commit;
    if (edit !== null) this.merge(edit);
  }

  #edited(tree: Tree, edit: Edit): Tree {
    const units = new Map(tree.units);
    const toggled = <T>(set: ReadonlySet<T>, value: T): Set<T> =>
      set.has(value) ? new Set([...set].filter((other) => other !== value)) : new Set([...set, value]);
    const known = units.get(edit.unit);
    switch (edit.kind) {
      case "change":
        units.set(edit.unit, this.#content(this.#keyOf(edit.unit), existing(known?.dependsOn ?? [], units)));
        break;
      case "depend": {
        const earlier = UNITS.slice(0, UNITS.indexOf(edit.unit)).filter((unit) => units.has(unit));
        if (known !== undefined) units.set(edit.unit, this.#content(known.key, earlier));
        break;
      }
      case "release":
        if (known !== undefined) units.set(edit.unit, this.#content(known.key, []));
        break;
      case "delete":
        units.delete(edit.unit);
        this.#dropUses(units, edit.unit);
        break;
      case "move":
      case "move and edit":
        this.#move(units, edit.unit, edit.to, edit.kind === "move and edit");
        break;
      case "pause":
        return { ...tree, paused: toggled(tree.paused, environmentOf(edit.unit)) };
      case "protect":
        return { ...tree, protect: toggled(tree.protect, edit.unit) };
      case "revert":
        return this.at(this.branch().at(-edit.back - 1) ?? this.tip);
      case "settle":
        return { units: tree.units, paused: new Set(), protect: new Set() };
      default:
        return edit satisfies never;
    }
    return { ...tree, units };
  }

  #move(units: Map<UnitPath, Content>, from: UnitPath, to: UnitPath, edited: boolean): void {
    const known = units.get(from);
    if (known === undefined || units.has(to)) return;
    const { key, version } = known;
    if ((this.#keys.get(to) ?? key) !== key) return;
    this.#keys.set(to, key);
    units.delete(from);
    units.set(to, edited ? this.#content(key, []) : { key, version, dependsOn: [] });
    this.#dropUses(units, from);
  }

  #keyOf(unit: UnitPath): string {
    const key = this.#keys.get(unit) ?? `key-${unit}`;
    this.#keys.set(unit, key);
    return key;
  }

  /** What remains does not depend on a unit that goes, as a review would demand. */
  #dropUses(units: Map<UnitPath, Content>, gone: UnitPath): void {
    for (const [unit, { key, dependsOn }] of units) {
      if (dependsOn.includes(gone)) units.set(unit, this.#content(key, existing(dependsOn, units)));
    }
  }

  #content(key: string, dependsOn: readonly UnitPath[]): Content {
    this.#version += 1;
    return { version: this.#version, key, dependsOn };
  }

  #commit(tree: Tree, ancestors: readonly CommitSha[]): CommitSha {
    const sha = CommitSha.parse((this.#commits.size + 1).toString(16).padStart(40, "0"));
    this.#commits.set(sha, { sha, tree, ancestors: new Set(ancestors) });
    return sha;
  }

  #known(commit: CommitSha): Commit {
    const known = this.#commits.get(commit);
    if (known === undefined) throw new Error(`there is no commit ${commit}`);
    return known;
  }
}

export type Edit =
  | {
      readonly kind: "change" | "depend" | "release" | "delete" | "pause" | "protect" | "settle";
      readonly unit: UnitPath;
    }
  | { readonly kind: "move" | "move and edit"; readonly unit: UnitPath; readonly to: UnitPath }
  | { readonly kind: "revert"; readonly unit: UnitPath; readonly back: number };

function existing(dependsOn: readonly UnitPath[], units: ReadonlyMap<UnitPath, Content>): UnitPath[] {
  return dependsOn.filter((unit) => units.has(unit));
}
