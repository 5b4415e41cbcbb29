import { comesFirst, type Promoted } from "@pipelines/core/configuration/comes-first";
import type { EnvironmentOfUnit } from "@pipelines/core/configuration/environments";
import { type Promotion, promotionOf } from "@pipelines/core/configuration/promotion";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { AffectedUnit, Withheld } from "@pipelines/core/contracts/affected-unit";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { components, levels } from "@pipelines/core/graph/order";
import type { Compared } from "../compare/compared.ts";
import type { Settings } from "../settings.ts";
import { listPaths } from "./list-paths.ts";
import { finalAction, withheldInTheEnd, withholding } from "./merge.ts";

/** Which environments come before which, and the commits that each unit runs for: those that share one are of one change. */
export type PromotedRun = {
  readonly promotion: Promotion;
  readonly commitsOf: (unit: AffectedUnit) => readonly string[];
};

/**
 * The order of environments for a run; `null` where nothing is applied in the end. The newest configuration that is known
 * decides: the order is about now, like a pause.
 */
export function promotedRun(look: LedgerLook | null, compared: Compared, { newest }: Settings): PromotedRun | null {
  const { mode, head } = compared.comparison;
  const promotion = promotionOf(newest);
  const applies = mode === "plan" || mode === "apply" || compared.kind === "due";
  const asked = compared.kind === "requested" && traitsOf(compared.request.action).writes;
  if (promotion.size === 0 || !(applies || asked)) return null;
  const known = new Map(
    (look?.units ?? []).flatMap(({ unit, due }) => (due === undefined ? [] : [[unit, due.commits]])),
  );
  return {
    promotion,
    // A unit that changes once more stays due for what it was due for before. What is asked for is one request.
    commitsOf: ({ path, due }) => due?.commits ?? (asked ? [head] : [...(known.get(path) ?? []), head]),
  };
}

export type PromotionFacts = {
  readonly promoted: PromotedRun | null;
  readonly comparison: Comparison;
  readonly problems: readonly Problem[];
  readonly look: LedgerLook | null;
  /** Somebody asked for what is due of some units, so that nothing else that is due comes along. */
  readonly takesDueAlone: boolean;
  readonly environmentOf: (unit: UnitPath) => EnvironmentOfUnit;
  readonly dependenciesAtHead: (unit: UnitPath) => readonly UnitPath[];
  readonly dependenciesAtBase: (unit: UnitPath) => readonly UnitPath[];
};

/**
 * Withholds what comes after a part of its change that this run does not do, as far as that is known beforehand: then
 * nobody is asked to approve it, and a pull request says so. All else is looked at right before each unit starts.
 */
export function withPromotion(units: readonly AffectedUnit[], facts: PromotionFacts): AffectedUnit[] {
  const { promoted, comparison } = facts;
  if (promoted === null) return [...units];
  const { promotion, commitsOf } = promoted;
  const outside = [...ofProblems(facts, promoted), ...leftDue(units, facts)];
  const hidden =
    comparison.mode === "apply" &&
    facts.problems.some(({ path, units: named = [] }) => path === null && named.length === 0);
  let result = [...units];
  // What is withheld so holds up what comes after it in turn.
  for (let before = -1, withheld = 0; withheld !== before; ) {
    before = withheld;
    const open = [...outside, ...result.filter(isLeftUndone).map((unit) => promotedOf(unit, commitsOf))];
    result = result.map((unit) => {
      const action = finalAction(unit.action, comparison.mode);
      if (action === null || withheldInTheEnd(unit) !== null || !promotion.has(unit.environment)) return unit;
      const own = promotedOf(unit, commitsOf);
      const first = open.filter((other) => comesFirst(other, own, promotion) && !needsItself(other, own, facts));
      if (first.length === 0 && !hidden) return unit;
      return { ...unit, ...withholding(unit.action, waits(unit, first, comparison)) };
    });
    withheld = result.filter((unit) => withheldInTheEnd(unit)?.by === "promotion").length;
  }
  return result;
}

