import type { Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Ending } from "../collect/ending.ts";

/**
 * Says of units whose plans were made with mock outputs that they wait, where nothing of the same change brings the real
 * ones: an apply makes the plan again and is withheld as long as there are none.
 */
export function withMocksThatStay(assessment: Assessment, endings: readonly Ending[]): Assessment {
  const ended = new Map(endings.flatMap(({ units }) => units.map((unit) => [unit.path, unit])));
  const planned = assessment.units.filter(({ action }) => action === "plan");
  const brings = new Set(
    planned
      .filter(({ path, withheld, willBeWithheld }) => {
        const isCarriedOut = withheld === undefined && willBeWithheld === undefined;
        return isCarriedOut && ended.get(path)?.end.kind !== "unchanged";
      })
      .map(({ path }) => path),
  );
  const lacks = new Map<UnitPath, UnitPath[]>();
  // What waits brings nothing either.
  for (let found = 1; found > 0; ) {
    const waiting = planned.flatMap(({ path }) => {
      const missing = lacks.has(path) ? [] : mockedOf(ended.get(path)).filter((unit) => !brings.has(unit));
      return missing.length === 0 ? [] : [{ path, missing }];
    });
    for (const { path, missing } of waiting) {
      lacks.set(path, missing);
      brings.delete(path);
    }
    found = waiting.length;
  }
  if (lacks.size === 0) return assessment;
  const units = assessment.units.map((unit) => {
    const missing = lacks.get(unit.path);
    const isKnown = unit.withheld !== undefined || unit.willBeWithheld !== undefined;
    return missing === undefined || isKnown ? unit : { ...unit, willBeWithheld: waitingFor(missing) };
  });
  return { ...assessment, units };
}

/** A plan that shows no change with mock outputs may show one with the real ones. */
function mockedOf(unit: UnitOutcome | undefined): readonly UnitPath[] {
  return unit?.plan?.mocked ?? [];
}

function waitingFor(missing: readonly UnitPath[]): Withheld {
  const names = missing.map((unit) => `\`${unit}\``).join(", ");
  const one = missing.length === 1;
  return {
    by: "mocked-outputs",
    message: `Its plan has mock outputs of ${names}, which ${one ? "has" : "have"} no real ones and ${one ? "gets" : "get"} none by this change.`,
    next: `Apply ${names} first: run the workflow by hand with \`action\` \`apply\` and \`units\` \`${missing.join(" ")}\`, or change ${one ? "it" : "them"} in the same pull request.`,
  };
}
