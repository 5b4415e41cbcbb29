import { accountFolder, whyUnfit } from "@pipelines/core/accounts/fit";
import { requestedAccount } from "@pipelines/core/accounts/requests";
import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { parseYaml } from "@pipelines/core/configuration/yaml-text";
import type { Account, ChangedFile, RequestedAccount } from "@pipelines/core/contracts/change";
import type { CommitSha, Comparison } from "@pipelines/core/contracts/comparison";
import type { Problem } from "@pipelines/core/contracts/problem";
import type { Repository } from "@pipelines/core/git/repository";

/** What a comparison has to do with accounts. */
export type AccountChanges = {
  /** The accounts that `accounts.yml` gained; `null` where it gained none. */
  readonly added: readonly Account[] | null;
  /** Whether anything else changed in it. */
  readonly edited: boolean;
  /** Accounts without an entry that request files of head ask for: those that changed, and all. */
  readonly requested: readonly RequestedAccount[];
  readonly pending: readonly RequestedAccount[];
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
};

type Texts = { readonly before: string | null; readonly after: string | null; readonly file: string };

/** Reads the accounts file and the request files at both commits, and checks what is new in them. */
export async function accountChanges(
  repository: Pick<Repository, "read">,
  { base, head }: Pick<Comparison, "base" | "head">,
  diff: readonly ChangedFile[],
  filesAtHead: Iterable<string>,
  { accounts: settings }: Configuration,
): Promise<AccountChanges> {
  const read = async (commit: CommitSha | null, file: string): Promise<string | null> =>
    commit === null ? null : repository.read(commit, file);
  const file = settings.file;
  const texts = { before: await read(base, file), after: await read(head, file), file };
  const known = knownAccounts(texts.after ?? "", file);
  const all: RequestedAccount[] = [];
  const files = [...filesAtHead];
  for (const path of files) {
    if (!path.startsWith(`${settings.requests}/`)) continue;
    const request = requestedAccount(path, settings.requests, (await read(head, path)) ?? "");
    if (request !== null) all.push(request);
  }
  const pending = all.filter(({ name }) => !known.has(name));
  const isChanged = (path: string): boolean => diff.some((changed) => changed.path === path);
  const change = isChanged(file) ? accountsFileChange(texts) : UNCHANGED;
  const requested = pending.filter((request) => isChanged(request.file));
  const removed = [...change.removed, ...(await requestsRemoved(read, base, diff, settings.requests, known))];
  return {
    ...change,
    requested,
    pending,
    problems: [
      ...change.problems,
      ...all
        .filter((request) => isAdded(request.file, diff))
        .flatMap((request) => whyNot(request, all, known, files, settings)),
    ],
    notices: [
      ...new Map(removed.map((account) => [account.name, howToClose(account, file)])).values(),
      ...(settings.factory_unit === undefined ? requested.map(withoutFactory) : []),
    ],
  };
}

type FileChange = Pick<AccountChanges, "added" | "edited" | "problems"> & { readonly removed: readonly Account[] };

const UNCHANGED: FileChange = { added: null, edited: false, problems: [], removed: [] };

/** What changed in the accounts file. A file that is gone has been moved, or is not used any more. */
export function accountsFileChange({ before, after, file }: Texts): FileChange {
  if (after === null) return UNCHANGED;
  const problem = (message: string, line: number | null): Problem => {
    return { kind: "account", path: null, file, line, message };
  };
  try {
    const old = knownAccounts(before ?? "", file);
    const now = readAccounts(after, file);
    const yaml = parseYaml(after, file);
    const added = [...now.values()].filter(({ name }) => !old.has(name));
    const removed = [...old.values()].filter(({ name }) => !now.has(name));
    const edited = removed.length > 0 || [...old.values()].some((was) => !sameEntry(was, before, after, file));
    const problems = added.flatMap((account) => {
      const why = whyUnfit(account) ?? likeAnother(account, [...now.values()]);
      return why === null ? [] : [problem(why, yaml.lineOf([account.name]))];
    });
    return { added: added.length === 0 ? null : added, edited, problems, removed };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { ...UNCHANGED, problems: [problem(error.message, error.line)] };
  }
}

