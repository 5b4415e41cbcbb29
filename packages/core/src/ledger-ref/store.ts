import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Ledger } from "../ledger/ledger.ts";
import { EMPTY_LEDGER } from "../ledger/ledger.ts";
import { hasRef, type LedgerGit, ledgerGit } from "./git.ts";
import { changedFiles, LEDGER_REF, LedgerError, type LedgerFile, ledgerIn } from "./tree.ts";

/** The ledger as it is at one commit of its ref; `null` where there is none yet. */
export type StoredLedger = { readonly commit: string | null; readonly ledger: Ledger };

/** What came of a write: it is the ref's new commit, or another writer was faster, or it was refused. */
export type Written =
  | { readonly kind: "written"; readonly commit: string }
  | { readonly kind: "refused"; readonly why: string };

/** The ledger on a remote. Reading and writing take a fixed number of git processes, however many units there are. */
export type LedgerStore = {
  /** @throws LedgerError when the remote can't be reached, or what it has is no ledger */
  read(): Promise<StoredLedger>;
  /** Writes a ledger in place of the one that was read, and of no other. */
  write(before: StoredLedger, after: Ledger, message: string): Promise<Written>;
};

/**
 * The ledger of a remote, held in a repository of its own that goes when it is disposed of: only the newest commit is
 * fetched, and a fetch without history would make a checkout shallow.
 *
 * @param url the remote's address
 * @param environment the whole environment of git, with what authenticates it
 */
export async function openLedgerStore(
  url: string,
  environment: Readonly<Record<string, string>>,
): Promise<LedgerStore & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-ledger-"));
  const git = ledgerGit(folder, environment);
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const made = await git(["init", "--quiet", "--bare", "--template="]);
  if (!made.ok) {
    await dispose();
    throw new LedgerError(`git can't make a repository in ${folder}: ${made.stderr}`);
  }
  return { ...storeOn(git, url), [Symbol.asyncDispose]: dispose };
}

function storeOn(git: LedgerGit, url: string): LedgerStore {
  return {
    async read() {
      return (await fetchLedger(git, url, ["--depth=1"])) ? readLedger(git) : { commit: null, ledger: EMPTY_LEDGER };
    },
    async write(before, after, message) {
      const commit = await commitOn(git, before, after, message);
      const lease = `--force-with-lease=${LEDGER_REF}:${before.commit ?? ""}`;
      const pushed = await git(["push", "--quiet", lease, url, `${commit}:${LEDGER_REF}`]);
      return pushed.ok ? { kind: "written", commit } : { kind: "refused", why: pushed.stderr };
    },
  };
}

/**
 * Fetches the ledger's ref. Answers whether the remote has one.
 *
 * @throws LedgerError when the remote can't be reached
 */
export async function fetchLedger(git: LedgerGit, remote: string, options: readonly string[] = []): Promise<boolean> {
  const refspec = `+${LEDGER_REF}:${LEDGER_REF}`;
  const fetched = await git(["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", ...options, remote, refspec]);
  if (fetched.ok) return true;
  if ((await hasRef(git, remote, LEDGER_REF)) === false) return false;
  throw new LedgerError(`${LEDGER_REF} can't be fetched from ${remote}: ${fetched.stderr}`);
}

/** The ledger that a repository has at its ref, without asking any remote. @throws LedgerError */
export async function readLedger(git: LedgerGit): Promise<StoredLedger> {
  const named = await git(["rev-parse", "--verify", "--quiet", LEDGER_REF]);
  const commit = named.stdout.toString("utf8").trim();
  if (commit === "") return { commit: null, ledger: EMPTY_LEDGER };
  const listed = await git(["ls-tree", "-r", "-z", "--full-tree", commit]);
  if (!listed.ok) throw new LedgerError(`${LEDGER_REF} can't be listed: ${listed.stderr}`);
  const entries = listed.stdout
    .toString("utf8")
    .split("\0")
    .filter((entry) => entry !== "");
  const files = entries.map(entryOf);
  const texts = await readBlobs(
    git,
    files.map(({ blob }) => blob),
  );
  return {
    commit,
    ledger: ledgerIn(files.map(({ path, blob }): LedgerFile => ({ path, text: texts.get(blob) ?? "" }))),
  };
}

function entryOf(entry: string): { path: string; blob: string } {
  const [, mode, blob, path] = /^(\d{6}) \w+ ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
  if (blob === undefined || path === undefined || mode?.startsWith("100") !== true) {
    throw new LedgerError(`${LEDGER_REF} has an entry that is no file: ${entry}`, { file: path ?? null });
  }
  return { path, blob };
}

/** The texts of blobs, by one process. @throws LedgerError when one is not there */
export async function readBlobs(git: LedgerGit, blobs: readonly string[]): Promise<Map<string, string>> {
  const wanted = [...new Set(blobs)];
  const texts = new Map<string, string>();
  if (wanted.length === 0) return texts;
  const { ok, stdout, stderr } = await git(["cat-file", "--batch"], `${wanted.join("\n")}\n`);
  if (!ok) throw new LedgerError(`${LEDGER_REF} can't be read: ${stderr}`);
  // `<id> SP <type> SP <size> LF <contents> LF`, as git-cat-file(1) has it.
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(0x0a, at);
    const head = stdout.toString("utf8", at, end);
    const [, id, size] = /^([0-9a-f]+) blob (\d+)$/.exec(head) ?? [];
    if (id === undefined || size === undefined) throw new LedgerError(`${LEDGER_REF} can't be read: ${head}`);
    texts.set(id, stdout.toString("utf8", end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return texts;
}

/** Makes a commit of what differs, by one process. */
async function commitOn(git: LedgerGit, before: StoredLedger, after: Ledger, message: string): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000);
  const lines = [
    `commit ${LEDGER_REF}`,
    "mark :1",
    `committer Pipelines <pipelines@users.noreply.github.com> ${seconds} +0000`,
    data(message),
    ...(before.commit === null ? [] : [`from ${before.commit}`]),
    ...changedFiles(before.ledger, after).map(({ path, text }) =>
      text === null ? `D ${quoted(path)}` : `M 100644 inline ${quoted(path)}\n${data(text)}`,
    ),
    "",
    "get-mark :1",
    "",
  ];
  // A commit of an earlier try may be in the way of the ref: it was never pushed, and is given up.
  const made = await git(["fast-import", "--quiet", "--force", "--date-format=raw"], lines.join("\n"));
  const commit = made.stdout.toString("utf8").trim();
  if (!made.ok || !/^[0-9a-f]{40,64}$/.test(commit)) {
    throw new LedgerError(`git can't make a commit of the ledger: ${made.stderr}`);
  }
  return commit;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}

/** A path as git-fast-import(1) wants it when it has odd characters: in double quotes, C-style. */
function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
