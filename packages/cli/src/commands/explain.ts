import { resolve } from "node:path";
import { explain as explainText } from "@pipelines/orchestrator/explain/text";
import { orchestrate, orchestratorEdges } from "@pipelines/orchestrator/orchestrate";
import { checkedOutFolder } from "../repository-folder.ts";

export type ExplainOptions = {
  readonly repo: string;
  readonly base: string;
  readonly head: string;
  readonly event: "pull_request" | "push";
  readonly config?: string;
  readonly json?: true;
  readonly all?: true;
};

/** Prints an assessment: text for people, or exactly one JSON document. Answers the exit code. */
export async function explain(options: ExplainOptions): Promise<number> {
  const folder = await checkedOutFolder(options.repo);
  const edges = await orchestratorEdges(
    folder,
    process.env,
    options.config === undefined ? null : resolve(options.config),
  );
  const { base, head, event } = options;
  const extent = options.all === true ? "all" : "affected";
  const assessment = await orchestrate(edges, { kind: "local", base, head, event }, extent);
  process.stdout.write(options.json === true ? `${JSON.stringify(assessment, null, 2)}\n` : explainText(assessment));
  return assessment.problems.length === 0 ? 0 : 1;
}
