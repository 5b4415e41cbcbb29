import { execa } from "execa";

/** How a git process of the ledger ended; what it printed is bytes, since sizes are told in bytes. */
export type GitRan = {
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
};

export type LedgerGit = (args: readonly string[], input?: string) => Promise<GitRan>;

/** Settings that keep a repository's and a person's own automation out of it: hooks are somebody's code. */
const QUIET = ["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false"];

const LONGEST_MS = 120_000;

/** Git in a folder, with exactly the given environment. */
export function ledgerGit(folder: string, environment: Readonly<Record<string, string>>): LedgerGit {
  return async (args, input) => {
    const ran = await execa("git", [...QUIET, ...args], {
      cwd: folder,
      env: { ...environment },
      extendEnv: false,
      reject: false,
      encoding: "buffer",
      maxBuffer: 1024 * 1024 * 1024,
      timeout: LONGEST_MS,
      stripFinalNewline: false,
      ...(input === undefined ? { stdin: "ignore" } : { input }),
    });
    const said = Buffer.from(ran.stderr).toString("utf8").trim();
    const why = said === "" && ran.failed ? (ran.shortMessage ?? "git failed") : said;
    return { ok: !ran.failed, exitCode: ran.exitCode ?? null, stdout: Buffer.from(ran.stdout), stderr: why };
  };
}

/** Whether a remote has a ref; `null` where it can't be reached. */
export async function hasRef(git: LedgerGit, remote: string, ref: string): Promise<boolean | null> {
  // Git answers 2 when the remote was reached and has no such ref, as git-ls-remote(1) has it.
  const { ok, exitCode } = await git(["ls-remote", "--exit-code", remote, ref]);
  return ok ? true : exitCode === 2 ? false : null;
}

/**
 * Variables that give git a token for one server. It never stands in an argument, where every process of the machine
 * could read it, nor in a file.
 */
export function gitAuthentication(token: string, serverUrl: string): Record<string, string> {
  const basic = Buffer.from(`x-access-token:${token}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `http.${new URL("/", serverUrl).href}.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
  };
}
