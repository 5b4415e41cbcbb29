import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Environment } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Execution } from "@pipelines/core/contracts/execution";
import type { JobOutcome, LockInfo, UnitEnd, UnitOutcome, WorkedAt } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { inert } from "@pipelines/core/redaction/inert";
import { type Mask, maskOf } from "@pipelines/core/redaction/mask";
import { policyOn } from "../guard/policy.ts";
import { causeOf, lockOf } from "../tofu/failure.ts";
import { type LogPart, writeFullLog } from "../tofu/full-log.ts";
import { type PlanJson, sensitiveValues } from "../tofu/plan-json.ts";
import { lockLeftBy, type Rescue, rescueState } from "../tofu/rescue-state.ts";
import { openUnitWorkspace, type Step, type StepOptions, type UnitWorkspace } from "../tofu/unit-workspace.ts";
import type { Binary } from "../tofu/wrapper.ts";

/** What an action needs to work on the units of one job. */
export type JobContext = {
  readonly execution: Execution;
  /** The checkout of the job's commit. */
  readonly treeFolder: string;
  /** A folder on the runner for plans, downloads and logs; removed at the end. */
  readonly jobFolder: string;
  /** The folder of the outcome document. */
  readonly outcomeFolder: string;
  readonly configuration: Configuration;
  readonly environment: Environment;
  /** The whole environment of the tools, the environment's variables and secrets included. */
  readonly env: Readonly<Record<string, string>>;
  readonly binary: Binary;
  readonly authProvider: string | null;
  readonly toolVersions: JobOutcome["toolVersions"];
  readonly stop: AbortSignal;
  /** This process is a step of GitHub Actions. */
  readonly onRunner: boolean;
  /** Some unit of the repository merges mocked outputs with real ones. */
  readonly mergesMocks: boolean;
  /** Values that are never shown; units add what their plans mark as sensitive. */
  readonly secrets: Set<string>;
  /** Where the JSON of plans is put for hooks, on the runner only; `null` when there is no hook. */
  readonly plansFolder: string | null;
};

/** How an action ended on a unit, and what is told of its plan. */
export type ActionOutcome = Omit<UnitOutcome, "path" | "seconds" | "log">;

/** A unit's action. */
export type UnitAction = (context: JobContext, unit: OpenUnit) => Promise<ActionOutcome>;

/** One unit while an action works on it. */
export type OpenUnit = {
  readonly path: UnitPath;
  /** A file name that is as unique as the path, without ending. */
  readonly fileName: string;
  readonly workspace: UnitWorkspace;
  /** Runs Terragrunt and keeps what it printed for the unit's log. */
  run(step: string, args: readonly string[], options?: StepOptions): Promise<Step>;
  /** Makes text of tools fit to be shown. */
  readonly clean: Mask;
  /** From here on, what the plan marks as sensitive is masked as well. */
  hide(plan: PlanJson): void;
  /** Keeps a text beside the outcome; answers its name there. */
  keep(folder: "plans", text: string): Promise<string>;
  /** The end of a command that failed, or that was stopped. State that it could not write is looked after first. */
  failed(at: WorkedAt, step: Step): Promise<UnitEnd>;
};

/** Makes text fit to be shown: secrets masked as far as they are known by then, and without effect on a log. */
export function cleanOf({
  secrets,
  configuration,
  treeFolder,
}: Pick<JobContext, "secrets" | "configuration" | "treeFolder">): Mask {
  const patterns = configuration.redact.map((pattern) => new RegExp(pattern, "g"));
  return (text) => {
    const mask = maskOf(secrets, patterns);
    // Once more behind `inert`: a value can be cut in two by an escape sequence that it takes out.
    return mask(inert(mask(text.replaceAll(`${treeFolder}/`, "").replaceAll(treeFolder, "."))));
  };
}

