import { dirname, join, relative } from "node:path";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { addWorktree } from "@pipelines/core/git/worktree";
import { run } from "@pipelines/core/process/run";

/** The files of one commit, in a folder of their own. */
export type Checkout = {
  readonly folder: string;
  /** Some unit merges mock outputs with real ones. What can't be said is taken for yes. */
  readonly mergesMocks: boolean;
  /** Where a unit lies. */
  folderOf(unit: UnitPath): string;
  /** The unit whose configuration file this is; `null` for a file that lies elsewhere. */
  unitOf(configurationFile: string): UnitPath | null;
};

/** Checks a commit out beside the repository; disposing removes it. */
export async function openCheckout(
  repositoryFolder: string,
  commit: CommitSha,
  env: Readonly<Record<string, string>>,
): Promise<Checkout & AsyncDisposable> {
  const tree = await addWorktree(repositoryFolder, commit, env);
  return {
    folder: tree.folder,
    mergesMocks: await mentions(tree.folder, "mock_outputs_merge", env),
    folderOf: (unit) => (unit === "." ? tree.folder : join(tree.folder, unit)),
    unitOf(file) {
      const path = UnitPath.safeParse(relative(tree.folder, dirname(file)) || ".");
      return path.success ? path.data : null;
    },
    [Symbol.asyncDispose]: () => tree[Symbol.asyncDispose](),
  };
}

/** Whether a configuration file has a text in it, also one that was generated. */
async function mentions(folder: string, text: string, env: Readonly<Record<string, string>>): Promise<boolean> {
  const search = ["grep", "--quiet", "--fixed-strings", text, "HEAD", "--", "*.hcl"];
  return (await run("git", search, { cwd: folder, env })).exitCode !== 1;
}
