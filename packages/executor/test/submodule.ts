import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { git, type World } from "./world.ts";

/** A submodule of a world's repository, checked out there. */
export type Submodule = {
  /** The commit of the world that brought it. */
  readonly commit: string;
  /** Commits files in it, and in the world that it moved on. */
  moveOn(files: Readonly<Record<string, string>>): Promise<void>;
  /** Takes its files out of the checkout. */
  remove(): Promise<void>;
};

/** Adds a submodule with a nested one called `inner` to a world, and commits it. */
export async function makeSubmodule(
  world: World,
  path: string,
  files: Readonly<Record<string, string>>,
  innerFiles: Readonly<Record<string, string>>,
): Promise<Submodule> {
  const allow = ["-c", "protocol.file.allow=always"];
  const inner = await repositoryIn(world, "submodule-inner", innerFiles);
  const outer = await repositoryIn(world, "submodule", files);
  await git(outer, ...allow, "submodule", "--quiet", "add", inner, "inner");
  await git(outer, "commit", "--quiet", "--message", "Inner");
  await git(world.repository, ...allow, "submodule", "--quiet", "add", outer, path);
  await git(world.repository, ...allow, "submodule", "--quiet", "update", "--init", "--recursive");
  const commit = await world.commit({});
  const own = join(world.repository, path);
  return {
    commit,
    async moveOn(changes) {
      await write(own, changes);
      await git(own, "commit", "--quiet", "--all", "--message", "On");
      await world.commit({});
    },
    async remove() {
      await git(world.repository, "submodule", "--quiet", "deinit", "--force", path);
    },
  };
}

async function repositoryIn(world: World, name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(world.folder, name);
  await mkdir(folder);
  await git(folder, "init", "--quiet", "--initial-branch=main");
  await write(folder, files);
  await git(folder, "add", "--all");
  await git(folder, "commit", "--quiet", "--message", "First");
  return folder;
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
