import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Content } from "./repository.ts";

/** A state and what it manages. */
export type Live = {
  readonly unit: UnitPath;
  /** `null`: an apply was cut off, so that nobody knows which version it is. */
  readonly version: number | null;
  readonly commit: CommitSha;
  /** What it makes use of, also of an apply that was cut off. */
  readonly uses: ReadonlySet<UnitPath>;
};

/** The world: states by their keys. */
export class Cloud {
  readonly states = new Map<string, Live>();

  apply(unit: UnitPath, { key, version, dependsOn }: Content, commit: CommitSha): void {
    this.states.set(key, { unit, version, commit, uses: new Set(dependsOn) });
  }

  /** A part of an apply or a destroy. */
  cutOff(unit: UnitPath, { key, dependsOn }: Content, commit: CommitSha): void {
    const before = this.states.get(key)?.uses ?? [];
    this.states.set(key, { unit, version: null, commit, uses: new Set([...before, ...dependsOn]) });
  }

  destroy(key: string): void {
    this.states.delete(key);
  }
}
