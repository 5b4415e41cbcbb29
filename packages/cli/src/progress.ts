import type { Job } from "@pipelines/core/contracts/job";
import type { UnitOutcome } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { UnderWay } from "./watch.ts";

/** What a job says while it runs. */
export type JobProgress = {
  started(unit: UnitPath): void;
  ended(outcome: UnitOutcome): void;
  warn(message: string): void;
};

/**
 * Runs jobs one after the other and shows each unit live on stderr, since stdout belongs to the result. Units that
 * never end, because a stop was asked for, are shown as not run.
 *
 * @param calls is told which units are under way
 * @param run runs one job to its end
 */
export async function runWithProgress(
  jobs: readonly Job[],
  calls: UnderWay,
  run: (job: Job, progress: JobProgress) => Promise<unknown>,
): Promise<void> {
  const warnings = new Set<string>();
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const list = new Listr(
    jobs.map((job) => ({
      title: job.name,
      task: (_: unknown, task) => {
        const ends = new Map(job.units.map(({ path }) => [path, Promise.withResolvers<UnitOutcome | null>()]));
        const running = new Map<UnitPath, () => void>();
        const whole = run(job, {
          warn: (message) => void warnings.add(message),
          started: (unit) => void running.set(unit, calls.started(unit)),
          ended: (outcome) => {
            running.get(outcome.path)?.();
            ends.get(outcome.path)?.resolve(outcome);
          },
        }).finally(() => {
          for (const end of ends.values()) end.resolve(null);
        });
        return task.newListr(
          [
            ...job.units.map(({ path }) => ({
              title: path,
              task: async (_context: unknown, line: { title: string; skip(why: string): void }) => {
                const outcome = await ends.get(path)?.promise;
                if (outcome === null || outcome === undefined) line.skip(`${path} (not run)`);
                else if (outcome.end.kind === "changed" || outcome.end.kind === "unchanged") {
                  line.title = `${path} (${outcome.end.kind}, ${outcome.seconds} s)`;
                } else throw new Error(`${path} (${outcome.end.kind}, ${outcome.seconds} s)`);
              },
            })),
            { title: "reading the plans", task: async () => void (await whole) },
          ],
          { concurrent: true, exitOnError: false },
        );
      },
    })),
    {
      concurrent: false,
      exitOnError: false,
      // The list's own handler would end the process, and what runs under it, at the first Ctrl-C.
      registerSignalListeners: false,
      fallbackRenderer: "simple",
      rendererOptions: { collapseSubtasks: false, logger },
      fallbackRendererOptions: { logger },
    },
  );
  await list.run();
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
}
