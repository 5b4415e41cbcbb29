import type { Ran } from "../process/run.ts";

/** What generates a stack, in its folder: each by itself, since one that can't be generated would fail all others. */
const GENERATE = ["stack", "generate", "--no-color"] as const;

/**
 * Has Terragrunt generate a stack. Where it may have got in its own way it is asked once more, for one unit after the
 * other: it copies units side by side, and where one lies in the folder of another (`eks` and `eks/irsa`), each clears what
 * is there before it copies, and now and then finds a file of its own gone.
 *
 * @param call calls Terragrunt in the stack's folder
 * @param more arguments beside those that generate
 */
export async function generateStack(
  call: (args: readonly string[]) => Promise<Ran>,
  more: readonly string[] = [],
): Promise<Ran> {
  const first = await call([...GENERATE, ...more]);
  if (first.exitCode === 0 || !COLLISION.test(first.stderr)) return first;
  return call([...GENERATE, ...more, "--parallelism", "1"]);
}

const COLLISION = /validation failed for (?:unit|stack) |failed to copy |failed to write |no such file or directory/;