function sameEntry({ name }: Account, before: string | null, after: string, file: string): boolean {
  const entry = (text: string): string => {
    const value = parseYaml(text, file).value;
    return JSON.stringify(
      value !== null && typeof value === "object" && Object.getOwnPropertyDescriptor(value, name)?.value,
    );
  };
  return entry(before ?? "") === entry(after);
}

/** The accounts of a text; none where it can't be read, which is said elsewhere. */
function knownAccounts(text: string, file: string): Map<string, Account> {
  try {
    return readAccounts(text, file);
  } catch (error) {
    if (error instanceof ConfigurationError) return new Map();
    throw error;
  }
}

/** Folders are the same for macOS and Windows when their names differ by case alone; an address is one account's. */
function likeAnother(
  { name, email }: Pick<Account, "name" | "email">,
  all: readonly Pick<Account, "name" | "email">[],
) {
  const others = all.filter((other) => other.name !== name);
  const twin = others.find((other) => other.name.toLowerCase() === name.toLowerCase());
  if (twin !== undefined) return `the accounts \`${name}\` and \`${twin.name}\` differ by case alone; rename one`;
  const owner = email === "" ? undefined : others.find((other) => other.email.toLowerCase() === email.toLowerCase());
  return owner === undefined
    ? null
    : `the accounts \`${name}\` and \`${owner.name}\` have the same email ${email}, which clouds refuse`;
}

function isAdded(file: string, diff: readonly ChangedFile[]): boolean {
  return diff.some(({ path, status }) => path === file && status === "added");
}

/** Why a new request can't become an account. */
function whyNot(
  request: RequestedAccount,
  all: readonly RequestedAccount[],
  known: ReadonlyMap<string, Account>,
  files: readonly string[],
  { file, folder }: Configuration["accounts"],
): Problem[] {
  const { name } = request;
  const twice = all.find((other) => other.name === name && other.file !== request.file);
  const place = `${accountFolder(folder, name)}/`;
  const why =
    whyUnfit({ ...request, id: "0".repeat(12) }) ??
    (known.has(name) ? `${file} has an account \`${name}\` already; give this one another name` : null) ??
    (twice === undefined ? null : `\`${twice.file}\` asks for the account \`${name}\` as well; keep one of them`) ??
    likeAnother(request, [...all, ...known.values()]) ??
    (files.some((path) => path.startsWith(place))
      ? `the folder \`${place}\`, where its code would go, is there already; give the account another name`
      : null);
  return why === null ? [] : [{ kind: "account", path: null, file: request.file, line: 1, message: why }];
}

/** Accounts whose request file was deleted while their entry is still there. */
async function requestsRemoved(
  read: (commit: CommitSha | null, file: string) => Promise<string | null>,
  base: CommitSha | null,
  diff: readonly ChangedFile[],
  folder: string,
  known: ReadonlyMap<string, Account>,
): Promise<Account[]> {
  const gone = diff.filter(({ path, status }) => status === "deleted" && path.startsWith(`${folder}/`));
  const accounts: Account[] = [];
  for (const { path } of gone) {
    const name = requestedAccount(path, folder, (await read(base, path)) ?? "")?.name ?? "";
    const account = known.get(name);
    if (account !== undefined) accounts.push(account);
  }
  return accounts;
}

function howToClose({ name, id }: Account, file: string): string {
  return `\`${name}\` (${id}) is removed here, which closes no account. In this order: remove its units in a pull request, whose merge destroys them while their roles and the environment are still there; then the environment, its request file and its entry in ${file}; last close the account in the organization: \`aws organizations close-account --account-id ${id}\`. AWS keeps a closed account for 90 days, in which it can be reopened.`;
}

function withoutFactory({ name, file }: RequestedAccount): string {
  return `\`${file}\` asks for the account \`${name}\`, and no unit makes accounts: \`accounts.factory_unit\` is not set.`;
}

/** The accounts that have no code yet: whose folder is there already needs no proposal. */
export function withoutCode(accounts: readonly Account[], files: Iterable<string>, folder: string): Account[] {
  const paths = [...files];
  return accounts.filter(({ name }) => {
    const place = `${accountFolder(folder, name)}/`;
    return !paths.some((path) => path.startsWith(place));
  });
}
