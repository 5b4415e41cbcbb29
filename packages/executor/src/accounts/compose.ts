import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { insertEntry } from "@pipelines/core/configuration/insert-entry";
import { defaultConfiguration, readConfiguration } from "@pipelines/core/configuration/read";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { Account } from "@pipelines/core/contracts/change";
import { environmentOf } from "./environment.ts";
import { renderAccount } from "./render.ts";
import { AccountError } from "./template-error.ts";
import type { AccountFile, AccountTemplates } from "./templates.ts";

/** Where a proposal is put: what is there, and what an earlier proposal of ours had put there. */
export type ProposalPlace = {
  /** What is there now, people's commits included. */
  read(path: string): Promise<string | null>;
  /** What the deploy branch has by now, which needs no proposal. */
  deployed(path: string): Promise<string | null>;
  /** What our last proposal had there; `null` where it had nothing, or there was none. */
  proposed(path: string): Promise<string | null>;
};

/** What is proposed for some accounts. */
export type Proposal = {
  /** Files with their whole new content. */
  readonly files: readonly AccountFile[];
  /** What is new, for people: of a file that gains lines the lines alone. */
  readonly shown: readonly AccountFile[];
  readonly notes: readonly string[];
};

/** What a proposal is made of besides accounts: templates, and how files are called. */
export type ProposalSource = {
  readonly templates: AccountTemplates;
  readonly configurationFile: string;
  readonly accountsFile: string;
};

/**
 * Composes what is proposed: the code of each account, its entry in the accounts file where it has none, and its
 * environment in the configuration. What people have there stays as they have it.
 *
 * @throws TemplateError, AccountError
 */
export async function composeProposal(
  accounts: readonly Account[],
  { templates, configurationFile, accountsFile }: ProposalSource,
  place: ProposalPlace,
): Promise<Proposal> {
  const rendered = accounts.map((account) => ({ account, files: renderAccount(account, templates.files) }));
  const files: AccountFile[] = [];
  const shown: AccountFile[] = [];
  const notes: string[] = [];
  for (const file of rendered.flatMap((one) => one.files)) {
    const twin = files.find(({ path }) => path === file.path);
    if (twin !== undefined) {
      if (twin.content !== file.content) throw new AccountError(`two accounts would both write \`${file.path}\``);
      continue;
    }
    const kept = await keptAsItIs(file, place);
    if (kept === "same") continue;
    if (kept !== null) notes.push(kept);
    else {
      files.push(file);
      shown.push(file);
    }
  }
  const entries = await accountEntries(accounts, accountsFile, place);
  const environments = await environmentEntries(rendered, templates, configurationFile, place);
  for (const edit of [entries, environments]) {
    notes.push(...edit.notes);
    if (edit.file === null) continue;
    files.push(edit.file);
    shown.push({ path: edit.file.path, content: edit.added });
  }
  return { files, shown, notes };
}

/** Why a file is left as it is there, `same` where nothing is to be done, `null` where it is written. */
async function keptAsItIs({ path, content }: AccountFile, place: ProposalPlace): Promise<string | null> {
  const [there, ours] = [await place.read(path), await place.proposed(path)];
  if (there === content) return "same";
  if (there === null) return ours === null ? null : `\`${path}\` was removed from this branch, and stays away.`;
  if (there === ours) return null;
  return ours === null
    ? `\`${path}\` is there already, and stays as it is.`
    : `\`${path}\` was changed on this branch, and stays as it is.`;
}

type Edit = { readonly file: AccountFile | null; readonly added: string; readonly notes: readonly string[] };

async function accountEntries(accounts: readonly Account[], path: string, place: ProposalPlace): Promise<Edit> {
  const before = (await place.read(path)) ?? "";
  const known = new Map([...readAccounts((await place.deployed(path)) ?? "", path), ...readAccounts(before, path)]);
  const had = readAccounts((await place.proposed(path)) ?? "", path);
  const [missing, removed] = parted(
    accounts.filter(({ name }) => !known.has(name)),
    ({ name }) => !had.has(name),
  );
  const added = missing.map(entryOf).join("");
  return {
    file: added === "" ? null : { path, content: insertEntry(before, [], added) },
    added,
    notes: removed.map(({ name }) => `\`${name}\` was removed from \`${path}\` on this branch, and stays away.`),
  };
}

/** As the others have it: quoted, since an id is no number, and further keys as they are. */
function entryOf({ name, id, email, values }: Account): string {
  const more = Object.entries(values ?? {}).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  const address = email === "" ? "" : `  email: ${JSON.stringify(email)}\n`;
  return `${/^[A-Za-z][A-Za-z0-9_-]*$/.test(name) ? name : JSON.stringify(name)}:\n  id: "${id}"\n${address}${more.join("")}`;
}

async function environmentEntries(
  rendered: readonly { readonly account: Account; readonly files: readonly AccountFile[] }[],
  templates: AccountTemplates,
  path: string,
  place: ProposalPlace,
): Promise<Edit> {
  const before = await place.read(path);
  if (before === null) return { file: null, added: "", notes: [] };
  const had = configurationIn(await place.proposed(path), path).environments ?? {};
  const deployed = configurationIn(await place.deployed(path), path);
  const notes: string[] = [];
  let [text, added] = [before, ""];
  for (const { account, files } of rendered) {
    const configurations = [readConfiguration(text, path), deployed];
    const environment = environmentOf(account, templates, configurations, files);
    if (environment.note !== null) notes.push(environment.note);
    if (environment.kind === "none") continue;
    const removed = environment.names.find((name) => Object.hasOwn(had, name));
    if (removed !== undefined) {
      notes.push(`The environment \`${removed}\` was removed from \`${path}\` on this branch, and stays away.`);
      continue;
    }
    text = insertEntry(text, ["environments"], environment.text);
    added += environment.text;
  }
  // What can't be read would stop every run once it is merged.
  readConfiguration(text, path);
  return { file: added === "" ? null : { path, content: text }, added, notes };
}

function configurationIn(text: string | null, path: string): Configuration {
  try {
    return text === null ? defaultConfiguration() : readConfiguration(text, path);
  } catch (error) {
    if (error instanceof ConfigurationError) return defaultConfiguration();
    throw error;
  }
}

function parted<T>(values: readonly T[], isFirst: (value: T) => boolean): [T[], T[]] {
  return [values.filter(isFirst), values.filter((value) => !isFirst(value))];
}
