import { CommitSha } from "../src/contracts/comparison.ts";
import type { LedgerRun } from "../src/contracts/ledger.ts";
import type { UnitEnd } from "../src/contracts/outcome.ts";
import { UnitPath } from "../src/contracts/unit-path.ts";
import { type Claim, type ClaimedUnit, type ClaimFacts, claim } from "../src/ledger/claim.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { type Ended, type RecordFacts, record } from "../src/ledger/record.ts";

/** Builders for ledgers: a straight history of commits, numbered from 0, and runs that are named by a number. */
export const unit = (path: string): UnitPath => UnitPath.parse(path);
export const commit = (number: number): CommitSha => CommitSha.parse(number.toString(16).padStart(40, "0"));
export const runOf = (number: number, attempt = 1): LedgerRun => ({ id: 1000 + number, number, attempt });
export const time = "2026-11-25T12:00:00.000Z";

/** Numbers are the order: each commit has all before it. Commits from 1000 are of another history. */
export const contains = (of: CommitSha, ancestor: CommitSha): boolean => {
  const [a, b] = [Number.parseInt(ancestor, 16), Number.parseInt(of, 16)];
  return a >= 1000 === b >= 1000 && a <= b;
};

export type UnitSketch = Partial<ClaimedUnit> & { readonly path: UnitPath };

export const wanting = (sketch: UnitSketch, head: CommitSha): ClaimedUnit => ({
  action: "apply",
  commit: head,
  environment: "prod",
  dependsOn: [],
  why: "changed",
  message: "",
  dueOf: null,
  ...sketch,
});

/** A run's claim of units that changed up to a commit; `seen` is the count that the ledger has, unless given. */
export function claiming(
  ledger: Ledger,
  run: LedgerRun,
  head: number,
  units: readonly (string | UnitSketch)[],
  given: { seen?: number; complete?: boolean; request?: true } & Partial<ClaimFacts> = {},
) {
  const at = commit(head);
  const wanted: Claim = {
    run,
    time,
    head: at,
    branch: "main",
    units: units.map((one) => wanting(typeof one === "string" ? { path: unit(one) } : one, at)),
    of:
      given.request === true
        ? { kind: "request" }
        : {
            kind: "changes",
            seen: given.seen ?? ledger.determined?.claim ?? 0,
            complete: given.complete ?? true,
          },
  };
  return claim(ledger, wanted, {
    tip: given.tip ?? at,
    otherBranch: given.otherBranch ?? null,
    contains: given.contains ?? contains,
    existsAtHead: given.existsAtHead ?? (() => true),
  });
}

export const CHANGED: UnitEnd = { kind: "changed" };
export const FAILED: UnitEnd = {
  kind: "failed",
  at: "apply",
  cause: { kind: "tool", exitCode: 1, message: "no such bucket" },
};

/** A run's record of how units ended. */
export function recording(
  ledger: Ledger,
  run: LedgerRun,
  head: number,
  ended: Readonly<Record<string, UnitEnd | Partial<Ended>>>,
  tip: RecordFacts["tip"] = { commit: commit(head), exists: () => true },
): Ledger {
  return record(
    ledger,
    {
      run,
      time,
      head: commit(head),
      by: "mona",
      pullRequest: 7,
      ended: Object.entries(ended).map(([path, end]) => ({
        path: unit(path),
        action: "apply" as const,
        commit: commit(head),
        environment: "prod",
        end: CHANGED,
        dependsOn: [],
        plan: null,
        state: null,
        ...("kind" in end ? { end } : end),
      })),
    },
    { contains, tip },
  );
}
