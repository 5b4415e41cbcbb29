import { setTimeout as sleep } from "node:timers/promises";
import { dispatchCollect } from "../dispatch.ts";
import { type CommandContext, openJob, setJobOutputs, summarizeJob } from "./job.ts";

/** GitHub ends a cancelled job five minutes after the cancel; the upload needs its share of them. */
const SURVIVOR_SECONDS = 240;

/** Waits for an executor that outlived its step. */
export async function collect(context: CommandContext): Promise<number> {
  const { assessment, job, edges, logUrl } = await openJob(context);
  const summarized = (await edges.readOutcome())?.state === "finished";
  const waiting = { ...edges, sleep: (ms: number) => sleep(ms) };
  await dispatchCollect(waiting, { job, attempt: context.run.attempt, logUrl }, SURVIVOR_SECONDS);
  if (!summarized) await summarizeJob(context, assessment, job);
  setJobOutputs(context, job);
  return 0;
}
