import { chmod, copyFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { LockInfo } from "@pipelines/core/contracts/outcome";
import { lockOf } from "./failure.ts";
import type { StepOptions, UnitWorkspace } from "./unit-workspace.ts";

/** What became of state that an apply could not write to its backend. */
export type Rescue =
  /** There is none: the apply wrote its state. */
  | { readonly kind: "none" }
  /** A later try wrote it. */
  | { readonly kind: "pushed"; readonly tries: number }
  /** It is in a file on the runner. */
  | { readonly kind: "on-runner"; readonly file: string; readonly why: string };

/** What saves or asks for state runs after a stop as well, in the folder as the apply left it. */
const SAVING: StepOptions = { evenWhenStopped: true, initialised: true, timeoutMinutes: 1 };

/** Waits before each try, in milliseconds. A cancelled job has less than five minutes in all. */
const PAUSES_MS = [0, 5_000, 15_000];

/**
 * Writes the state that an apply left in `errored.tfstate` to its backend after all. The backend refuses a state that
 * is older than its own, so nothing is overwritten. A state that can't be written stays out of the artifacts,
 * since it holds secrets in clear text.
 *
 * @param saveAs the file to save it in when its backend does not take it
 */
export async function rescueState(
  workspace: UnitWorkspace,
  saveAs: string,
  pauses: readonly number[] = PAUSES_MS,
): Promise<Rescue> {
  const errored = await workspace.erroredState();
  if (errored === null) return { kind: "none" };
  let why = "";
  for (const [index, pause] of pauses.entries()) {
    await wait(pause);
    const step = await workspace.terragrunt(`state-push-${index + 1}`, ["state", "push", errored], {
      ...SAVING,
    });
    if (step.end.exitCode === 0) return { kind: "pushed", tries: index + 1 };
    why = step.text;
  }
  await mkdir(dirname(saveAs), { recursive: true });
  await copyFile(errored, saveAs);
  await chmod(saveAs, 0o600);
  return { kind: "on-runner", file: saveAs, why };
}

/**
 * The lock that a killed binary left behind, as the backend says it to somebody who wants it now; `null` when it can
 * be had. What asks removes nothing: it takes the lock, looks for a resource that nobody has, and gives the lock back.
 */
export async function lockLeftBy(workspace: UnitWorkspace): Promise<LockInfo | null> {
  const ask = [
    "state",
    "rm",
    "-dry-run",
    "-no-color",
    "-lock-timeout=0s",
    "terraform_data.pipelines_asks_for_the_lock",
  ];
  return lockOf((await workspace.terragrunt("lock", ask, SAVING)).text);
}
