import process from "node:process";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { Extent } from "@pipelines/orchestrator/compare/units-to-evaluate";
import { orchestrate, orchestratorEdges } from "@pipelines/orchestrator/orchestrate";
import { StoppedError } from "./interrupt.ts";
import { type UnderWay, watchDiscovery } from "./watch.ts";

type Query = {
  readonly base: string;
  readonly head: string;
  readonly event: "pull_request" | "push";
  readonly extent: Extent;
  /** A configuration file to use in the place of the repository's own. */
  readonly config: string | null;
};

/**
 * Determines what changed between two commits of a checkout while somebody watches.
 *
 * @throws StoppedError when it was stopped, besides what `orchestrate` throws
 */
export async function assess(
  folder: string,
  { base, head, event, extent, config }: Query,
  calls: UnderWay,
  stop: AbortSignal,
): Promise<Assessment> {
  using watch = watchDiscovery(calls, stop);
  const edges = await orchestratorEdges(folder, process.env, config);
  try {
    // Awaited here: the watch ends when this returns.
    return await orchestrate({ ...edges, watch }, { kind: "local", base, head, event }, extent);
  } catch (cause) {
    // A Ctrl-C reaches git and Terragrunt as well, which then fail with words of their own.
    if (stop.aborted) throw new StoppedError();
    throw cause;
  }
}
