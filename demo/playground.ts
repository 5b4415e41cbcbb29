import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { startLocalGitHub } from "@pipelines/local-github/server";
import { execa } from "execa";

const root = resolve(import.meta.dirname, "..");

/** The people of the story. */
export const developer = "robin";

/** The GitHub App that proposes the code of new accounts: GitHub starts runs for what it does. */
export const app = { login: "acme-pipelines[bot]", token: "app-token" } as const;

/**
 * A real infrastructure-live repository with a bare origin, a local GitHub over that origin, and state on disk.
 * Everything lies below `folder`.
 */
export type Playground = AsyncDisposable & {
  readonly folder: string;
  readonly origin: string;
  /** Where the developer works. */
  readonly clone: string;
  /** Where units keep their state. */
  readonly state: string;
  readonly github: Awaited<ReturnType<typeof startLocalGitHub>>;
  /** Changes files on a branch and pushes it: a text writes a file, `null` deletes a file or folder. */
  push(branch: string, message: string, files: Readonly<Record<string, string | null>>): Promise<string>;
};

/** Who git's commits are by, and nothing of the machine's own git settings. */
const gitEnvironment = {
  GIT_AUTHOR_NAME: developer,
  GIT_AUTHOR_EMAIL: `${developer}@example.com`,
  GIT_COMMITTER_NAME: developer,
  GIT_COMMITTER_EMAIL: `${developer}@example.com`,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_SYSTEM: "/dev/null",
};

/** Runs git and answers what it prints. */
export async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("git", [...args], { cwd, env: gitEnvironment });
  return stdout.trim();
}

type Places = Pick<Playground, "folder" | "origin" | "clone" | "state">;

const placesIn = (folder: string): Places => ({
  ...{ folder, origin: join(folder, "origin.git") },
  ...{ clone: join(folder, "clone"), state: join(folder, "state") },
});

/**
 * Makes the playground anew in an empty folder.
 *
 * @param fill writes the files of the repository, which nobody has pushed yet; default: the example
 */
export async function makePlayground(
  folder: string,
  fill: (places: Places) => Promise<void> = withExample,
): Promise<Playground> {
  const places = placesIn(folder);
  await rm(folder, { recursive: true, force: true });
  await mkdir(places.state, { recursive: true });
  await git(folder, "init", "--quiet", "--bare", "--initial-branch=main", places.origin);
  await git(folder, "clone", "--quiet", places.origin, places.clone);
  await git(places.clone, "checkout", "--quiet", "-B", "main");
  await fill(places);
  return openPlayground(folder);
}

async function withExample({ clone, state }: Places): Promise<void> {
  await cp(resolve(root, "examples/infrastructure-live"), clone, { recursive: true });
  const configuration = join(clone, ".pipelines/config.yml");
  const text = await readFile(configuration, "utf8");
  await writeFile(configuration, text.replaceAll("/tmp/infrastructure-live-state", state));
}

/** Starts a new local GitHub over a playground that was made in a folder. */
export async function openPlayground(folder: string): Promise<Playground> {
  const { origin, clone, state } = placesIn(folder);
  const github = await startLocalGitHub({ owner: "acme", repo: "infrastructure-live", gitFolder: origin });
  github.addToken(app.token, app.login);
  return {
    folder,
    origin,
    clone,
    state,
    github,
    async push(branch, message, files) {
      await git(clone, "fetch", "--quiet", "origin");
      const remote = await git(clone, "branch", "--remotes", "--list", `origin/${branch}`);
      const start = remote === "" ? "origin/main" : `origin/${branch}`;
      const isFirst = (await git(clone, "branch", "--remotes")) === "";
      if (!isFirst) await git(clone, "checkout", "--quiet", "-B", branch, start);
      for (const [path, content] of Object.entries(files)) {
        const file = join(clone, path);
        if (content === null) await rm(file, { recursive: true });
        else {
          await mkdir(dirname(file), { recursive: true });
          await writeFile(file, content);
        }
      }
      await git(clone, "add", "--all");
      await git(clone, "commit", "--quiet", "--message", message);
      await git(clone, "push", "--quiet", "origin", `HEAD:${branch}`);
      return git(clone, "rev-parse", "HEAD");
    },
    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
    },
  };
}