/** What Terragrunt is told not to run is not owed, so that nobody waits for it. */
function isLeftUndone(unit: AffectedUnit): boolean {
  const withheld = withheldInTheEnd(unit);
  return withheld !== null && withheld.by !== "excluded";
}

function promotedOf(unit: AffectedUnit, commitsOf: PromotedRun["commitsOf"]): Promoted {
  const { path, environment, action } = unit;
  return { path, environments: [environment], removes: traitsOf(action).removes, commits: commitsOf(unit) };
}

/** Units that can't be determined: they are due, and nobody can say what they would do. */
function ofProblems({ comparison, problems, look, environmentOf }: PromotionFacts, run: PromotedRun): Promoted[] {
  if (comparison.mode !== "apply" || run.promotion.size === 0) return [];
  const known = new Map((look?.units ?? []).map((record) => [record.unit, record.due?.commits ?? []]));
  const named = new Set(problems.flatMap(({ path, units = [] }) => (path === null ? units : [path, ...units])));
  return [...named].flatMap((path) => {
    const found = environmentOf(path);
    const commits = [...(known.get(path) ?? []), comparison.head];
    return found.kind === "one" ? [{ path, environments: [found.environment.name], removes: false, commits }] : [];
  });
}

/** What is due and was not asked for. */
function leftDue(units: readonly AffectedUnit[], { look, takesDueAlone, environmentOf }: PromotionFacts): Promoted[] {
  if (look === null || !takesDueAlone) return [];
  const taken = new Set(units.map(({ path }) => path));
  return look.units.flatMap(({ unit: path, due }): Promoted[] => {
    if (due === undefined || taken.has(path)) return [];
    const found = environmentOf(path);
    const names = [found.kind === "one" ? found.environment.name : null, due.environment];
    const environments = [...new Set(names.filter((name) => name !== null))];
    return [{ path, environments, removes: due.action === "destroy", commits: due.commits }];
  });
}

/** Whether what comes first can't go before a unit, since it depends on it, or is used by it until both are gone. */
function needsItself(first: Promoted, own: Promoted, facts: PromotionFacts): boolean {
  if (first.removes !== own.removes) return false;
  const [later, earlier] = own.removes ? [own.path, first.path] : [first.path, own.path];
  const dependencies = own.removes ? facts.dependenciesAtBase : facts.dependenciesAtHead;
  const seen = new Set<UnitPath>([later]);
  for (const path of seen) for (const next of dependencies(path)) seen.add(next);
  return seen.has(earlier);
}

function waits({ path }: AffectedUnit, first: readonly Promoted[], { mode }: Comparison): Withheld {
  const by = "promotion";
  if (first.length === 0) {
    return {
      by,
      message: `\`${path}\` is in an environment that comes after others, and what this change does to those could not be determined.`,
      next: "Fix the problem that is named: the run of that merge takes it along.",
    };
  }
  const places = [...new Set(first.flatMap(({ environments }) => environments))].map((name) => `\`${name}\``);
  const names = listPaths(first.map(({ path: other }) => other));
  const undone = mode === "plan" ? "will not be done by this merge" : "not done";
  return {
    by,
    message: `\`${path}\` comes after ${places.join(" and ")}, and of the same change ${names} ${mode === "plan" ? undone : `${first.length === 1 ? "is" : "are"} ${undone}`}.`,
    next: `See to ${names}: the run that does that takes this along. To go ahead without, run the workflow by hand for this unit by its name.`,
  };
}

/** The environments of units that come one after the other: for each chain its steps, first ones first. */
export function promotionsOf(units: readonly AffectedUnit[], promotion: Promotion): string[][][] {
  const owed = units.filter((unit) => withheldInTheEnd(unit)?.by !== "excluded");
  const names = [...new Set(owed.map(({ environment }) => environment))].toSorted();
  const graph = new Map(names.map((name) => [name, names.filter((other) => promotion.get(name)?.has(other) === true)]));
  return components(graph)
    .filter((members) => members.length > 1)
    .map((members) => levels(new Map(members.map((name) => [name, graph.get(name) ?? []]))));
}
