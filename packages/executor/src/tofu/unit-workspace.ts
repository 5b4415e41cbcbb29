import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { LedgerState } from "@pipelines/core/contracts/ledger";
import type { Binary } from "./binary.ts";
import type { DependencyOutputs } from "./dependency-outputs.ts";
import { readLog } from "./log-file.ts";
import { filledByMocks } from "./merged-mocks.ts";
import { type ReadPlan, readPlan } from "./read-plan.ts";
import { type RenderedUnit, renderUnit, type UnitQuestion } from "./rendered-unit.ts";
import { sensitiveInputs } from "./sensitive-inputs.ts";
import { stateIdentityOf } from "./state-identity.ts";
import { runTerragrunt, type TerragruntEnd } from "./terragrunt.ts";
import { type DependencyFacts, dependencyFacts, readTerragruntLog, terragruntLogText } from "./terragrunt-log.ts";
import { applyExitOf, callsOf, planFlagsOf, type Wrapper, writeWrapper } from "./wrapper.ts";

/** Everything that one unit's processes need and leave, in a folder of its own on the runner. */
export type UnitWorkspace = AsyncDisposable & {
  readonly planFile: string;
  /** Runs Terragrunt with a command of OpenTofu/Terraform. */
  terragrunt(step: string, args: readonly string[], options?: StepOptions): Promise<Step>;
  /** Whether a plan was written, be it good or not. */
  hasPlan(): Promise<boolean>;
  /** The plan as data and as text, by the binary in the folder that Terragrunt prepared. */
  show(): Promise<ReadPlan>;
  /** The configuration files of dependencies whose mocks fill what their outputs lack. */
  filledByMocks(): Promise<readonly string[]>;
  /** The unit's configuration as Terragrunt evaluates it, asked once; `null` where it can't. */
  rendered(): Promise<RenderedUnit | null>;
  /** Which state the plan was made from. */
  stateIdentity(): Promise<LedgerState>;
  /** The texts that sensitive variables were given, as far as the binary was started with any. */
  sensitiveInputs(): Promise<ReadonlySet<string>>;
  /** The state that an apply could not write to its backend, as a file. */
  erroredState(): Promise<string | null>;
};

export type StepOptions = {
  /** Runs although a stop was asked for, and is not interrupted by one. For what saves state only. */
  readonly evenWhenStopped?: boolean;
  readonly timeoutMinutes?: number;
  /** An earlier step has initialised the folder: what it found then, providers included, is used now. */
  readonly initialised?: boolean;
  /** Runs without the outputs of dependencies, which Terragrunt knows to do from 1.1.3 on. */
  readonly withoutDependencies?: boolean;
};

/** One finished Terragrunt process. */
export type Step = {
  readonly end: TerragruntEnd;
  readonly dependencies: DependencyFacts;
  /** What was printed, the way it reads best: Terragrunt's own words, then the tool's. A long middle is left out. */
  readonly text: string;
  /** Terragrunt's own words. */
  readonly said: string;
  /** Files with all that was printed, whatever its size, in order. They are gone with the workspace. */
  readonly printed: readonly string[];
  /** The exit code of the binary's apply; `null` when none has ended. Terragrunt's own can be 0 all the same. */
  readonly applyExit: number | null;
  /** The flags that the binary's last plan was started with. */
  readonly planFlags: ReadonlySet<string>;
  /** Terragrunt's own errors. */
  readonly errors: string;
  /** What the binary was started for last; `null` when it never was. */
  readonly lastCall: string | null;
  /** The binary was asked to stop while it did what the step is for. */
  readonly interrupted: boolean;
};

export type UnitWorkspaceOptions = {
  /** A folder for all units of the job. */
  readonly jobFolder: string;
  readonly outputs: DependencyOutputs;
  readonly unitFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly binary: Binary;
  /** What Terragrunt asks for credentials, where there is something to ask. */
  readonly authProvider: string | null;
  readonly timeoutMinutes: number;
  readonly stop: AbortSignal;
};

