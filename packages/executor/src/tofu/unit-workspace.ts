import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { PlanJson } from "./plan-json.ts";
import { runTerragrunt, type TerragruntEnd } from "./terragrunt.ts";
import { type LogRecord, readTerragruntLog, terragruntLogText } from "./terragrunt-log.ts";
import { type Binary, callsOf, type Wrapper, writeWrapper } from "./wrapper.ts";

/** Everything that one unit's processes need and leave, in a folder of its own on the runner. */
export type UnitWorkspace = AsyncDisposable & {
  readonly planFile: string;
  /** Runs Terragrunt with a command of OpenTofu/Terraform. `secondTry` commands get fresh log files. */
  terragrunt(step: string, args: readonly string[]): Promise<Step>;
  /** The plan as data and as text, by the binary in the folder that Terragrunt prepared. */
  show(): Promise<{ readonly json: PlanJson; readonly text: string }>;
};

/** One finished Terragrunt process. */
export type Step = {
  readonly end: TerragruntEnd;
  readonly records: readonly LogRecord[];
  /** All that was printed, the way it reads best: Terragrunt's own words, then the tool's. */
  readonly text: string;
  /** What the binary printed of an apply. */
  readonly applyText: string;
};

export type UnitWorkspaceOptions = {
  /** A folder for all units of the job. */
  readonly jobFolder: string;
  readonly unitFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly binary: Binary;
  readonly timeoutMinutes: number;
  readonly stop: AbortSignal;
};

/** A plan of some thousand resources has hundreds of megabytes of JSON; more is refused rather than exhausting memory. */
const LARGEST_PLAN_CHARACTERS = 400 * 1024 * 1024;
/** Of a log of any size this much is read: its end, where the errors are. */
const LOG_CHARACTERS = 2 * 1024 * 1024;

export async function openUnitWorkspace(options: UnitWorkspaceOptions): Promise<UnitWorkspace> {
  const folder = await mkdtemp(join(options.jobFolder, "unit-"));
  const wrapper = await writeWrapper(options.binary, join(folder, "bin"), join(options.jobFolder, "init.lock"));
  const downloadFolder = join(folder, "download");
  await mkdir(downloadFolder);
  const planFile = join(folder, "plan.tfplan");
  return {
    planFile,
    async terragrunt(step, args) {
      const [outputFile, logFile] = [join(folder, `${step}.out`), join(folder, `${step}.log`)];
      const end = await runTerragrunt({ ...options, downloadFolder, wrapper, outputFile, logFile, args });
      const [output, log, applyText] = await Promise.all([outputFile, logFile, wrapper.applyLog].map(readEnd));
      const records = readTerragruntLog(log ?? "");
      const text = [terragruntLogText(records), output, applyText].filter((part) => part !== "").join("\n");
      return { end, records, text, applyText: applyText ?? "" };
    },
    async show() {
      const cwd = await folderOfPlan(wrapper);
      const show = async (args: readonly string[]): Promise<string> => {
        const ran = await run(options.binary.program, ["show", "-no-color", ...args, planFile], {
          cwd,
          env: options.env,
          timeoutMs: options.timeoutMinutes * 60_000,
          maxCharacters: LARGEST_PLAN_CHARACTERS,
        });
        if (ran.exitCode !== 0) throw new Error(`the plan can't be read back: ${ran.failure ?? ran.stderr.trim()}`);
        return ran.stdout;
      };
      return { json: PlanJson.parse(JSON.parse(await show(["-json"]))), text: (await show([])).trim() };
    },
    async [Symbol.asyncDispose]() {
      // Plans hold secrets in clear text.
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function folderOfPlan(wrapper: Wrapper): Promise<string> {
  const call = (await callsOf(wrapper)).findLast(({ subcommand }) => subcommand === "plan");
  if (call === undefined) throw new Error("Terragrunt made no plan");
  return call.folder;
}

async function readEnd(file: string): Promise<string> {
  try {
    const text = await readFile(file, "utf8");
    return text.length <= LOG_CHARACTERS ? text : text.slice(-LOG_CHARACTERS);
  } catch {
    // An apply that did not start left no log.
    return "";
  }
}
