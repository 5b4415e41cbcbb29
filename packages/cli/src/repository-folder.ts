import { realpath, stat } from "node:fs/promises";
import { gitAt } from "@pipelines/core/git/repository";
import { ToolError } from "@pipelines/core/terragrunt/binary";

/**
 * The root of the git repository that a folder belongs to.
 *
 * @throws ToolError when the folder is in no git repository, ENOENT when there is no such folder
 */
export async function checkedOutFolder(folder: string): Promise<string> {
  await stat(folder);
  try {
    const top = await gitAt(folder, { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" }).raw([
      "rev-parse",
      "--show-toplevel",
    ]);
    return await realpath(top.replace(/\n$/, ""));
  } catch (cause) {
    throw new ToolError("git", `${folder} is not in a git repository.`, { cause });
  }
}
