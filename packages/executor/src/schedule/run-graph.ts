import type { Action } from "@pipelines/core/contracts/action";
import type { JobUnit } from "@pipelines/core/contracts/job";
import type { UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { nextUnits } from "./schedule.ts";

export type GraphRun = {
  readonly units: readonly JobUnit[];
  readonly action: Action;
  readonly limit: number;
  /** How units of earlier jobs ended. */
  readonly earlier: ReadonlyMap<UnitPath, UnitEnd>;
  /** Units that earlier jobs were to apply, where this job destroys what they depended on. */
  readonly applies?: ReadonlySet<UnitPath>;
  /** Runs one unit; never rejects. */
  readonly run: (unit: UnitPath) => Promise<UnitOutcome>;
  /** Told of every outcome before the next unit starts. */
  readonly ended: (outcome: UnitOutcome) => Promise<void>;
  /** Why nothing new starts any more, in a sentence; `null` while units start. */
  readonly over: () => string | null;
};

/** The end of a unit that is not started any more. */
function notStarted(why: string): UnitEnd {
  const message = `${why} Nothing of it was changed.`;
  return { kind: "interrupted", at: "init", lock: null, erroredState: false, message };
}

/** Runs the units of a job along their order, some side by side. A unit that ended badly holds back only what builds on it. */
export async function runGraph(graph: GraphRun): Promise<void> {
  const ends = new Map(graph.earlier);
  const running = new Map<UnitPath, Promise<UnitOutcome>>();
  const record = async (outcome: UnitOutcome): Promise<void> => {
    ends.set(outcome.path, outcome.end);
    running.delete(outcome.path);
    await graph.ended(outcome);
  };
  for (;;) {
    const next = nextUnits(graph.units, ends, graph.action, new Set(running.keys()), graph.limit, graph.applies);
    for (const { path, end } of next.skip) await record({ path, end, seconds: 0 });
    const over = graph.over();
    if (over === null) for (const path of next.start) running.set(path, graph.run(path));
    if (running.size === 0) {
      if (next.skip.length > 0) continue;
      if (over === null || next.start.length === 0) return;
      for (const path of next.start) await record({ path, end: notStarted(over), seconds: 0 });
      continue;
    }
    await record(await Promise.race(running.values()));
  }
}
