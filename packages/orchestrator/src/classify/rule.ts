import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Account, ChangedFile, FileChangeType } from "@pipelines/core/contracts/change";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Link, Snapshot } from "../discover/snapshot.ts";

/** Both commits, as rules see them. */
export type Commits = {
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly configuration: Configuration;
  /** The accounts that `accounts.yml` gained; `null` where it gained none. */
  readonly addedAccounts: readonly Account[] | null;
  /** Whether anything else changed in it. */
  readonly accountsEdited: boolean;
  /** Units for which the configuration decides otherwise what they see. */
  readonly reconfigured: readonly UnitPath[];
};

/** What a rule makes of a changed file. Findings of the same type and subject become one change. */
export type Finding<T extends FileChangeType = FileChangeType> = {
  readonly type: T;
  /** What changed, for people and for joining findings: a unit's path, a file, an account. */
  readonly subject: string;
  readonly units: ReadonlyMap<UnitPath, readonly Link[]>;
  readonly account?: Account;
};

/**
 * One rule. The first rule that takes a file consumes it: it answers with what the file changed, with nothing when the
 * file is its business and affects no unit, or with `null` when the file is none of its business.
 *
 * @typeParam T the types of change that it finds
 */
export type Rule<T extends FileChangeType = FileChangeType> = {
  readonly name: string;
  take(file: ChangedFile, commits: Commits): readonly Finding<T>[] | null;
};
