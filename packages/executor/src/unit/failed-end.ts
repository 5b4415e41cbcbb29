import type { LockInfo, UnitEnd, WorkedAt } from "@pipelines/core/contracts/outcome";
import type { Mask } from "@pipelines/core/redaction/mask";
import { causeOf, lockOf } from "../tofu/failure.ts";
import type { Rescue } from "../tofu/rescue-state.ts";
import type { Step } from "../tofu/unit-workspace.ts";

/** How a unit ended whose command failed or was stopped. @param rescue what became of state that was not written */
export function failedEnd(at: WorkedAt, step: Step, clean: Mask, timeoutMinutes: number, rescue: Rescue): UnitEnd {
  const text = clean(step.text);
  const cause = causeOf(step.end, text, timeoutMinutes, clean(step.errors));
  const message = [rescueText(rescue), cause.message].filter((part) => part !== "").join("\n\n");
  const place = at !== "apply" && step.lastCall === "init" ? "init" : at;
  if (step.end.stopped) {
    const erroredState = rescue.kind === "on-runner";
    return { kind: "interrupted", at: place, lock: lockOf(text), erroredState, message };
  }
  // State that is not where it belongs is worse news than what made it so.
  if (rescue.kind === "on-runner") return { kind: "failed", at, cause: { kind: "backend", message } };
  return { kind: "failed", at: place, cause: { ...cause, message } };
}

/** A binary that is asked to stop gives its lock back; one that was killed, for want of memory for example, can't. */
export function wasKilled({ end, text }: Step, clean: Mask): boolean {
  return causeOf({ ...end, timedOut: false }, clean(text), 0).kind === "crash";
}

/** The end of a unit whose killed binary left its lock behind. */
export function stillLocked(end: UnitEnd, lock: LockInfo): UnitEnd {
  const withLock = (message: string): string => `It was killed, and its lock on the state is still held.\n\n${message}`;
  if (end.kind === "interrupted") return { ...end, lock, message: withLock(end.message) };
  // State that is on the runner only is what has to be seen to first.
  if (end.kind !== "failed" || end.cause.kind === "backend") return end;
  return { ...end, cause: { kind: "locked", lock, message: withLock(end.cause.message) } };
}

/** Adds to an apply's failure that Terragrunt would have tried again. @param retries the labels of its `retry` blocks */
export function withoutRetries(end: UnitEnd, retries: readonly string[]): UnitEnd {
  if (end.kind !== "failed" || retries.length === 0) return end;
  const note = `An apply is not tried again as \`retry\` in its \`errors\` block has it (${retries.join(", ")}): a plan is used up by its apply, and what is left to do needs a plan of its own. Re-run the failed jobs for that.`;
  return { ...end, cause: { ...end.cause, message: `${end.cause.message}\n\n${note}` } };
}

function rescueText(rescue: Rescue): string {
  switch (rescue.kind) {
    case "none":
      return "";
    case "pushed":
      return `The state could not be written at first. It was written at try ${rescue.tries} of ours: nothing is lost.`;
    case "on-runner":
      return `The state could not be written to its backend, also not later. It is on the runner only, in ${rescue.file}. What was created is real: before the next apply, write it with \`terragrunt state push\` from that file, or import what was created.`;
    default:
      return rescue satisfies never;
  }
}
