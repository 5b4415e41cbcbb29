import { readFile } from "node:fs/promises";
import { dirname, join, posix, relative } from "node:path";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { fillSubmodules } from "@pipelines/core/git/fill-submodules";
import type { Repository } from "@pipelines/core/git/repository";
import { withSubmodules } from "@pipelines/core/git/submodules";
import { addWorktree } from "@pipelines/core/git/worktree";
import { run } from "@pipelines/core/process/run";
import { isCached, STACK_FILE, UNIT_FILE } from "@pipelines/core/terragrunt/files";
import { mayAddRefused } from "../tofu/extra-arguments.ts";
import { isUnitFolder } from "./folders.ts";
import { type GeneratedStacks, generateStacks, type StackGeneration, stacksAbove } from "./generate-stacks.ts";
import { placeOfBlock } from "./place-of-block.ts";

/** The files of one commit, in a folder of their own, with the stacks generated that a job needs. */
export type Checkout = {
  readonly folder: string;
  /** Some unit merges mock outputs with real ones. What can't be said is taken for yes. */
  readonly mergesMocks: boolean;
  /** Folders of submodules that the repository's own checkout does not have at the commit that is named. */
  readonly missingSubmodules: readonly string[];
  /** Some unit may add arguments that a saved plan does not go with. */
  readonly mayAddRefused: boolean;
  /** Where a unit's configuration has a word in a block of its own or of what it includes: `<file>:<line>`. */
  placeOf(unit: UnitPath, block: { type: string; label: string; word: string }): Promise<string | null>;
  /** Where a unit lies, or why it is not there. */
  locate(unit: UnitPath): Promise<UnitPlace>;
  /** The unit whose configuration file this is; `null` for a file that lies elsewhere. */
  unitOf(configurationFile: string): UnitPath | null;
};

export type UnitPlace =
  | { readonly kind: "there"; readonly folder: string }
  | { readonly kind: "missing"; readonly why: string };

/** A checkout whose stacks are not generated yet: what gives credentials has to know its folder first. */
export type BareCheckout = AsyncDisposable & {
  readonly folder: string;
  /** Generates the stacks that units need. */
  withStacks(
    units: readonly UnitPath[],
    generation: Pick<StackGeneration, "env" | "credentialsFor" | "stop">,
  ): Promise<Checkout>;
};

/** Checks a commit out beside the repository; disposing removes it. @param env a clean environment for git */
export async function openCheckout(
  repository: Repository,
  commit: CommitSha,
  env: Readonly<Record<string, string>>,
): Promise<BareCheckout> {
  const tree = await addWorktree(repository.folder, commit, env);
  const missingSubmodules = await fillSubmodules(repository.folder, tree.folder, env);
  return {
    folder: tree.folder,
    async withStacks(units, generation) {
      const whole = await withSubmodules(repository, [commit], env);
      const files = new Set((await whole.tree(commit)).map(({ path }) => path));
      const stacks = new Set(
        [...files]
          .filter((path) => posix.basename(path) === STACK_FILE && !isCached(path))
          .map((path) => posix.dirname(path)),
      );
      const generated = await generateStacks(units, { ...generation, checkoutFolder: tree.folder, stacks });
      return {
        folder: tree.folder,
        missingSubmodules,
        mergesMocks: await someFile(tree.folder, "mock_outputs_merge", () => true, env),
        mayAddRefused: await someFile(tree.folder, "extra_arguments", mayAddRefused, env),
        placeOf: (unit, block) => placeOfBlock(tree.folder, unit, block, env),
        locate: (unit) => locate(unit, { folder: tree.folder, commit, files, stacks, generated }),
        unitOf(file) {
          const path = UnitPath.safeParse(relative(tree.folder, dirname(file)) || ".");
          return path.success ? path.data : null;
        },
      };
    },
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}

type Generated = {
  readonly folder: string;
  readonly commit: CommitSha;
  /** The files of the commit. */
  readonly files: ReadonlySet<string>;
  readonly stacks: ReadonlySet<string>;
  readonly generated: GeneratedStacks;
};

async function locate(unit: UnitPath, { folder, commit, files, stacks, generated }: Generated): Promise<UnitPlace> {
  const unitFolder = unit === "." ? folder : join(folder, unit);
  const above = stacksAbove(unit, stacks).filter((stack) => generated.has(stack));
  const failed = above.flatMap((stack) => {
    const why = generated.get(stack) ?? null;
    return why === null ? [] : [`${posix.join(stack, STACK_FILE)} can't be generated: ${why}`];
  });
  const there = await isUnitFolder(unitFolder);
  // What a stack that failed half-way has left of a unit may lack its values. A plain unit below it does not mind.
  if (there && (failed.length === 0 || isPlain(unit, files))) return { kind: "there", folder: unitFolder };
  if (failed.length > 0) return { kind: "missing", why: failed.join("\n\n") };
  const [nearest] = above;
  const generates =
    nearest === undefined
      ? `the folder has no ${UNIT_FILE}, and no ${STACK_FILE} above it could generate one`
      : `${posix.join(nearest, STACK_FILE)} does not generate it`;
  return { kind: "missing", why: `There is no unit ${unit} at ${commit.slice(0, 7)}: ${generates}.` };
}

/** Whether a unit is in git, and not where stacks are generated into. */
function isPlain(unit: UnitPath, files: ReadonlySet<string>): boolean {
  return (
    !unit.split("/").includes(".terragrunt-stack") &&
    [UNIT_FILE, `${UNIT_FILE}.json`].some((name) => files.has(posix.join(unit, name)))
  );
}

/**
 * Whether a configuration file with a text in it is one that is looked for, also one that was generated and that git
 * ignores. What can't be said is taken for yes.
 */
async function someFile(
  folder: string,
  text: string,
  wanted: (content: string) => boolean,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const everywhere = ["--untracked", "--no-exclude-standard"];
  const search = ["grep", "-l", "-z", "--fixed-strings", ...everywhere, text, "--", "*.hcl", "*.hcl.json"];
  const found = await run("git", search, { cwd: folder, env });
  if (found.exitCode !== 0) return found.exitCode !== 1;
  for (const file of found.stdout.split("\0").filter((name) => name !== "")) {
    if (file.endsWith(".json") || wanted(await readFile(join(folder, file), "utf8"))) return true;
  }
  return false;
}
