import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";

/** Where a repository is pushed to. */
export type Remote = {
  readonly address: string;
  /** Goes into the environment of git, so that no other process sees it and no file keeps it; `null` for a folder. */
  readonly token: string | null;
};

/** A clone that a try-out pushes from. */
export type WorkingCopy = {
  readonly folder: string;
  /** Writes, deletes (`null`) and pushes on a branch, which begins at main where it is new. */
  push(
    branch: string,
    message: string,
    files: Readonly<Record<string, string | null>>,
  ): Promise<{ before: string; after: string }>;
  read(path: string): Promise<string>;
};

const NOTHING = "0".repeat(40);

/** Makes a repository in a folder whose origin is the remote. */
export async function makeWorkingCopy(folder: string, remote: Remote): Promise<WorkingCopy> {
  const git = gitIn(folder, remote);
  await mkdir(folder, { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("remote", "add", "origin", remote.address);
  const tip = async (branch: string): Promise<string | null> => {
    const line = await git("ls-remote", "origin", `refs/heads/${branch}`);
    return line === "" ? null : line.slice(0, 40);
  };
  return {
    folder,
    async push(branch, message, files) {
      const before = await tip(branch);
      const start = before ?? (await tip("main"));
      if (start !== null) {
        await git("fetch", "--quiet", "origin", start);
        await git("checkout", "--quiet", "--force", "-B", branch, start);
      } else await git("symbolic-ref", "HEAD", `refs/heads/${branch}`);
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path);
        if (content === null) await rm(file, { recursive: true });
        else {
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      await git("push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
      return { before: before ?? NOTHING, after: await git("rev-parse", "HEAD") };
    },
    async read(path) {
      await git("fetch", "--quiet", "origin", "main");
      return git("show", `FETCH_HEAD:${path}`);
    },
  };
}

/** Puts the tracked files of a checkout, as they are on disk, into a folder and pushes them to main. Answers the commit. */
export async function pushCheckout(checkout: string, folder: string, remote: Remote): Promise<string> {
  const copy = await makeWorkingCopy(folder, remote);
  const { stdout } = await execa("git", ["ls-files", "-z"], { cwd: checkout });
  for (const path of stdout.split("\0").filter((name) => name !== "")) {
    await cp(join(checkout, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
  return (await copy.push("main", "What is tried out", {})).after;
}

/** Runs git with a name of its own and no settings of this machine; answers what it prints. */
function gitIn(folder: string, { token }: Remote): (...args: string[]) => Promise<string> {
  const basic = token === null ? null : Buffer.from(`x-access-token:${token}`).toString("base64");
  const header =
    basic === null
      ? {}
      : {
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: "http.extraheader",
          GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
        };
  const name = {
    GIT_AUTHOR_NAME: "tryout",
    GIT_AUTHOR_EMAIL: "tryout@example.com",
    GIT_COMMITTER_NAME: "tryout",
    GIT_COMMITTER_EMAIL: "tryout@example.com",
  };
  return async (...args) => {
    const { stdout } = await execa("git", args, {
      cwd: folder,
      env: {
        ...name,
        ...header,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_TERMINAL_PROMPT: "0",
      },
    });
    return stdout.trim();
  };
}
