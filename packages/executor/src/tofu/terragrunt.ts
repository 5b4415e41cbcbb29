import { spawn } from "node:child_process";
import { open, statfs } from "node:fs/promises";
import type { Binary } from "./binary.ts";
import { binaryEnded, interruptUntilEnded } from "./interrupt.ts";
import type { Wrapper } from "./wrapper.ts";

/** How a Terragrunt process ended. */
export type TerragruntEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started. */
  readonly failure: string | null;
  readonly timedOut: boolean;
  /** A stop was asked for while it ran. */
  readonly stopped: boolean;
  /** The disk that its output goes to had no room left when it ended, so a part of what it said may be lost. */
  readonly diskFull: boolean;
  /** What the binary was doing when it was asked to stop: its subcommands. */
  readonly interrupted: readonly string[];
};

export type TerragruntRun = {
  readonly unitFolder: string;
  readonly downloadFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly binary: Binary;
  readonly wrapper: Wrapper;
  readonly authProvider: string | null;
  /** The tool's output. */
  readonly outputFile: string;
  /** Terragrunt's own log: JSON lines. */
  readonly logFile: string;
  /** `plan -out=…`, `apply …`. */
  readonly args: readonly string[];
  /** The folder is initialised already, and is used as it is. */
  readonly initialised: boolean;
  /** Dependencies' outputs are not asked for: the command does not need them. */
  readonly withoutDependencies: boolean;
  readonly timeoutMinutes: number;
  readonly stop: AbortSignal;
};

/**
 * Runs Terragrunt for one unit to its end. Its output goes to files and it has a session of its own, so that neither
 * a broken pipe nor a terminal's Ctrl-C reaches what it started. A stop and a timeout ask the binary. It has ended when
 * the binary has ended too.
 */
export async function runTerragrunt(run: TerragruntRun): Promise<TerragruntEnd> {
  await using output = await open(run.outputFile, "a");
  await using log = await open(run.logFile, "a");
  const child = spawn(
    "terragrunt",
    [
      ...[
        "run",
        "--working-dir",
        run.unitFolder,
        "--download-dir",
        run.downloadFolder,
        "--tf-path",
        run.wrapper.program,
      ],
      ...["--non-interactive", "--no-color", "--log-format", "json", "--tf-forward-stdout"],
      // Terragrunt repeats what failed as the unit's `errors` block, or its default, has it. A plan and its init can be
      // repeated; an apply whose plan is used up can't.
      ...(run.args[0] === "plan" ? [] : ["--no-auto-retry"]),
      ...(run.initialised ? ["--no-auto-init"] : []),
      ...(run.withoutDependencies ? ["--experiment", "optional-dependency-outputs", "--no-dependency-outputs"] : []),
      ...(run.authProvider === null ? [] : ["--auth-provider-cmd", run.authProvider]),
      "--",
      ...run.args,
    ],
    { cwd: run.unitFolder, env: { ...run.env }, detached: true, stdio: ["ignore", output.fd, log.fd] },
  );
  const exited = new Promise<Pick<TerragruntEnd, "exitCode" | "signal" | "failure">>((resolve) => {
    child.on("error", (error) => resolve({ exitCode: null, signal: null, failure: error.message }));
    child.on("exit", (exitCode, signal) => resolve({ exitCode, signal, failure: null }));
  });
  // A killed Terragrunt leaves the binary behind, which goes on with its work and writes its state.
  const ended = exited.then(async (end) => {
    await binaryEnded(run.binary, run.wrapper);
    return end;
  });
  const asked = AbortSignal.any([run.stop, AbortSignal.timeout(run.timeoutMinutes * 60_000)]);
  let interrupting: Promise<readonly string[]> | null = null;
  const interrupt = (): void => {
    interrupting ??= interruptUntilEnded(run.binary, run.wrapper, child.pid, ended);
  };
  if (asked.aborted) interrupt();
  else asked.addEventListener("abort", interrupt, { once: true });
  const end = await ended;
  asked.removeEventListener("abort", interrupt);
  return {
    ...end,
    timedOut: asked.aborted && !run.stop.aborted,
    stopped: run.stop.aborted,
    interrupted: (await interrupting) ?? [],
    diskFull: await isFull(run.downloadFolder),
  };
}

/** What is left of a disk that is written to until it is full. */
const NO_ROOM_BYTES = 64 * 1024;

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < NO_ROOM_BYTES;
}
