import { traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { Problem } from "@pipelines/core/contracts/problem";

/**
 * The units that jobs are made for. What Terragrunt can't evaluate is not planned: its plan would fail with the words of
 * the problem. It is applied all the same, so that what depends on it is not started.
 */
export function runnable(units: readonly AffectedUnit[], problems: readonly Problem[]): AffectedUnit[] {
  const broken = new Set<string>(
    problems.flatMap(({ kind, path, units: several = [] }) =>
      kind !== "not-evaluated" ? [] : path === null ? several : [path, ...several],
    ),
  );
  return units.filter(({ path, action }) => traitsOf(action).writes || !broken.has(path));
}
