import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { readYaml } from "@pipelines/core/configuration/read";
import type { Account } from "@pipelines/core/contracts/change";
import type { Problem } from "@pipelines/core/contracts/problem";
import { z } from "zod";

const Entries = z.record(z.string(), z.unknown());

/** The accounts that `accounts.yml` gained, or `null` when anything else changed in it as well. */
export function addedAccounts(
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

/** The accounts that have no folder yet: whose code is there already needs no proposal. */
export function withoutCode(accounts: readonly Account[], files: Iterable<string>): Account[] {
  const folders = new Set([...files].map((file) => file.slice(0, file.indexOf("/"))));
  return accounts.filter(({ name }) => !folders.has(name));
}
