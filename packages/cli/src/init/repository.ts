import { readFile, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { gitAt } from "@pipelines/core/git/repository";
import { toolEnvironment } from "@pipelines/core/process/environment";
import type { BranchFacts } from "./deploy-branch.ts";
import { type Cloud, cloudsIn } from "./values-in-files.ts";

/** A repository as it is on disk, committed or not. */
export type RepositoryOnDisk = {
  readonly folder: string;
  /** Every file that git tracks, or would. */
  readonly files: readonly string[];
  readonly branches: BranchFacts;
  /** The text of a file; `null` where it is none, or too long for a person's. */
  textOf(file: string): Promise<string | null>;
  /** Clouds of which any code of the repository speaks. */
  clouds(): Promise<Cloud[]>;
};

const MOST_BYTES = 1024 * 1024;

export async function repositoryOnDisk(folder: string): Promise<RepositoryOnDisk> {
  const git = gitAt(folder, toolEnvironment(process.env));
  const answer = async (...args: string[]): Promise<string> => (await git.raw(args).catch(() => "")).trim();
  const refs = async (prefix: string): Promise<string[]> =>
    (await answer("for-each-ref", "--format=%(refname)", prefix))
      .split("\n")
      .map((name) => name.slice(prefix.length))
      .filter((name) => name !== "" && name !== "HEAD");
  const listed = await git.raw(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const remoteHead = await answer("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD");
  return {
    folder,
    files: listed.split("\0").filter((file) => file !== ""),
    branches: {
      remoteHead: remoteHead === "" ? null : remoteHead.replace(/^refs\/remotes\/origin\//, ""),
      remote: await refs("refs/remotes/origin/"),
      local: await refs("refs/heads/"),
      current: (await answer("symbolic-ref", "--quiet", "--short", "HEAD")) || null,
    },
    textOf: (file) => textAt(folder, file),
    async clouds() {
      const found = await answer(
        "grep",
        "-hIE",
        'provider "|hashicorp/|registry.terraform.io',
        "--",
        "*.tf",
        "*.hcl",
        "*.tofu",
      );
      return cloudsIn(found);
    },
  };
}

/** Links are followed as far as they stay in the repository. */
async function textAt(folder: string, file: string): Promise<string | null> {
  try {
    const path = await realpath(join(folder, file));
    if (relative(folder, path).startsWith("..")) return null;
    const about = await stat(path);
    return about.isFile() && about.size <= MOST_BYTES ? await readFile(path, "utf8") : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP")) return null;
    throw error;
  }
}
