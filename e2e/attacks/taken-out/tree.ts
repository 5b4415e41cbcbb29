import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { execa } from "execa";
import { madeIn } from "./edit.ts";
import type { Edit } from "./rows.ts";

/** A copy of the working tree whose packages are its own, to try things in. */
export type Tree = AsyncDisposable & {
  readonly folder: string;
  /** For what the tests write: it goes with the tree. */
  readonly temporary: string;
  /** Makes edits, which are undone when they are disposed of. @throws Error when a text is not there exactly once */
  edit(edits: readonly Edit[]): Promise<AsyncDisposable>;
};

/** What is not in git and is needed: both are read only. */
const LINKED = [".tools", ".openapi"];

/** Copies the working tree as it is, changes that are not committed included. */
export async function copyTree(root: string): Promise<Tree> {
  const base = await mkdtemp(join(tmpdir(), "pipelines-taken-out-"));
  const [folder, temporary] = [join(base, "tree"), join(base, "tmp")];
  const remove = async () => {
    await endProcessesIn(base);
    await rm(base, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await mkdir(temporary);
    const { stdout } = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
    });
    const files = stdout.split("\0").filter((file) => file !== "");
    for (const file of files) await copy(join(root, file), join(folder, file));
    for (const name of LINKED) if (await isThere(join(root, name))) await symlink(join(root, name), join(folder, name));
    const packages = files.filter((file) => file.endsWith("package.json")).map((file) => dirname(file));
    for (const place of packages) await linkPackages(join(root, place), join(folder, place));
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, temporary, edit: (edits) => edited(folder, edits), [Symbol.asyncDispose]: remove };
}

/**
 * The packages of a folder. Links into the workspace go to the copy, since they are relative; what comes from a registry
 * lies in pnpm's store, which is not copied.
 */
async function linkPackages(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, "node_modules"), join(to, "node_modules")];
  for (const name of await readdir(source).catch(() => [])) {
    if (name === ".pnpm") {
      await mkdir(target, { recursive: true });
      await symlink(join(source, name), join(target, name));
    } else if (!name.startsWith(".vite")) await copy(join(source, name), join(target, name));
  }
}

async function copy(from: string, to: string): Promise<void> {
  // A file that is deleted and not yet committed is named by git as well.
  if (await isThere(from)) await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function edited(folder: string, edits: readonly Edit[]): Promise<AsyncDisposable> {
  const before = new Map<string, string>();
  const undo = async () => {
    for (const [file, text] of before) await writeFile(file, text);
  };
  try {
    for (const edit of edits) {
      const path = join(folder, edit.file);
      const text = await readFile(path, "utf8");
      if (!before.has(path)) before.set(path, text);
      await writeFile(path, madeIn(text, edit));
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return { [Symbol.asyncDispose]: undo };
}

/** Ends what tests that were stopped have left running. Linux alone tells which: all that names the folder. */
async function endProcessesIn(folder: string): Promise<void> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  for (const pid of pids) {
    if (pid === process.pid) continue;
    const said = await Promise.all(
      ["cmdline", "environ"].map((name) => readFile(`/proc/${pid}/${name}`, "latin1").catch(() => "")),
    );
    if (!said.some((text) => text.includes(folder))) continue;
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}
