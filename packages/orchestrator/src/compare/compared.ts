import { type DispatchAction, traitsOf } from "@pipelines/core/contracts/action";
import type { Comparison } from "@pipelines/core/contracts/comparison";

/** Two commits to compare, and what for. */
export type Compared =
  | {
      readonly kind: "comparison";
      readonly comparison: Comparison;
      readonly withoutCloud: boolean;
      readonly notice?: string;
    }
  | { readonly kind: "requested"; readonly comparison: Comparison; readonly request: Request }
  /** What is due of the units that globs name, and nothing else. `null`: of all, by the clock and not by a person. */
  | { readonly kind: "due"; readonly comparison: Comparison; readonly globs: readonly string[] | null };

/** The comparison, or the sentence that says why there is nothing to compare. */
export type CompareResult =
  | Compared
  | { readonly kind: "nothing"; readonly comparison: Comparison; readonly why: string };

/** Units that somebody, or a schedule, asked for at one commit, whatever has changed. */
export type Request = {
  readonly action: DispatchAction;
  readonly globs: readonly string[];
  readonly change: "ManuallyRequested" | "DriftChecked";
};

/** What somebody, or a schedule, asked for; `null` where what changed decides. */
export function requestOf(compared: Compared): Request | null {
  return compared.kind === "requested" ? compared.request : null;
}

/** Whether the run is to change anything but reports. */
export function writesAny(compared: Compared): boolean {
  if (compared.kind === "due") return true;
  return compared.kind === "requested"
    ? traitsOf(compared.request.action).writes
    : compared.comparison.mode === "apply";
}

/** Whether it may take along what is due: a push does, and a request for just that. */
export function takesDue(compared: Compared): boolean {
  const { ledgerClaim, mode } = compared.comparison;
  if (ledgerClaim === undefined) return false;
  return compared.kind === "due" || (compared.kind === "comparison" && mode === "apply");
}

/** What has to be said of how it was compared. */
export function noticesOf(compared: Compared): string[] {
  return compared.kind === "comparison" && compared.notice !== undefined ? [compared.notice] : [];
}
