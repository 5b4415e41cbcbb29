import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Execution } from "@pipelines/core/contracts/execution";
import { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import type { PlanJson } from "../tofu/plan-json.ts";
import { fingerprintOf } from "./fingerprint.ts";

type ToolVersions = ReviewedPlan["toolVersions"];

/** What was found for one unit: its reviewed plans, and why others that bear its name do not count. */
export type FoundPlans = { readonly plans: readonly ReviewedPlan[]; readonly rejected: readonly string[] };

/**
 * The plan as people see it, for the run that is to apply it; `null` where a plan is not reviewed: in a terminal, in a
 * drift run, for a pull request that does not aim at the deploy branch or that others than its repository wrote.
 */
export function reviewedPlanOf(
  { comparison, repository, job }: Pick<Execution, "comparison" | "repository" | "job">,
  unit: UnitPath,
  toolVersions: ToolVersions,
  plan: PlanJson,
  mocked: boolean,
): ReviewedPlan | null {
  const action = ReviewedPlan.shape.action.safeParse(job.action);
  if (repository === null || !action.success) return null;
  const { mode, pullRequest, deployBranch } = comparison;
  if (mode === "plan") {
    if (pullRequest === undefined || pullRequest.untrusted || pullRequest.baseRef !== deployBranch) return null;
  } else if (mode !== "manual") return null;
  const salt = randomBytes(16).toString("hex");
  return {
    version: 1,
    repository,
    headSha: pullRequest?.headSha ?? job.at,
    unit,
    action: action.data,
    toolVersions,
    mocked,
    salt,
    changes: fingerprintOf(plan, salt),
  };
}

/** Writes a reviewed plan beside the outcome. @param name the unit's file name, without ending */
export async function recordReviewedPlan(outcomeFolder: string, name: string, plan: ReviewedPlan): Promise<void> {
  await writeDocument(join(outcomeFolder, "reviewed-plans", `${name}.json`), plan);
}

/**
 * Finds a unit's reviewed plans, at any depth of a folder. Whoever put them there answers for the pull request being
 * merged; that a document is of this repository, unit, action and tools is checked here, and that it is of the commit
 * that a folder above it is named after.
 *
 * @param name the unit's file name, without ending
 */
export async function findReviewedPlans(
  folder: string | null,
  name: string,
  wanted: {
    readonly repository: string | null;
    readonly unit: UnitPath;
    readonly action: ReviewedPlan["action"];
    readonly toolVersions: ToolVersions;
    /** The only commit that counts, where there is only one: a manual run's own. */
    readonly commit: CommitSha | null;
  },
): Promise<FoundPlans> {
  if (folder === null) return { plans: [], rejected: [] };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const plans: ReviewedPlan[] = [];
  const rejected: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name !== `${name}.json`) continue;
    const file = join(entry.parentPath, entry.name);
    const commits = relative(folder, entry.parentPath)
      .split("/")
      .flatMap((part) => CommitSha.safeParse(part).data ?? []);
    const plan = await readDocument(file, ReviewedPlan).catch(() => null);
    const rejection =
      plan === null
        ? `${relative(folder, file)} can't be read or is of another version`
        : rejectionOf(plan, wanted, wanted.commit === null ? commits : [wanted.commit, ...commits]);
    if (rejection !== null) rejected.push(rejection);
    else if (plan !== null) plans.push(plan);
  }
  return { plans, rejected: [...new Set(rejected)].toSorted() };
}

/** What tells later which plan was reviewed: its commit, and SHA-256 over the document as it is written. */
export function referenceTo(plan: ReviewedPlan): { commit: CommitSha; digest: string } {
  return { commit: plan.headSha, digest: createHash("sha256").update(JSON.stringify(plan)).digest("hex") };
}

function rejectionOf(
  plan: ReviewedPlan,
  wanted: Omit<Parameters<typeof findReviewedPlans>[2], "commit">,
  commits: readonly CommitSha[],
): string | null {
  if (plan.repository !== wanted.repository) return `one is of the repository ${plan.repository}`;
  if (plan.unit !== wanted.unit) return `one is of the unit ${plan.unit}`;
  if (plan.action !== wanted.action) return `one is of the action ${plan.action}`;
  if (commits.some((commit) => commit !== plan.headSha)) return `one is of the commit ${plan.headSha.slice(0, 7)}`;
  const { terragrunt, tofu } = plan.toolVersions;
  if (terragrunt !== wanted.toolVersions.terragrunt || tofu !== wanted.toolVersions.tofu) {
    return `one was made by Terragrunt ${terragrunt ?? "?"} and ${tofu ?? "?"}, not by ${wanted.toolVersions.terragrunt ?? "?"} and ${wanted.toolVersions.tofu ?? "?"}`;
  }
  return null;
}
