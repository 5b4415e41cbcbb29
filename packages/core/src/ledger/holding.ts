import { comesFirst, type Promoted } from "../configuration/comes-first.ts";
import type { Promotion } from "../configuration/promotion.ts";
import type { Due, LedgerRun, LedgerUnit } from "../contracts/ledger.ts";
import { byPath, type UnitPath } from "../contracts/unit-path.ts";
import { type Graph, reachable, reversed } from "../graph/order.ts";
import { MOST_COMMITS } from "./claim.ts";

export type PromotionQuestion = {
  readonly promotion: Promotion;
  /** Where a unit belongs, by the configuration as it is now; `null` where it knows no such unit. */
  readonly environmentOf: (unit: UnitPath) => string | null;
  /** Whether the deploy branch has a unit: then what commits want of it is an apply, whatever is due. */
  readonly existsAtTip: (unit: UnitPath) => boolean;
  readonly run: Pick<LedgerRun, "id">;
  /** Units that this run ended well, with the checks of their jobs. The ledger says so when the run has ended. */
  readonly passed: ReadonlySet<UnitPath>;
};

/** A unit that another one waits for. */
export type Holding = { readonly path: UnitPath; readonly environment: string };

/**
 * What is due in environments that come before a unit's own, for a change that the unit is due for as well.
 *
 * Who asks for a unit by name decides about it: then it waits for nothing but what the same run was asked for.
 */
export function holdingUnits(
  records: ReadonlyMap<UnitPath, LedgerUnit>,
  unit: UnitPath,
  question: PromotionQuestion,
): Holding[] {
  const { promotion, run, passed } = question;
  const own = records.get(unit)?.due;
  if (own === undefined || promotion.size === 0) return [];
  const then = { ...promotedOf(unit, own, question), removes: own.action === "destroy" };
  const holding = [...records.values()].flatMap(({ unit: path, due }): Holding[] => {
    if (due === undefined || path === unit || passed.has(path)) return [];
    const first = promotedOf(path, due, question);
    const ofOneRequest = own.why === "asked" && due.owner.id === run.id;
    if (own.why === "asked" && !ofOneRequest) return [];
    // Of a unit that is due for as many commits as are kept, some may be forgotten.
    const together = ofOneRequest || due.commits.length >= MOST_COMMITS ? { ...first, commits: then.commits } : first;
    if (!comesFirst(together, then, promotion)) return [];
    return [{ path, environment: first.environments[0] ?? "" }];
  });
  if (holding.length === 0) return [];
  // What waits for the unit itself, by its dependencies or by the order of environments, can't go before it.
  const behind = waitingFor(records, unit, then.removes, question);
  return holding.filter(({ path }) => !behind.has(path)).toSorted(byPath);
}

function promotedOf(
  path: UnitPath,
  { action, commits, environment, byHand }: Due,
  { environmentOf, existsAtTip }: Pick<PromotionQuestion, "environmentOf" | "existsAtTip">,
): Promoted {
  const names = [environmentOf(path), environment].filter((name) => name !== null);
  // What exists there is not destroyed, and a run that has seen the branch since makes an apply of it.
  const comesBack = !byHand && existsAtTip(path);
  return { path, environments: [...new Set(names)], removes: action === "destroy" && !comesBack, commits };
}

/**
 * The units of one direction of work that can't start before a unit has ended, the unit included: what needs it, or what
 * it still uses when both are to be gone, what is due in environments that come after it, and so on. Some may come before
 * the unit as well. Nobody could begin then, so that dependencies alone count among them.
 */
function waitingFor(
  records: ReadonlyMap<UnitPath, LedgerUnit>,
  unit: UnitPath,
  removes: boolean,
  question: Omit<PromotionQuestion, "passed">,
): ReadonlySet<string> {
  const { promotion, run } = question;
  const needs = needsOf(records);
  const due = [...records.values()].flatMap(({ unit: path, due: its }) => {
    if (its === undefined) return [];
    const { environments, commits, ...first } = promotedOf(path, its, question);
    if (first.removes !== removes) return [];
    const changes = its.why === "asked" && its.owner.id === run.id ? [...commits, REQUEST] : commits;
    return [{ path, environments, changes, forgot: commits.length >= MOST_COMMITS }];
  });
  const gates = Map.groupBy(
    due.flatMap(({ path, environments, changes }) =>
      environments.flatMap((name) => [...changes, ANY].map((change) => ({ gate: gateOf(name, change), path }))),
    ),
    ({ gate }) => gate,
  );
  const waiting = new Map<string, readonly string[]>(removes ? needs : reversed(needs));
  for (const { path, environments, changes, forgot } of due) {
    const later = [...promotion.keys()].filter((name) => environments.some((one) => promotion.get(name)?.has(one)));
    const opens = later.flatMap((name) => (forgot ? [ANY] : changes).map((change) => gateOf(name, change)));
    waiting.set(path, [...(waiting.get(path) ?? []), ...opens]);
  }
  for (const [gate, members] of gates)
    waiting.set(
      gate,
      members.map(({ path }) => path),
    );
  return reachable(waiting, [unit]);
}

/** What one request asks for is one change. Of a unit with as many commits as are kept, some may be forgotten. */
const [REQUEST, ANY] = ["of the request", "of any change"];

/** No unit's path begins so. */
const gateOf = (environment: string, change: string): string => `//${environment} ${change}`;

function needsOf(records: ReadonlyMap<UnitPath, LedgerUnit>): Graph<UnitPath> {
  return new Map(
    [...records.values()].map(({ unit, due, applied }) => [
      unit,
      [...(due?.dependsOn ?? []), ...(applied?.dependsOn ?? [])],
    ]),
  );
}

/** Units that a sentence names. */
const NAMED = 3;

/** Which environments, and which of their units, something waits for, in a sentence. */
export function waitsSentence(environments: readonly string[], units: readonly UnitPath[]): string {
  const named = units.slice(0, NAMED).map((path) => `\`${path}\``);
  const more = units.length > NAMED ? ` and ${units.length - NAMED} more` : "";
  const places = environments.map((name) => `\`${name}\``).join(" and ");
  return `It waits for ${places}: of the same change, ${named.join(", ")}${more} ${units.length === 1 ? "has" : "have"} not ended well.`;
}
