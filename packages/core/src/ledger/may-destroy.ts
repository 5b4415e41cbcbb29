import type { LedgerRun, LedgerState } from "../contracts/ledger.ts";
import type { Start } from "../contracts/start.ts";
import type { UnitPath } from "../contracts/unit-path.ts";
import { type Ledger, sameRun } from "./ledger.ts";
import type { Looked } from "./may-start.ts";
import { stateSharedWith, type Unsettled } from "./shared-state.ts";

export type DestroyQuestion = {
  readonly ledger: Looked<Ledger>;
  readonly unit: UnitPath;
  readonly state: LedgerState;
  readonly run: Pick<LedgerRun, "id">;
  /** The states of the units that jobs of this run have planned for their applies, whatever became of those. */
  readonly found: Looked<ReadonlyMap<UnitPath, LedgerState>>;
  /** The units of the deploy branch as it is now, and which of them changed after a commit. */
  readonly living: Looked<{ readonly units: Iterable<UnitPath>; readonly unsettled: Unsettled }>;
};

/** Paths that a sentence names. */
const NAMED = 5;

/** The look right before a unit is destroyed, once its state is known: is that state nobody else's? */
export function mayDestroy({ ledger, unit, state, run, found, living }: DestroyQuestion): Start {
  const missing = [ledger, living, found].find((looked) => looked.kind === "unknown");
  if (missing?.kind === "unknown") {
    return { kind: "stop", because: "unknown", message: `Whose state it is can't be looked up: ${missing.why}` };
  }
  if (ledger.kind === "unknown" || living.kind === "unknown" || found.kind === "unknown") {
    throw new Error("all are known here");
  }
  const { units, unsettled } = living.value;
  const shared = stateSharedWith(ledger.value, unit, state, units, unsettled, (other, due) =>
    due.action === "apply" && sameRun(due.owner, run) ? (found.value.get(other) ?? null) : null,
  );
  const [first] = shared.with;
  if (first !== undefined) {
    const how = first.how === "same lineage" ? "has a copy of the state of" : "has the very state of";
    const where =
      first.how === "left"
        ? "is applied, and no run has determined yet that the deploy branch has it no more"
        : "is on the deploy branch";
    const message = `It ${how} \`${first.unit}\`, which ${where}: destroying it would destroy what \`${first.unit}\` manages.`;
    return { kind: "stop", because: "same-state", message };
  }
  if (shared.unknown.length === 0) return { kind: "go" };
  const shown = shared.unknown.slice(0, NAMED).map((other) => `\`${other}\``);
  const more = shared.unknown.length > NAMED ? ` and ${shared.unknown.length - NAMED} more` : "";
  const message = `Which state ${shown.join(", ")}${more} ${shared.unknown.length === 1 ? "has" : "have"} is not known, and it may be this one.`;
  return { kind: "stop", because: "unknown-state", message };
}