/** Runs an action on one unit. Never rejects: what goes wrong is the outcome. */
export async function runUnit(context: JobContext, path: UnitPath, action: UnitAction): Promise<UnitOutcome> {
  const started = performance.now();
  const logs: LogPart[] = [];
  const hidden = context.secrets;
  const clean = cleanOf(context);
  const minutes = context.configuration.jobs.timeout_minutes;
  const name = fileName(path);
  const keep = async (folder: "plans", text: string): Promise<string> => {
    const file = join(context.outcomeFolder, folder, `${name}.txt`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return relative(context.outcomeFolder, file);
  };
  const done = async (outcome: ActionOutcome): Promise<UnitOutcome> => {
    // A full disk must not keep a unit's end from being told.
    const log = join("logs", `${name}.txt`);
    const written = await writeFullLog(join(context.outcomeFolder, log), logs, clean).then(
      () => true,
      () => false,
    );
    return {
      path,
      ...outcome,
      ...(written ? { log } : {}),
      seconds: Math.round((performance.now() - started) / 100) / 10,
    };
  };
  const { execution, environment, configuration } = context;
  const policy = policyOn(configuration, environment, path, execution.job.action);
  if (policy !== null) return done({ end: policy });
  let changing = false;
  // A plan alone takes no lock, and may not be allowed to take one.
  const { locks } = traitsOf(execution.job.action);
  try {
    await using workspace = await openUnitWorkspace({
      ...{ jobFolder: context.jobFolder, env: context.env, binary: context.binary, stop: context.stop },
      unitFolder: path === "." ? context.treeFolder : join(context.treeFolder, path),
      authProvider: context.authProvider,
      timeoutMinutes: minutes,
    });
    return await done(
      await action(context, {
        path,
        fileName: name,
        workspace,
        clean,
        keep,
        async run(step, args, stepOptions) {
          changing ||= args[0] === "apply";
          const ran = await workspace.terragrunt(step, args, stepOptions);
          logs.push({ title: `terragrunt ${step}`, text: ran.said, files: ran.printed });
          return ran;
        },
        hide(plan) {
          for (const value of sensitiveValues(plan)) hidden.add(value);
        },
        async failed(at, step) {
          const keepAt = join(execution.folder, "errored-states", `${name}.tfstate`);
          const rescue: Rescue = at === "apply" ? await rescueState(workspace, keepAt) : { kind: "none" };
          const end = failedEnd(at, step, clean, minutes, rescue);
          const lock = locks && wasKilled(step) ? await lockLeftBy(workspace) : null;
          return lock === null ? end : stillLocked(end, lock);
        },
      }),
    );
  } catch (error) {
    const message = clean(error instanceof Error ? error.message : String(error));
    logs.push({ title: "", text: message, files: [] });
    const full = error instanceof Error && "code" in error && error.code === "ENOSPC";
    const cause = full
      ? ({ kind: "disk-full", message } as const)
      : ({ kind: "tool", exitCode: null, message } as const);
    return done({ end: { kind: "failed", at: changing ? "apply" : "plan", cause } });
  }
}

function failedEnd(at: WorkedAt, step: Step, clean: Mask, minutes: number, rescue: Rescue): UnitEnd {
  const text = clean(step.text);
  const cause = causeOf(step.end, text, minutes);
  const message = [rescueText(rescue), cause.message].filter((part) => part !== "").join("\n\n");
  const place = at !== "apply" && step.lastCall === "init" ? "init" : at;
  if (step.end.stopped) {
    const erroredState = rescue.kind === "kept";
    return { kind: "interrupted", at: place, lock: lockOf(text), erroredState, message };
  }
  // State that is not where it belongs is worse news than what made it so.
  if (rescue.kind === "kept") return { kind: "failed", at, cause: { kind: "backend", message } };
  return { kind: "failed", at: place, cause: { ...cause, message } };
}

/** A binary that is asked to stop gives its lock back; one that was killed, for want of memory for example, can't. */
function wasKilled({ end, text }: Step): boolean {
  return causeOf({ ...end, timedOut: false }, text, 0).kind === "crash";
}

function stillLocked(end: UnitEnd, lock: LockInfo): UnitEnd {
  const told = (message: string): string => `It was killed, and its lock on the state is still held.\n\n${message}`;
  if (end.kind === "interrupted") return { ...end, lock, message: told(end.message) };
  // State that is on the runner only is what has to be seen to first.
  if (end.kind !== "failed" || end.cause.kind === "backend") return end;
  return { ...end, cause: { kind: "locked", lock, message: told(end.cause.message) } };
}

function rescueText(rescue: Rescue): string {
  switch (rescue.kind) {
    case "none":
      return "";
    case "written":
      return `The state could not be written at first. It was written at try ${rescue.tries} of ours: nothing is lost.`;
    case "kept":
      return `The state could not be written to its backend, also not later. It is on the runner only, in ${rescue.file}. What was created is real: before the next apply, write it with \`terragrunt state push\` from that file, or import what was created.`;
    default:
      return rescue satisfies never;
  }
}

/** A file name that is as unique as the unit's path and safe anywhere. */
export function fileName(path: UnitPath): string {
  const plain = path.replaceAll(/[^A-Za-z0-9._-]+/g, "-").slice(0, 120);
  let hash = 0;
  for (const character of path) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `${plain}-${hash.toString(36)}`;
}

/** The unit whose configuration file this is, where it lies in the checkout. */
export function unitOfConfiguration(context: Pick<JobContext, "treeFolder">, file: string): UnitPath | null {
  const folder = relative(context.treeFolder, dirname(file));
  const path = UnitPath.safeParse(folder === "" ? "." : folder);
  return path.success ? path.data : null;
}
