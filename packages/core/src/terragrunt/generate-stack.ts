/** What generates a stack, in its folder: each by itself, since one that can't be generated would fail all others. */
export const GENERATE_STACK = ["stack", "generate", "--no-color"] as const;

/** Lets Terragrunt generate one unit after the other. */
export const ONE_AT_A_TIME = ["--parallelism", "1"] as const;

/**
 * Whether Terragrunt may have got in its own way, so that it is worth to generate once more, one unit at a time. It copies
 * units side by side; where one lies in the folder of another (`eks` and `eks/irsa`), each clears what is there before it
 * copies, and now and then finds a file of its own gone.
 */
export function collided(log: string): boolean {
  return /validation failed for (?:unit|stack) |failed to copy |failed to write |no such file or directory/.test(log);
}
