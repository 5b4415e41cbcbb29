import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "@pipelines/core/actions/log";
import type { UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";

/** Whoever shows people how far a job is. */
export type Progress = {
  started(unit: UnitPath): void;
  ended(outcome: UnitOutcome, folder: string): void;
  warn?(message: string): void;
};

/** Tells a step's log of each unit as it ends: its whole output in a group, then one line. */
export function logProgress(log: Log, units: number): Progress {
  let ended = 0;
  return {
    started: () => undefined,
    warn: (message) => log.warning(message),
    ended(outcome, folder) {
      ended += 1;
      const text = outcome.log === undefined ? "" : readFileSync(join(folder, outcome.log), "utf8");
      if (text !== "") log.group(outcome.path, text.split("\n"));
      log.info(
        `${markOf(outcome.end)} ${outcome.path} ${wordsOf(outcome)} (${ended} of ${units}, ${outcome.seconds} s)`,
      );
    },
  };
}

function markOf(end: UnitEnd): string {
  if (end.kind === "changed" || end.kind === "unchanged") return "✓";
  return end.kind === "failed" || end.kind === "interrupted" || end.kind === "unknown" ? "✗" : "–";
}

/** How a unit ended, in a few words. */
function wordsOf({ end, plan }: UnitOutcome): string {
  switch (end.kind) {
    case "changed":
      return plan === undefined ? "changed" : `+${plan.add} ~${plan.change} -${plan.destroy} ±${plan.replace}`;
    case "unchanged":
      return "no changes";
    case "failed":
      return `failed at ${end.at}: ${end.cause.message.split("\n", 1)[0] ?? end.cause.kind}`;
    case "skipped":
      return `skipped: ${end.because.join(", ")} did not end well`;
    case "withheld":
      return `withheld: ${end.stop.message}`;
    case "superseded":
      return `left to the run of ${end.by}`;
    case "ignored":
      return `could not be planned; its configuration ignores the error: ${end.message.split("\n", 1)[0]}`;
    case "waiting":
      return `waits for ${end.for.join(", ")}`;
    case "interrupted":
      return `interrupted at ${end.at}`;
    case "unknown":
      return end.why;
    default:
      return end satisfies never;
  }
}
