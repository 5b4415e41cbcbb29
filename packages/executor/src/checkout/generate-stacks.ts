import { join, posix } from "node:path";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import { run } from "@pipelines/core/process/run";
import { generateStack } from "@pipelines/core/terragrunt/generate-stack";
import { reasonIn } from "@pipelines/core/terragrunt/reason";
import { dependenciesOf } from "./dependencies.ts";
import { isStackFolder, isUnitFolder } from "./folders.ts";

export type StackGeneration = {
  readonly checkoutFolder: string;
  /** The folders of the commit that have a stack file. */
  readonly stacks: ReadonlySet<string>;
  /** The environment of the tools. */
  readonly env: Readonly<Record<string, string>>;
  /** Variables for what runs in a folder of the checkout: its role, where it has one. */
  readonly credentialsFor: (folder: string) => Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
};

/** What became of the stacks that a job needs: `null` for one that was generated, else why it could not be. */
export type GeneratedStacks = ReadonlyMap<string, string | null>;

/**
 * Generates the stacks that units lie in, and those that their dependencies lie in or are. It runs once, before the
 * first unit: nothing is generated again under a unit that runs.
 */
export async function generateStacks(
  units: readonly UnitPath[],
  generation: StackGeneration,
): Promise<GeneratedStacks> {
  const { checkoutFolder, stacks, env, stop } = generation;
  const generated = new Map<string, string | null>();
  const known = new Set<string>();
  let wanted: readonly string[] = units;
  while (wanted.length > 0 && stacks.size > 0 && !stop.aborted) {
    for (const folder of wanted) {
      await generateAbove(folder, generation, generated);
      known.add(folder);
    }
    const reached = await dependenciesOf(checkoutFolder, units, env, stop);
    // Where dependencies can't be told, any stack may hold one.
    wanted = (reached ?? [...stacks]).filter((folder) => !known.has(folder) && stacksAbove(folder, stacks).length > 0);
  }
  return generated;
}

/** The stacks that a folder can come from, the nearest first; a folder that is a stack comes from itself. */
export function stacksAbove(folder: string, stacks: ReadonlySet<string>): string[] {
  const above: string[] = [];
  for (let at = folder; ; at = posix.dirname(at)) {
    if (stacks.has(at)) above.push(at);
    if (at === "." || at === "/" || at.startsWith("..")) return above;
  }
}

/** Generates the stacks above a folder, from the nearest on, until the folder is there. */
async function generateAbove(
  folder: string,
  generation: StackGeneration,
  generated: Map<string, string | null>,
): Promise<void> {
  for (const stack of stacksAbove(folder, generation.stacks)) {
    if (generation.stop.aborted) return;
    if (!generated.has(stack)) generated.set(stack, await generate(stack, generation));
    const path = join(generation.checkoutFolder, folder);
    if ((await isUnitFolder(path)) || (await isStackFolder(path))) return;
  }
}

/** Why a stack can't be generated; `null` when it is. */
async function generate(stack: string, { checkoutFolder, env, credentialsFor, stop }: StackGeneration) {
  const cwd = join(checkoutFolder, stack);
  // Terragrunt asks for no credentials when it generates, though a stack file can need them.
  const options = { cwd, stop, timeoutMs: 10 * 60_000, env: { ...env, ...credentialsFor(cwd) } };
  const ran = await generateStack((args) => run("terragrunt", args, options));
  if (ran.exitCode === 0) return null;
  if (ran.timedOut) return "it took longer than 10 minutes";
  return ran.failure ?? reasonIn(ran.stderr);
}
