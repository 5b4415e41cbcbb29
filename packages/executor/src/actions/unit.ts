import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { FailureCause, UnitEnd, UnitOutcome } from "@pipelines/core/contracts/outcome";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { inert } from "@pipelines/core/redaction/inert";
import { type Mask, maskOf } from "@pipelines/core/redaction/mask";
import { causeOf } from "../tofu/failure.ts";
import { type PlanJson, sensitiveValues } from "../tofu/plan-json.ts";
import { openUnitWorkspace, type Step, type UnitWorkspace } from "../tofu/unit-workspace.ts";
import type { Binary } from "../tofu/wrapper.ts";

/** What an action needs to work on the units of one job. */
export type JobContext = {
  /** The checkout of the job's commit. */
  readonly treeFolder: string;
  /** A folder on the runner for plans, downloads and logs; removed at the end. */
  readonly jobFolder: string;
  /** The folder of the outcome document. */
  readonly outcomeFolder: string;
  readonly configuration: Configuration;
  /** The whole environment of the tools, the environment's variables and secrets included. */
  readonly env: Readonly<Record<string, string>>;
  readonly binary: Binary;
  readonly stop: AbortSignal;
  /** Values that are never shown. */
  readonly secrets: readonly string[];
  /** Units that this change adds: their outputs can't be known before they are applied. */
  readonly addedUnits: ReadonlySet<string>;
};

/** A unit's action: how the unit ended, and what is told of its plan. */
export type UnitAction = (
  context: JobContext,
  unit: OpenUnit,
) => Promise<Omit<UnitOutcome, "path" | "seconds" | "log">>;

/** One unit while an action works on it. */
export type OpenUnit = {
  readonly path: UnitPath;
  readonly workspace: UnitWorkspace;
  /** Runs Terragrunt and keeps what it printed for the unit's log. */
  run(step: string, args: readonly string[]): Promise<Step>;
  /** Makes text of tools fit to be shown. */
  readonly clean: Mask;
  /** From here on, what the plan marks as sensitive is masked as well. */
  hide(plan: PlanJson): void;
  /** Keeps a text beside the outcome; answers its name there. */
  keep(folder: "plans" | "logs", text: string): Promise<string>;
  /** The end of a command that failed, or that was stopped. */
  failed(at: "init" | "plan" | "apply", step: Step): UnitEnd;
};

/** Runs an action on one unit. Never rejects: what goes wrong is the outcome. */
export async function runUnit(context: JobContext, path: UnitPath, action: UnitAction): Promise<UnitOutcome> {
  const started = performance.now();
  const logs: string[] = [];
  const hidden = new Set(context.secrets);
  const patterns = context.configuration.redact.map((pattern) => new RegExp(pattern, "g"));
  const clean: Mask = (text) =>
    inert(maskOf(hidden, patterns)(text.replaceAll(`${context.treeFolder}/`, "").replaceAll(context.treeFolder, ".")));
  const minutes = context.configuration.jobs.timeout_minutes;
  const keep = async (folder: "plans" | "logs", text: string): Promise<string> => {
    const file = join(context.outcomeFolder, folder, `${fileName(path)}.txt`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    return relative(context.outcomeFolder, file);
  };
  const done = async (outcome: Omit<UnitOutcome, "path" | "seconds" | "log">): Promise<UnitOutcome> => ({
    path,
    ...outcome,
    log: await keep("logs", clean(logs.join("\n\n"))),
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  try {
    await using workspace = await openUnitWorkspace({
      jobFolder: context.jobFolder,
      unitFolder: path === "." ? context.treeFolder : join(context.treeFolder, path),
      env: context.env,
      binary: context.binary,
      timeoutMinutes: minutes,
      stop: context.stop,
    });
    return await done(
      await action(context, {
        path,
        workspace,
        clean,
        keep,
        async run(step, args) {
          const ran = await workspace.terragrunt(step, args);
          logs.push(`── terragrunt ${step}\n${ran.text}`);
          return ran;
        },
        hide(plan) {
          for (const value of sensitiveValues(plan)) hidden.add(value);
        },
        failed: (at, step) => failedEnd(at, step, clean, minutes),
      }),
    );
  } catch (error) {
    const message = clean(error instanceof Error ? error.message : String(error));
    logs.push(message);
    return done({ end: { kind: "failed", at: "plan", cause: { kind: "tool", exitCode: null, message } } });
  }
}

function failedEnd(at: "init" | "plan" | "apply", step: Step, clean: Mask, minutes: number): UnitEnd {
  const cause: FailureCause = causeOf(step.end, clean(step.text), minutes);
  if (step.end.stopped) {
    return {
      kind: "interrupted",
      at,
      lock: cause.kind === "locked" ? cause.lock : null,
      erroredState: /errored\.tfstate/.test(step.text),
      message: cause.message,
    };
  }
  return { kind: "failed", at, cause };
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
