import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Environment } from "@pipelines/core/configuration/environments";
import { governingCommit } from "@pipelines/core/configuration/governing";
import { reviewRuleOf } from "@pipelines/core/configuration/policy";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { ReviewRule } from "@pipelines/core/contracts/review-rule";
import { workFolderPrefix } from "@pipelines/core/documents/layout";
import type { Repository } from "@pipelines/core/git/repository";
import { addWorktree } from "@pipelines/core/git/worktree";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { type Checkout, openCheckout } from "../checkout/open-checkout.ts";
import { openAuthProvider } from "../credentials/provider.ts";
import { stricterRule } from "../guard/compare.ts";
import { type JudgePlan, judgePlans } from "../hooks/judge.ts";
import { hooksOf } from "../hooks/run-hooks.ts";
import type { MayStart } from "../look/ask-dispatcher.ts";
import { type DependencyOutputs, openDependencyOutputs } from "../tofu/dependency-outputs.ts";
import { withVersionAnswer } from "../tofu/version-answer.ts";
import { type Redactor, redactorOf } from "./redactor.ts";
import type { Tools } from "./tools.ts";

/** A job whose units can be worked on: what is asked, by what rules, with what tools, in which folders. */
export type OpenJob = {
  readonly execution: Execution;
  readonly configuration: Configuration;
  /** The newest configuration of the deploy branch that is known: a pause is about now, and later rules are heard. */
  readonly newest: Configuration;
  readonly environment: Environment;
  readonly reviewRule: ReviewRule;
  readonly tools: Tools;
  /** The environment of the tools, as Terragrunt gets it for a unit. */
  readonly unitEnv: Readonly<Record<string, string>>;
  /** What Terragrunt asks for credentials, where there is something to ask. */
  readonly authProvider: string | null;
  readonly checkout: Checkout;
  readonly folders: JobFolders;
  /** What dependencies of the units have been asked for. */
  readonly outputs: DependencyOutputs;
  readonly redactor: Redactor;
  /** Aborted once when the run is asked to stop. */
  readonly stop: AbortSignal;
  /** Who says whether a unit may start, and whether its state is nobody else's; `null` where nobody is asked. */
  readonly mayStart: MayStart | null;
  /** What the hooks that judge plans say of one that is about to be applied. */
  readonly judgePlan: JudgePlan;
};

export type JobFolders = {
  /** On the runner only, for plans, downloads and logs; removed at the end. */
  readonly work: string;
  /** Where the JSON of plans is put for hooks, on the runner only; `null` when there is no hook. */
  readonly plans: string | null;
  /** The folder of the outcome document and of the texts beside it. */
  readonly outcome: string;
};

/** What a job is opened with. */
export type JobOptions = Pick<
  OpenJob,
  "execution" | "configuration" | "newest" | "environment" | "tools" | "stop" | "mayStart"
> & {
  readonly repository: Repository;
  readonly outcomeFolder: string;
  /** The environment of this process. */
  readonly process: Readonly<Record<string, string | undefined>>;
  /** How this program is started: Terragrunt asks it for credentials. */
  readonly program: readonly string[];
  readonly warn: (message: string) => void;
};

/** Checks the job's commit out and gets its credentials ready. Disposing leaves nothing of it on the runner. */
export async function openJob(options: JobOptions): Promise<OpenJob & AsyncDisposable> {
  const { execution, configuration, newest, environment, tools, repository, stop, mayStart } = options;
  await using opened = new AsyncDisposableStack();
  const tree = opened.use(await openCheckout(repository, execution.job.at, toolEnvironment(options.process)));
  const work = await mkdtemp(join(tmpdir(), workFolderPrefix(process.pid)));
  // Plans and downloaded modules can hold secrets.
  opened.defer(() => rm(work, { recursive: true, force: true, maxRetries: 3 }));
  const plans = hooksOf(configuration, execution.job.action).length === 0 ? null : join(work, "plans");
  if (plans !== null) await mkdir(plans);
  const authProvider = opened.use(
    await openAuthProvider({
      ...{ execution, configuration, environment, repository, jobFolder: work, treeFolder: tree.folder },
      ...{ process: options.process, program: options.program, warn: options.warn },
    }),
  );
  const units = execution.job.units.map(({ path }) => path);
  const checkout = await tree.withStacks(units, {
    ...{ env: tools.env, stop },
    credentialsFor: (folder) => authProvider.variablesFor(folder),
  });
  const trees = opened.use(new AsyncDisposableStack());
  const redactor = redactorOf(tools.secrets, configuration.redact, tree.folder);
  let trusted: Promise<string> | null = null;
  const trustedFolder = (): Promise<string> => {
    const commit = governingCommit(execution.comparison, execution.job);
    trusted ??= addWorktree(repository.folder, commit, toolEnvironment(options.process)).then(
      (governing) => trees.use(governing).folder,
    );
    return trusted;
  };
  const job: OpenJob = {
    ...{ execution, configuration, newest, environment, tools, checkout, stop, mayStart, redactor },
    judgePlan: judgePlans(
      { hooks: configuration.hooks.after_plan, jobFolder: work, env: tools.env, clean: redactor.clean },
      trustedFolder,
    ),
    reviewRule: ruleOf(options),
    authProvider: authProvider.command,
    folders: { work, plans, outcome: options.outcomeFolder },
    unitEnv: await withVersionAnswer(tools.binary, tools.env, work),
    outputs: await openDependencyOutputs(work),
  };
  const resources = opened.move();
  return { ...job, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/**
 * The rule that holds for an apply. A person at a terminal sees the plan before the apply, so nothing more is asked
 * there; on a runner the stricter rule of the job's configuration and the newest one holds, whatever a document says about
 * the event.
 */
function ruleOf({ configuration, newest, execution, process }: JobOptions): ReviewRule {
  const onRunner = process["GITHUB_ACTIONS"] === "true";
  return execution.comparison.event.name === "local" && !onRunner
    ? "off"
    : stricterRule(
        reviewRuleOf(configuration, execution.job.environment),
        reviewRuleOf(newest, execution.job.environment),
      );
}
