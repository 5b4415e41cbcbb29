import { changesUnits } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { DueWhy, LedgerRun } from "@pipelines/core/contracts/ledger";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Claim, ClaimedUnit } from "@pipelines/core/ledger/claim";

/**
 * What a run claims of what it determined; `null` for a run that changes nothing, or that determined without the
 * ledger. A unit that can't be run is claimed with the problem: it is due until it can.
 *
 * @param existsAtHead whether the head has a unit
 */
export function claimOf(
  assessment: Assessment,
  { run, time }: { readonly run: LedgerRun; readonly time: string },
  existsAtHead: (unit: UnitPath) => boolean,
): Claim | null {
  const { comparison, problems } = assessment;
  const { mode, base, head, deployBranch: branch, ledgerClaim } = comparison;
  if (ledgerClaim === undefined || (mode !== "apply" && mode !== "manual")) return null;
  const packed = new Set(assessment.jobs.flatMap(({ units }) => units.map(({ path }) => path)));
  const reasons = problemsByUnit(problems);
  const units = assessment.units.flatMap((unit) => claimedUnit(unit, packed, reasons.get(unit.path) ?? null));
  if (mode === "manual") {
    // What nobody may run now was asked for in vain, and is not owed.
    const asked = units.filter(({ path, dueOf }) => dueOf !== null || packed.has(path));
    return { run, time, head, branch, units: asked, of: { kind: "request" } };
  }
  const named = new Set(units.map(({ path }) => path));
  const broken = [...reasons].flatMap(([path, message]): ClaimedUnit[] => {
    if (named.has(path)) return [];
    const exists = existsAtHead(path);
    if (!exists && base === null) return [];
    const plain = { path, environment: null, dependsOn: [], why: "problem", message, dueOf: null } as const;
    return [{ ...plain, action: exists ? "apply" : "destroy", commit: exists ? head : (base ?? head) }];
  });
  // A problem that names no unit may hide any number of them: the next run has to look at the same changes again.
  // So has one that compared nothing: the branch may have been pushed by force since, so that there is something now.
  const complete =
    base !== head && problems.every(({ path, units: several }) => path !== null || (several?.length ?? 0) > 0);
  return {
    run,
    time,
    head,
    branch,
    units: [...units, ...broken],
    of: { kind: "changes", seen: ledgerClaim, complete },
  };
}

function claimedUnit(unit: AffectedUnit, packed: ReadonlySet<UnitPath>, problem: string | null): ClaimedUnit[] {
  const { path, action, at, environment, dependsOn, due, withheld } = unit;
  // What Terragrunt is told not to run is not owed. What is left of a deleted unit is.
  if (withheld?.by === "excluded" && action === "apply") return [];
  if ((action !== "apply" && action !== "destroy") || !changesUnits(action)) return [];
  return [
    { path, action, commit: at, environment, dependsOn, dueOf: due?.owner ?? null, ...whyOf(unit, packed, problem) },
  ];
}

/** The rules whose word the ledger has. */
const WHY_OF_RULE: Partial<Record<Withheld["by"], DueWhy>> = {
  paused: "paused",
  move: "held-move",
  promotion: "promotion",
};

function whyOf(
  { path, withheld }: AffectedUnit,
  packed: ReadonlySet<UnitPath>,
  problem: string | null,
): { why: DueWhy; message: string } {
  if (withheld !== undefined) {
    return { why: WHY_OF_RULE[withheld.by] ?? "withheld", message: withheld.message };
  }
  if (!packed.has(path)) return { why: "problem", message: problem ?? "No job could be made for it." };
  return { why: "changed", message: "" };
}

/** The first problem of each unit that problems name. */
function problemsByUnit(problems: readonly Problem[]): Map<UnitPath, string> {
  const found = new Map<UnitPath, string>();
  for (const { path, units = [], message } of problems) {
    for (const unit of path === null ? units : [path, ...units]) if (!found.has(unit)) found.set(unit, message);
  }
  return found;
}