export async function openUnitWorkspace(options: UnitWorkspaceOptions): Promise<UnitWorkspace> {
  const folder = await mkdtemp(join(options.jobFolder, "unit-"));
  const wrapper = await writeWrapper(options.binary, join(folder, "bin"), {
    initLock: join(options.jobFolder, "init.lock"),
    outputs: options.outputs,
  });
  const downloadFolder = join(folder, "download");
  await mkdir(downloadFolder);
  const planFile = join(folder, "plan.tfplan");
  const question: UnitQuestion = { ...options, downloadFolder };
  let asked: Promise<RenderedUnit | null> | null = null;
  const rendered = (): Promise<RenderedUnit | null> => {
    asked ??= renderUnit(question);
    return asked;
  };
  return {
    planFile,
    async terragrunt(step, args, stepOptions = {}) {
      const { evenWhenStopped = false, timeoutMinutes = options.timeoutMinutes, initialised = false } = stepOptions;
      const { withoutDependencies = false } = stepOptions;
      const [outputFile, logFile] = [join(folder, `${step}.out`), join(folder, `${step}.log`)];
      const stop = evenWhenStopped ? new AbortController().signal : options.stop;
      const before = (await callsOf(wrapper)).length;
      await rm(wrapper.applyExit, { force: true });
      const changesState = args[0] !== "plan";
      if (changesState) await options.outputs.stateChanges(await folderOfLastPlan(wrapper));
      const end = await runTerragrunt({
        ...options,
        ...{
          timeoutMinutes,
          stop,
          downloadFolder,
          wrapper,
          outputFile,
          logFile,
          args,
          initialised,
          withoutDependencies,
        },
      });
      if (changesState) await options.outputs.stateChanges(await folderOfLastPlan(wrapper));
      // Each apply's output stays by itself.
      const applyFile = join(folder, `${step}.apply`);
      await rename(wrapper.applyLog, applyFile).catch(() => undefined);
      const [output, log, applyText] = await Promise.all([readLog(outputFile), readLog(logFile), readLog(applyFile)]);
      const records = readTerragruntLog(log);
      const said = terragruntLogText(records);
      const text = [said, output, applyText].filter((part) => part !== "");
      return {
        end,
        dependencies: await dependencyFacts(logFile),
        text: text.join("\n"),
        said,
        printed: [outputFile, applyFile],
        applyExit: await applyExitOf(wrapper),
        planFlags: await planFlagsOf(wrapper),
        errors: terragruntLogText(records.filter(({ level }) => level === "error")),
        lastCall: (await callsOf(wrapper)).slice(before).at(-1)?.subcommand ?? null,
        interrupted: end.interrupted.length > 0,
      };
    },
    hasPlan: () => exists(planFile),
    async show() {
      const cwd = await planFolder(wrapper);
      return readPlan(options.binary, { planFile, cwd, env: options.env, timeoutMs: options.timeoutMinutes * 60_000 });
    },
    filledByMocks: async () => filledByMocks(question, await rendered()),
    rendered,
    stateIdentity: async () => stateIdentityOf(await planFolder(wrapper), planFile),
    async sensitiveInputs() {
      const call = (await callsOf(wrapper)).findLast(({ subcommand }) => /^(?:plan|apply|destroy)$/.test(subcommand));
      if (call === undefined) return new Set();
      return sensitiveInputs(call.folder, await readFile(wrapper.variablesFile, "utf8").catch(() => ""));
    },
    async erroredState() {
      const folders = new Set((await callsOf(wrapper)).map((call) => call.folder));
      for (const place of folders) {
        const file = join(place, "errored.tfstate");
        if (await exists(file)) return file;
      }
      return null;
    },
    async [Symbol.asyncDispose]() {
      // Plans hold secrets in clear text.
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function folderOfLastPlan(wrapper: Wrapper): Promise<string | null> {
  return (await callsOf(wrapper)).findLast(({ subcommand }) => subcommand === "plan")?.folder ?? null;
}

async function planFolder(wrapper: Wrapper): Promise<string> {
  const folder = await folderOfLastPlan(wrapper);
  if (folder === null) throw new Error("Terragrunt made no plan");
  return folder;
}
