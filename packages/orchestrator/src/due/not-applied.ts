import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Due } from "@pipelines/core/contracts/ledger";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/** Units that are named one by one. */
const NAMED = 10;

/**
 * What a pull request is told of the units that it touches: what the deploy branch already wants of them, and is not done.
 * Their plans show it too, so that nobody takes it for the pull request's own.
 */
export function notAppliedNotices(
  { mode, pullRequest, deployBranch }: Comparison,
  units: readonly Pick<AffectedUnit, "path">[],
  look: LedgerLook | null,
): string[] {
  if (look === null || mode !== "plan" || pullRequest === undefined) return [];
  const touched = new Set(units.map(({ path }) => path));
  const due = look.units.flatMap(({ unit, due: owed }) =>
    owed !== undefined && touched.has(unit) ? [{ unit, owed }] : [],
  );
  const more =
    due.length > NAMED
      ? [`\`${deployBranch}\` has changes of ${due.length - NAMED} more of these units that are not applied.`]
      : [];
  return [...due.slice(0, NAMED).map(({ unit, owed }) => sentenceOf(deployBranch, unit, owed)), ...more];
}

function sentenceOf(deployBranch: string, unit: UnitPath, { action, why, commit, commits, owner }: Due): string {
  const at = (commits.at(-1) ?? commit).slice(0, 7);
  const how = `${WORDS[why]} (run ${owner.number}, ${at})`;
  return action === "destroy"
    ? `\`${deployBranch}\` has no \`${unit}\` any more, and it is not destroyed yet: ${how}.`
    : `\`${deployBranch}\` has changes of \`${unit}\` that are not applied: ${how}. Its plan here shows them too.`;
}

const WORDS: Readonly<Record<Due["why"], string>> = {
  changed: "a run has it to do",
  asked: "somebody asked for it, and its run has not said how it ended",
  problem: "something keeps it from being run",
  "not-determined": "the next run takes it",
  withheld: "it was withheld",
  paused: "applies are paused",
  "held-move": "it moved, and waits for a person",
  skipped: "it was not started, since something that it depends on did not end well",
  waiting: "it waits for units that are not applied",
  failed: "its apply failed",
  interrupted: "it was interrupted",
  lost: "its job left no outcome",
  "set-back": "a person went back to an older commit",
  promotion: "it waits for an environment that comes first",
  check: "a check of it did not pass",
};
