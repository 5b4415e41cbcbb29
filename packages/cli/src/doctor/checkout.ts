import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { findCallers } from "./caller.ts";
import type { CheckoutFacts } from "./facts.ts";

const WORKFLOWS = ".github/workflows";

/** Where GitHub looks for code owners; the first file that is there counts. */
const CODE_OWNERS = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Reads what the checkout says: who calls the workflow, the configuration, code owners. */
export async function readCheckout(folder: string): Promise<CheckoutFacts> {
  const names = (await readdir(join(folder, WORKFLOWS)).catch(() => [])).filter((name) => /\.ya?ml$/.test(name));
  const files = await Promise.all(
    names.toSorted().map(async (name) => ({
      file: `${WORKFLOWS}/${name}`,
      text: (await textOf(folder, `${WORKFLOWS}/${name}`)) ?? "",
    })),
  );
  const configuration = await configurationOf(folder);
  const accountsFile = configuration.kind === "read" ? configuration.value.accounts.file : "accounts.yml";
  let codeOwners: CheckoutFacts["codeOwners"] = null;
  for (const file of CODE_OWNERS) {
    const text: string | null = codeOwners === null ? await textOf(folder, file) : null;
    if (text !== null) codeOwners = { file, text };
  }
  return {
    callers: findCallers(files),
    configuration,
    codeOwners,
    accounts: accountsOf(accountsFile, await textOf(folder, accountsFile)),
  };
}

/** What can't be read has no ids; each pull request says what is wrong with it. */
function accountsOf(file: string, text: string | null): CheckoutFacts["accounts"] {
  if (text === null) return null;
  try {
    return { file, ids: new Map([...readAccounts(text, file)].map(([name, { id }]) => [name, id])) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { file, ids: new Map() };
  }
}

async function configurationOf(folder: string): Promise<CheckoutFacts["configuration"]> {
  const text = await textOf(folder, CONFIGURATION_FILE);
  if (text === null) return { kind: "none" };
  try {
    return { kind: "read", value: readConfiguration(text, CONFIGURATION_FILE) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { kind: "broken", message: error.message };
  }
}

/** A file's text, `null` where there is no such file. */
async function textOf(folder: string, path: string): Promise<string | null> {
  try {
    return await readFile(join(folder, path), "utf8");
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      ["ENOENT", "ENOTDIR", "EISDIR", "ELOOP"].includes(String(error.code))
    )
      return null;
    throw error;
  }
}
