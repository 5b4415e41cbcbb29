import { globMatcher } from "@pipelines/core/configuration/environments";
import type { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { type Compared, takesDue } from "./compared.ts";

/** The units that Terragrunt evaluates. */
export type UnitsToEvaluate =
  /** Those that the comparison may affect, and some more by name; what depends on one of these that is gone as well. */
  | { readonly kind: "affected"; readonly also: ReadonlySet<UnitPath> }
  /** Those that somebody asked for at one commit. */
  | { readonly kind: "named"; readonly matches: (unit: UnitPath) => boolean }
  | { readonly kind: "all" };

/** Of which units is asked: of what the comparison affects, or of all, to find what is wrong anywhere. */
export type Extent = "affected" | "all";

/** Which units Terragrunt evaluates: what is due belongs to what a push affects, and to nothing else that is asked for. */
export function unitsToEvaluate(compared: Compared, extent: Extent, look: LedgerLook | null): UnitsToEvaluate {
  if (extent === "all") return { kind: "all" };
  if (compared.kind === "requested") return { kind: "named", matches: globMatcher(compared.request.globs) };
  const { base, head } = compared.comparison;
  const recorded = takesDue(compared) ? (look?.units ?? []) : [];
  const also = recorded.filter(({ due, applied }) => due !== undefined || (base === head && applied !== undefined));
  return { kind: "affected", also: new Set<UnitPath>(also.map(({ unit }) => unit)) };
}

/** Whether the ledger has anything that a run may take along, whatever has changed. */
export function mayOwe(compared: Compared, look: LedgerLook | null): boolean {
  const { ledgerClaim } = compared.comparison;
  if (look === null || ledgerClaim === undefined) return false;
  return look.units.some(({ due, applied }) => due !== undefined || applied !== undefined);
}
