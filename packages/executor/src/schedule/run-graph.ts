import type { JobUnit } from "@pipelines/core/contracts/job";
import type { UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { nextUnits } from "./schedule.ts";

export type GraphRun = {
  readonly units: readonly JobUnit[];
  readonly limit: number;
  /** How units of earlier jobs ended. */
  readonly earlier: ReadonlyMap<UnitPath, UnitEnd>;
  /** Units that earlier jobs were to apply, where this job destroys what they depended on. */
  readonly applies?: ReadonlySet<UnitPath>;
  /** Runs one unit; never rejects. */
  readonly run: (unit: UnitPath) => Promise<UnitOutcome>;
  /** Told of every outcome before the next unit starts. */
  readonly ended: (outcome: UnitOutcome) => Promise<void>;
  /** Whether a stop was asked for: then nothing new starts. */
  readonly stopped: () => boolean;
};

/** The end of a unit that a stop came before. */
const NOT_STARTED: UnitEnd = {
  kind: "interrupted",
  at: "init",
  lock: null,
  erroredState: false,
  message: "The run was asked to stop before this unit was started. Nothing of it was changed.",
};

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
    const next = nextUnits(graph.units, ends, new Set(running.keys()), graph.limit, graph.applies);
    for (const { path, end } of next.skip) await record({ path, end, seconds: 0 });
    if (!graph.stopped()) for (const path of next.start) running.set(path, graph.run(path));
    if (running.size === 0) {
      if (next.skip.length > 0) continue;
      for (const path of next.start) await record({ path, end: NOT_STARTED, seconds: 0 });
      if (next.start.length > 0) continue;
      return;
    }
    await record(await Promise.race(running.values()));
  }
}
