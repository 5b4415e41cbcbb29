import type { CommitSha } from "@pipelines/core/contracts/comparison";
import type { GuardStop, UnitEnd } from "@pipelines/core/contracts/outcome";
import type { Start, StopReason } from "@pipelines/core/contracts/start";

/** How a unit ends that does not start; `null` when it starts. @param head the commit of the deploy branch that the run is for */
export function endOfStart(start: Start, head: CommitSha): UnitEnd | null {
  switch (start.kind) {
    case "go":
      return null;
    case "done":
      return { kind: "unchanged" };
    case "leave":
      return { kind: "superseded", by: start.by ?? head };
    case "wait":
      return { kind: "skipped", because: start.units, waitsFor: start.for };
    case "stop": {
      const { because, message } = start;
      return { kind: "withheld", stop: { guard: GUARDS[because], message, unseen: [], next: nextOf(because) } };
    }
    default:
      return start satisfies never;
  }
}

const GUARDS: Readonly<Record<StopReason, GuardStop["guard"]>> = {
  unknown: "ledger",
  "other-branch": "ledger",
  differs: "ledger",
  "exists-at-tip": "exists",
  needed: "needed-apply",
  "same-state": "same-state",
  "unknown-state": "same-state",
  paused: "paused",
  protected: "protected",
  "destroy-denied": "destroy-denied",
};

function nextOf(because: StopReason): string {
  switch (because) {
    case "unknown":
      return "Nothing of it was changed, and it stays due. Re-run the failed jobs, or leave it to the next run.";
    case "other-branch":
      return "Nothing of it was changed, and it stays due. The next run of that branch does what is due.";
    case "differs":
    case "exists-at-tip":
      return "Nothing of it was changed. The next run of the deploy branch does what is due.";
    case "same-state":
      return "If that unit is where this one moved to, nothing has to be destroyed: run the workflow by hand with action `dismiss` for this one. If both are meant to exist, give each its own state key.";
    case "unknown-state":
      return "Have a run look at all units of the deploy branch once: the scheduled look for drift, or the workflow by hand with action `plan` and units `**`. It writes down which state each has, and the next run goes on. A unit that is due and has changed since its apply was tried has to be applied first.";
    case "needed":
      return "The next run takes it along once that unit is applied.";
    case "paused":
    case "protected":
    case "destroy-denied":
      return "It stays due until the configuration on the deploy branch allows it.";
    default:
      return because satisfies never;
  }
}
