import { execFile } from "node:child_process";

/** git ended with something other than 0 where that may not be. */
export class GitFailedError extends Error {
  override readonly name = "GitFailedError";
  readonly stderr: string;

  constructor(args: readonly string[], stderr: string, options?: ErrorOptions) {
    super(`git ${args.join(" ")} failed: ${stderr.trim()}`, options);
    this.stderr = stderr;
  }
}

export type GitOptions = {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
};
export type GitResult = { readonly exitCode: number; readonly stdout: Buffer; readonly stderr: string };

/** Runs git in a bare repository, away from the machine's own settings and hooks. Answers whatever its exit code is. */
export async function tryGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      [
        ...(options.cwd === undefined ? ["--git-dir", folder] : []),
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "core.quotePath=false",
        ...args,
      ],
      {
        cwd: options.cwd ?? folder,
        encoding: "buffer",
        maxBuffer: 256 * 1024 * 1024,
        timeout: 60_000,
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: folder,
          GIT_CONFIG_GLOBAL: "/dev/null",
          GIT_CONFIG_SYSTEM: "/dev/null",
          GIT_TERMINAL_PROMPT: "0",
          GIT_AUTHOR_NAME: "GitHub",
          GIT_AUTHOR_EMAIL: "noreply@github.com",
          GIT_COMMITTER_NAME: "GitHub",
          GIT_COMMITTER_EMAIL: "noreply@github.com",
          ...options.env,
        },
      },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") {
          reject(new GitFailedError(args, stderr.toString("utf8") || error.message, { cause: error }));
          return;
        }
        const exitCode = error === null ? 0 : Number(error.code);
        resolve({ exitCode, stdout, stderr: stderr.toString("utf8") });
      },
    );
    // A git that ended before it read everything is told by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

/** Runs git and answers what it prints. @throws {GitFailedError} */
export async function runGit(folder: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const result = await tryGit(folder, args, options);
  if (result.exitCode !== 0) throw new GitFailedError(args, result.stderr);
  return result.stdout;
}
