import type { Assessment } from "@pipelines/core/contracts/assessment";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Comparison } from "@pipelines/core/contracts/comparison";
import type { Repository } from "@pipelines/core/git/repository";
import { locateTerragrunt } from "@pipelines/core/terragrunt/binary";
import type { UnitsToEvaluate } from "../compare/units-to-evaluate.ts";
import type { HclParser } from "../hcl/parse.ts";
import type { Settings } from "../settings.ts";
import { bothSnapshots, type Snapshots } from "./both-snapshots.ts";
import { wholeDiff } from "./generated-diff.ts";
import { type DiscoveryWatch, discoveringTerragrunt } from "./terragrunt/client.ts";
import { discoveryEnvironment } from "./terragrunt/environment.ts";
import { startStsStandIn } from "./terragrunt/sts-stand-in.ts";
import { standInNotice } from "./terragrunt/variables.ts";

/** What both commits hold, and what differs. */
export type Discovered = Snapshots & {
  /** With what stacks generate. */
  readonly diff: readonly ChangedFile[];
  readonly notices: readonly string[];
  /** What it cost. */
  readonly discovery: NonNullable<Assessment["discovery"]>;
};

/**
 * Reads both commits by Terragrunt.
 *
 * @param diff what git says that differs
 */
export async function discover(
  edges: {
    readonly repository: Repository;
    readonly parseHcl: HclParser;
    readonly toolEnvironment: Readonly<Record<string, string>>;
    readonly watch?: DiscoveryWatch;
  },
  comparison: Comparison,
  diff: readonly ChangedFile[],
  settings: Settings,
  wanted: UnitsToEvaluate,
): Promise<Discovered> {
  await locateTerragrunt(edges.toolEnvironment, edges.repository.folder);
  await using sts = await startStsStandIn();
  const terragrunt = discoveringTerragrunt(edges.watch ?? null);
  const { base, head } = await bothSnapshots(
    {
      ...edges,
      terragrunt,
      gitEnvironment: edges.toolEnvironment,
      toolEnvironment: discoveryEnvironment(edges.toolEnvironment, sts.url),
    },
    comparison,
    diff,
    settings,
    wanted,
  );
  const { calls, seconds } = terragrunt.cost();
  const snapshots = base === head || base.facts === head.facts || base.facts.size === 0 ? 1 : 2;
  return {
    ...{ base, head, diff: wholeDiff(diff, base, head), notices: standInNotice(head.unset) },
    discovery: { snapshots, terragruntCalls: calls, seconds },
  };
}
