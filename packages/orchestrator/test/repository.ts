import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import type { Query } from "../src/compare/comparison.ts";
import type { Extent } from "../src/compare/units-to-evaluate.ts";
import { orchestrate, orchestratorEdges } from "../src/orchestrate.ts";

/** Files by path: their text or bytes, or where a symbolic link leads; `null` removes one. */
export type Edits = Readonly<Record<string, string | Uint8Array | { readonly link: string } | null>>;

/** A real git repository in a temporary folder. */
export type TestRepository = AsyncDisposable & {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Makes a commit of edits and answers its id. */
  commit(edits: Edits, message?: string): Promise<string>;
  /** Assesses the last commit against the one before it, or what is query. */
  assess(query?: Query | "pull_request" | "push", extent?: Extent): Promise<Assessment>;
};

export async function makeRepository(files: Edits): Promise<TestRepository> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "orchestrator-")));
  const env = { ...toolEnvironment(process.env), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"];
  const git = async (...args: string[]): Promise<string> => {
    const ran = await run("git", [...identity, ...args], { cwd: folder, env });
    if (ran.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout.trim();
  };
  const repository: TestRepository = {
    folder,
    git,
    async commit(edits, message = "edit") {
      for (const [path, text] of Object.entries(edits)) {
        const file = join(folder, path);
        await rm(file, { recursive: true, force: true });
        if (text === null) continue;
        await mkdir(dirname(file), { recursive: true });
        if (typeof text === "string" || text instanceof Uint8Array) await writeFile(file, text);
        else await symlink(text.link, file);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
    async assess(query = "pull_request", extent = "affected") {
      const edges = await orchestratorEdges(folder, process.env);
      return Assessment.parse(
        await orchestrate(
          edges,
          typeof query === "string" ? { kind: "local", base: "HEAD~1", head: "HEAD", event: query } : query,
          extent,
        ),
      );
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
  await git("init", "--quiet", "--initial-branch=main");
  await repository.commit(files, "first");
  return repository;
}
