import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { interruptUntilEnded } from "./interrupt.ts";
import type { Binary, Wrapper } from "./wrapper.ts";

/** How a Terragrunt process ended. */
export type TerragruntEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started. */
  readonly failure: string | null;
  readonly timedOut: boolean;
  /** A stop was asked for while it ran. */
  readonly stopped: boolean;
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
  readonly timeoutMinutes: number;
  readonly stop: AbortSignal;
};

/**
 * Runs Terragrunt for one unit to its end. Its output goes to files and it has a session of its own, so that neither
 * a broken pipe nor a terminal's Ctrl-C reaches what it started. A stop and a timeout ask the binary, and it alone.
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
      // Terragrunt repeats a failed command by default; an apply whose plan is used up must not be.
      ...["--non-interactive", "--no-color", "--log-format", "json", "--tf-forward-stdout", "--no-auto-retry"],
      ...(run.authProvider === null ? [] : ["--auth-provider-cmd", run.authProvider]),
      "--",
      ...run.args,
    ],
    { cwd: run.unitFolder, env: { ...run.env }, detached: true, stdio: ["ignore", output.fd, log.fd] },
  );
  const ended = new Promise<Pick<TerragruntEnd, "exitCode" | "signal" | "failure">>((resolve) => {
    child.on("error", (error) => resolve({ exitCode: null, signal: null, failure: error.message }));
    child.on("exit", (exitCode, signal) => resolve({ exitCode, signal, failure: null }));
  });
  const asked = AbortSignal.any([run.stop, AbortSignal.timeout(run.timeoutMinutes * 60_000)]);
  let interrupting: Promise<readonly string[]> | null = null;
  const interrupt = (): void => {
    interrupting ??= interruptUntilEnded(run.binary, run.wrapper, ended);
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
  };
}
