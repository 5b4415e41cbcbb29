import { access } from "node:fs/promises";
import { join, relative } from "node:path";
import process from "node:process";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";

/**
 * The configuration that lies in a checkout, where the commit that is looked at has none: `init` has just written it, or
 * the commit is older than it: its path from where the command runs. `null` where the commit has its own, or there is none.
 */
export async function configurationOnDisk(folder: string, head: string): Promise<string | null> {
  const file = join(folder, CONFIGURATION_FILE);
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return null;
  const git = (...args: string[]) => run("git", args, { cwd: folder, env: toolEnvironment(process.env) });
  const commit = await git("rev-parse", "--quiet", "--verify", `${head}^{commit}`);
  // Whoever compares says what is wrong with the name.
  if (commit.exitCode !== 0) return null;
  const own = await git("cat-file", "-e", `${commit.stdout.trim()}:${CONFIGURATION_FILE}`);
  return own.exitCode === 0 ? null : relative(process.cwd(), file);
}
