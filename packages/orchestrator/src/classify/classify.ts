import type { Reason } from "@pipelines/core/contracts/affected-unit";
import type { Account, ChangedFile, ChangeType, FileChangeType } from "@pipelines/core/contracts/change";
import { byPath, type UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Commits, Rule } from "./rule.ts";
import { accounts } from "./rules/accounts.ts";
import { ignoredFiles } from "./rules/ignored-files.ts";
import { ownConfiguration } from "./rules/own-configuration.ts";
import { sharedFiles } from "./rules/shared-files.ts";
import { stackSources } from "./rules/stack-sources.ts";
import { unitFiles } from "./rules/unit-files.ts";

/** All rules in the order in which they get to see a file. A new type of change is found by one of them, or by a new one. */
const ALL_RULES = [ignoredFiles, accounts, ownConfiguration, unitFiles, stackSources, sharedFiles] as const;

type FoundType = (typeof ALL_RULES)[number] extends Rule<infer T> ? T : never;
/** The rules, once every type of change is found by one of them: the compiler names the type that none finds. */
export const RULES: FileChangeType extends FoundType ? readonly Rule[] : Exclude<FileChangeType, FoundType> = ALL_RULES;

/** One infra change with the reasons for each unit that it affects. */
export type ClassifiedChange = {
  readonly type: ChangeType;
  readonly subject: string;
  readonly files: readonly ChangedFile[];
  readonly reasons: ReadonlyMap<UnitPath, readonly Reason[]>;
  readonly account?: Account;
};

export type Classified = {
  readonly changes: readonly ClassifiedChange[];
  /** Files that no rule takes. */
  readonly unmatched: readonly string[];
  readonly ignored: readonly string[];
};

/**
 * Makes infra changes of changed files. Every file that people write ends in a change, in `unmatched` or in `ignored`;
 * what stacks generate, and no rule takes, is named by what they are generated from.
 */
export function classifyChanges(diff: readonly ChangedFile[], commits: Commits, rules: readonly Rule[]): Classified {
  const changes = new Map<string, Draft>();
  const unmatched: string[] = [];
  const ignored: string[] = [];
  for (const file of diff.toSorted(byPath)) {
    const taken = firstTaken(file, commits, rules);
    if (taken === null) {
      if (![commits.base, commits.head].some(({ generated }) => generated.has(file.path))) unmatched.push(file.path);
      continue;
    }
    if (taken.findings.length === 0) (taken.rule === ignoredFiles ? ignored : unmatched).push(file.path);
    for (const finding of taken.findings) {
      const key = `${finding.type} ${finding.subject}`;
      const draft = changes.get(key) ?? { ...finding, files: [], reasons: new Map<UnitPath, Reason[]>() };
      changes.set(key, draft);
      draft.files.push(file);
      for (const [unit, links] of finding.units) {
        const reasons = draft.reasons.get(unit) ?? [];
        draft.reasons.set(unit, reasons);
        reasons.push({ change: finding.type, file: file.path, links: [...links] });
      }
    }
  }
  const sorted = [...changes.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    changes: sorted.map(([, { type, subject, files, reasons, account }]) => ({
      type,
      subject,
      files,
      reasons,
      ...(account === undefined ? {} : { account }),
    })),
    unmatched,
    ignored,
  };
}

type Draft = {
  readonly type: ChangeType;
  readonly subject: string;
  readonly files: ChangedFile[];
  readonly reasons: Map<UnitPath, Reason[]>;
  readonly account?: Account;
};

function firstTaken(file: ChangedFile, commits: Commits, rules: readonly Rule[]) {
  for (const rule of rules) {
    const findings = rule.take(file, commits);
    if (findings !== null) return { rule, findings };
  }
  return null;
}
