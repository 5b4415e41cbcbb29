import { setTimeout as sleep } from "node:timers/promises";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { readDocument } from "@pipelines/core/documents/document";
import { executorFile, workFolderPrefix } from "@pipelines/core/documents/layout";
import { isRunning, ProcessMark, processesNaming } from "@pipelines/core/process/running";
import type { SurvivorEdges } from "../collect/survivor.ts";
import { dispatchCollect } from "../dispatch.ts";
import type { RunEdges } from "../run/run-job.ts";
import { type CommandContext, openJob, setJobOutputs, summarizeJob } from "./job.ts";

/** GitHub ends a cancelled job five minutes after the cancel; the upload needs its share of them. */
const SURVIVOR_SECONDS = 240;

/** Waits for an executor that outlived its step. */
export async function collect(context: CommandContext): Promise<number> {
  const { assessment, job, edges, logUrl } = await openJob(context);
  const summarized = (await edges.readOutcome())?.state === "finished";
  const file = executorFile(context.folder, job.id, context.run.attempt);
  const waiting: SurvivorEdges & Pick<RunEdges, "writeOutcome"> = {
    ...edges,
    sleep: (ms) => sleep(ms),
    tell: (message) => log.info(message),
    async survivor() {
      const mark = await readDocument(file, ProcessMark).catch(() => null);
      if (mark === null) return { kind: "unknown" };
      if (await isRunning(mark)) return { kind: "runs", pid: mark.pid };
      const [left] = await processesNaming(workFolderPrefix(mark.pid));
      return left === undefined ? { kind: "gone" } : { kind: "left", pid: left };
    },
  };
  await dispatchCollect(waiting, { job, attempt: context.run.attempt, logUrl }, SURVIVOR_SECONDS);
  if (!summarized) await summarizeJob(context, assessment, job);
  setJobOutputs(context, job);
  return 0;
}
