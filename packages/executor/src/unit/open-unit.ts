import { join } from "node:path";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { UnitEnd, WorkedAt } from "@pipelines/core/contracts/outcome";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { OpenJob } from "../job/open-job.ts";
import type { LogPart } from "../outcome/full-log.ts";
import { fileNameOf } from "../outcome/unit-files.ts";
import { lockLeftBy, type Rescue, rescueState } from "../tofu/rescue-state.ts";
import { openUnitWorkspace, type Step, type StepOptions, type UnitWorkspace } from "../tofu/unit-workspace.ts";
import { failedEnd, stillLocked, wasKilled } from "./failed-end.ts";

/** One unit while an action works on it. */
export type OpenUnit = {
  readonly path: UnitPath;
  /** A file name that is as unique as the path, without ending. */
  readonly fileName: string;
  readonly workspace: UnitWorkspace;
  /**
   * Runs Terragrunt, and once more when it lost its providers before it did anything: units share a cache of providers,
   * and an init beside it can take a provider from under it for a moment. A second failure stays as it is.
   */
  run(step: string, args: readonly string[], options?: StepOptions): Promise<Step>;
  /** The end of a command that failed, or that was stopped. State that it could not write is looked after first. */
  failed(at: WorkedAt, step: Step): Promise<UnitEnd>;
};

/**
 * Opens a unit.
 *
 * @param unitFolder where it lies
 * @param log gets what every step printed
 */
export async function openUnit(
  job: OpenJob,
  path: UnitPath,
  unitFolder: string,
  log: LogPart[],
): Promise<OpenUnit & AsyncDisposable> {
  const { clean } = job.redactor;
  const fileName = fileNameOf(path);
  const timeoutMinutes = job.configuration.jobs.timeout_minutes;
  const workspace = await openUnitWorkspace({
    ...{ jobFolder: job.folders.work, env: job.unitEnv, binary: job.tools.binary, stop: job.stop },
    ...{ unitFolder, authProvider: job.authProvider, timeoutMinutes, outputs: job.outputs },
  });
  const runOnce: OpenUnit["run"] = async (step, args, options) => {
    const ran = await workspace.terragrunt(step, args, options);
    job.redactor.hide(await workspace.sensitiveInputs());
    log.push({ title: `terragrunt ${step}`, text: ran.said, files: ran.printed });
    return ran;
  };
  return {
    ...{ path, fileName, workspace },
    async run(step, args, options) {
      const first = await runOnce(step, args, options);
      return lostItsProviders(first) ? runOnce(`${step}-again`, args, options) : first;
    },
    async failed(at, step) {
      const saveAs = join(job.execution.folder, "errored-states", `${fileName}.tfstate`);
      const rescue: Rescue = at === "apply" ? await rescueState(workspace, saveAs) : { kind: "none" };
      const end = failedEnd(at, step, clean, timeoutMinutes, rescue);
      // A plan alone takes no lock, and may not be allowed to take one.
      const { locks } = traitsOf(job.execution.job.action);
      const lock = locks && wasKilled(step, clean) ? await lockLeftBy(workspace) : null;
      return lock === null ? end : stillLocked(end, lock);
    },
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

function lostItsProviders({ end, text }: Step): boolean {
  const lost = /Required plugins are not installed|providercache.*LinkFromOtherCache/s;
  return end.exitCode !== 0 && !end.stopped && !end.timedOut && lost.test(text);
}
