import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { readYaml } from "@pipelines/core/configuration/read";
import type { Account, ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Repository } from "@pipelines/core/git/repository";
import { z } from "zod";
import type { Snapshot } from "./discover/snapshot.ts";

const Entries = z.record(z.string(), z.unknown());

export type AccountChanges = {
  /** The accounts that `accounts.yml` gained, or `null` when anything else changed in it as well. */
  readonly added: readonly Account[] | null;
  /** The added ones that have no folder yet: whose code is there already needs no proposal. */
  readonly withoutCode: readonly Account[];
  readonly problems: readonly Problem[];
};

/** What changed in `accounts.yml` between the commits. */
export async function accountChanges(
  repository: Pick<Repository, "read">,
  { base, head }: Comparison,
  diff: readonly ChangedFile[],
  { files }: Pick<Snapshot, "files">,
  file: string,
): Promise<AccountChanges> {
  if (!diff.some(({ path }) => path === file)) return { added: null, withoutCode: [], problems: [] };
  const before = base === null ? null : await repository.read(base, file);
  const { accounts: added, problem } = addedAccounts(before, await repository.read(head, file), file);
  return { added, withoutCode: withoutCode(added ?? [], files.keys()), problems: problem === null ? [] : [problem] };
}

function addedAccounts(
  before: string | null,
  after: string | null,
  file: string,
): { accounts: Account[] | null; problem: Problem | null } {
  if (after === null) return { accounts: null, problem: null };
  try {
    const old = readYaml(before ?? "", file, Entries) ?? {};
    const now = readYaml(after, file, Entries) ?? {};
    const kept = Object.entries(old).every(([name, entry]) => JSON.stringify(entry) === JSON.stringify(now[name]));
    if (!kept) return { accounts: null, problem: null };
    const added = [...readAccounts(after, file).values()].filter(({ name }) => !Object.hasOwn(old, name));
    return { accounts: added.length === 0 ? null : added, problem: null };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return {
      accounts: null,
      problem: { kind: "account", path: null, file, line: error.line, message: error.message },
    };
  }
}

function withoutCode(accounts: readonly Account[], files: Iterable<string>): Account[] {
  const folders = new Set([...files].map((file) => file.slice(0, file.indexOf("/"))));
  return accounts.filter(({ name }) => !folders.has(name));
}
