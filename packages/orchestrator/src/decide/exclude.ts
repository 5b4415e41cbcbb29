import type { Action } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Mode } from "@pipelines/core/contracts/comparison";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Snapshot, UnitExclusion } from "../discover/snapshot.ts";
import { finalAction } from "./merge.ts";

/**
 * Withholds units that Terragrunt is told not to run: by an `exclude` block, of their own or of a unit of this comparison
 * that excludes its dependencies, or by a file of filters. A plan that is excluded is not made.
 */
export function withoutExcluded(
  units: readonly AffectedUnit[],
  base: Snapshot,
  head: Snapshot,
  mode: Mode,
): AffectedUnit[] {
  const exclusionOf = ({ path, status }: AffectedUnit): UnitExclusion | null =>
    (status === "deleted" ? base : head).facts.get(path)?.exclusion ?? null;
  const byDependency = new Map<UnitPath, { readonly unit: UnitPath; readonly exclusion: UnitExclusion }>();
  for (const unit of units) {
    const exclusion = exclusionOf(unit);
    if (exclusion?.kind !== "block" || !exclusion.dependencies) continue;
    for (const dependency of unit.dependsOn) byDependency.set(dependency, { unit: unit.path, exclusion });
  }
  return units.map((unit) => {
    const own = exclusionOf(unit);
    const of = byDependency.get(unit.path);
    const why =
      (own === null ? null : excludedFrom(unit, own, mode)) ??
      (of === undefined ? null : excludedFrom(unit, of.exclusion, mode, of.unit));
    return why === null ? unit : { ...unit, ...why };
  });
}

/** The commands of Terragrunt that an action is made of. */
const COMMANDS: Partial<Record<Action, readonly string[]>> = {
  plan: ["plan"],
  apply: ["apply", "plan"],
  "plan-destroy": ["plan"],
  destroy: ["destroy", "apply", "plan"],
};

function excludedFrom(
  { path, action, status }: AffectedUnit,
  exclusion: UnitExclusion,
  mode: Mode,
  by?: UnitPath,
): Pick<AffectedUnit, "withheld" | "willBeWithheld"> | null {
  const excluded = (what: Action): Withheld | null => {
    const command = COMMANDS[what]?.find((name) => isListed(name, exclusion));
    return command === undefined
      ? null
      : { by: "excluded", message: messageOf(path, command, exclusion, by), next: nextOf(status) };
  };
  const now = excluded(action);
  if (now !== null) return { withheld: now };
  const later = finalAction(action, mode);
  const then = later === null ? null : excluded(later);
  return then === null ? null : { willBeWithheld: then };
}

/** As Terragrunt compares them, in `IsActionListedInExclude`. */
function isListed(command: string, exclusion: UnitExclusion): boolean {
  if (exclusion.kind === "file") return true;
  return exclusion.actions.some(
    (name) => name === "all" || name === "all_except_output" || name.toLowerCase() === command,
  );
}

function messageOf(path: UnitPath, command: string, exclusion: UnitExclusion, by: UnitPath | undefined): string {
  if (exclusion.kind === "file") return `\`${path}\` is left out by \`${exclusion.file}\`.`;
  return by === undefined
    ? `The \`exclude\` block of \`${path}\` keeps it from \`${command}\`.`
    : `The \`exclude\` block of \`${by}\` keeps its dependency \`${path}\` from \`${command}\`, by \`exclude_dependencies\`.`;
}

function nextOf(status: AffectedUnit["status"]): string {
  return status === "deleted"
    ? "Its resources stay. If they are to go, take the exclusion away in a change of its own first, and delete the unit after that."
    : "If it is to run, take the exclusion away.";
}
