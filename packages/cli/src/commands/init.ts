import { access, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { ConfigurationError } from "@pipelines/core/configuration/configuration-error";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { defaultConfiguration } from "@pipelines/core/configuration/read";
import type { Account } from "@pipelines/core/contracts/change";
import { loadHclParser } from "@pipelines/orchestrator/hcl/parse";
import { unitsIn } from "../checkout-units.ts";
import { callerWorkflow } from "../init/caller-workflow.ts";
import { firstConfiguration } from "../init/configuration-text.ts";
import { deployBranchOf } from "../init/deploy-branch.ts";
import { guessOf } from "../init/guess.ts";
import { asideFolder } from "../init/names.ts";
import type { Release } from "../init/release.ts";
import { type RepositoryOnDisk, repositoryOnDisk } from "../init/repository.ts";
import { toolsOfCheckout } from "../init/tools.ts";
import { type Findings, leftToDo, notSure, WORKFLOW_FILE } from "../init/what-is-left.ts";
import { isWorkflow, versionsInWorkflows } from "../init/workflow-versions.ts";
import { checkedOutFolder } from "../repository-folder.ts";

export type InitOptions = { readonly repo: string; readonly release: Release };

/** Writes the caller workflow and a first configuration where there are none, and prints what to check and to do. */
export async function init({ repo, release }: InitOptions): Promise<number> {
  const repository = await repositoryOnDisk(await checkedOutFolder(repo));
  const texts = await textsOf(repository);
  const { units, templates } = unitsIn(texts, repository.files, await loadHclParser());
  const nothing = whyNothingRuns(repository.files, units, templates);
  if (nothing !== null) {
    process.stdout.write(`${nothing}\n`);
    return 1;
  }
  const listed = await accountsOf(repository, texts);
  const guess = guessOf({ units, texts, accounts: listed.accounts, clouds: await repository.clouds() });
  const workflows = await workflowsOf(repository);
  const findings: Findings = {
    release,
    deployBranch: deployBranchOf(repository.branches),
    guess,
    tools: toolsOfCheckout(repository.folder, versionsInWorkflows(workflows)),
    hasAccounts: listed.accounts.size > 0,
    otherRunners: otherRunners(repository.files, workflows),
  };
  const written = await writeMissing(repository.folder, [
    [WORKFLOW_FILE, callerWorkflow(release, findings.deployBranch.branch)],
    [
      CONFIGURATION_FILE,
      firstConfiguration({
        ...{ release, environments: guess.environments, aside: guess.aside, tools: findings.tools.pins },
        deployBranch: findings.deployBranch.branch,
        accountsFile: listed.file === "accounts.yml" ? null : listed.file,
        ignoredByDefault: defaultConfiguration().ignore,
      }),
    ],
  ]);
  process.stdout.write(
    `${[...written, ...list("Not sure:", notSure(findings)), ...list("Left to do:", leftToDo(findings))].join("\n")}\n`,
  );
  return 0;
}

function list(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : ["", title, ...entries.map((entry, index) => `  ${index + 1}. ${entry}`)];
}

async function writeMissing(folder: string, files: readonly (readonly [string, string])[]): Promise<string[]> {
  const written: string[] = [];
  for (const [file, text] of files) {
    const isThere = await exists(join(folder, file));
    if (!isThere) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
    }
    written.push(`${isThere ? "kept   " : "written"}  ${file}`);
  }
  return written;
}

/** Why there is nothing that Pipelines could run, although there is code; `null` where there is, or may be soon. */
function whyNothingRuns(
  files: readonly string[],
  units: readonly string[],
  templates: readonly string[],
): string | null {
  if (units.some((unit) => asideFolder(unit) === null)) return null;
  const copied = [...templates, ...units];
  if (copied.length > 0) {
    const some = `${copied.slice(0, 3).join(", ")}${copied.length > 3 ? ", …" : ""}`;
    return `Nothing here runs by itself: ${copied.length === 1 ? "the one unit is" : `the ${copied.length} units are`} made to be copied or shown (${some}), as in a catalogue. Run \`pipelines init\` in the repository that uses them. Nothing was written.`;
  }
  if (files.some((file) => /\.(?:tf|tofu)$/.test(file))) {
    return "There is Terraform code here and no unit: no folder has a `terragrunt.hcl` that Terragrunt can run. Pipelines runs Terragrunt; make a folder a unit first, and run `pipelines init` again. Nothing was written.";
  }
  return null;
}

const READ = /\.(?:hcl|tfvars|json|ya?ml)$|(?:^|\/)providers?\.tf$/;

/** HCL, and what lies beside units and above them and may say where they run. */
async function textsOf({ files, textOf }: RepositoryOnDisk): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const above = new Set(
    files.filter((file) => /(?:^|\/)terragrunt(?:\.stack)?\.hcl$/.test(file)).flatMap(foldersAbove),
  );
  for (const file of files) {
    if (!READ.test(file) || (!file.endsWith(".hcl") && !above.has(folderOf(file)))) continue;
    const text = await textOf(file);
    if (text !== null) texts.set(file, text);
  }
  return texts;
}

const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");

function foldersAbove(file: string): string[] {
  const folder = folderOf(file);
  return folder === "." ? ["."] : [folder, ...foldersAbove(folder)];
}

type Listed = { readonly accounts: ReadonlyMap<string, Account>; readonly file: string | null };

/** The file that lists accounts as Pipelines reads it: `accounts.yml`, else one of its kind elsewhere. */
async function accountsOf({ textOf }: RepositoryOnDisk, texts: ReadonlyMap<string, string>): Promise<Listed> {
  const own = await textOf("accounts.yml");
  if (own !== null) return { accounts: readAccounts(own, "accounts.yml"), file: "accounts.yml" };
  for (const [file, text] of texts) {
    if (!/(?:^|\/)accounts\.(?:json|ya?ml)$/.test(file)) continue;
    const accounts = accountsIn(text, file);
    if (accounts.size > 0) return { accounts, file };
  }
  return { accounts: new Map(), file: null };
}

function accountsIn(text: string, file: string): ReadonlyMap<string, Account> {
  try {
    return readAccounts(text, file);
  } catch (error) {
    // It has another form, which is its team's business.
    if (error instanceof ConfigurationError) return new Map();
    throw error;
  }
}

/** The team's own workflows by their paths: what Pipelines wrote is none of them. */
async function workflowsOf({ files, textOf }: RepositoryOnDisk): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const file of files) {
    if (isWorkflow(file) && file !== WORKFLOW_FILE) texts.set(file, (await textOf(file)) ?? "");
  }
  return texts;
}

/** Workflows and configurations by which something else runs Terragrunt. */
function otherRunners(files: readonly string[], workflows: ReadonlyMap<string, string>): string[] {
  return files.filter(
    (file) =>
      /^(?:atlantis|digger)\.ya?ml$|^\.terrateam\//.test(file) ||
      (file.startsWith(".github/workflows/") &&
        /\bterragrunt\b[^\n]*\b(?:apply|plan|run)\b|terragrunt-action@/.test(workflows.get(file) ?? "")),
  );
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
