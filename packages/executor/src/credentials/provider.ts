import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readAccounts } from "@pipelines/core/configuration/accounts-file";
import { type Environment, environmentsOf } from "@pipelines/core/configuration/environments";
import { governingCommit } from "@pipelines/core/configuration/governing";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { traitsOf } from "@pipelines/core/contracts/action";
import type { Execution } from "@pipelines/core/contracts/execution";
import { writeDocument } from "@pipelines/core/documents/document";
import type { Repository } from "@pipelines/core/git/repository";
import { type AuthSettings, authAnswer, sessionName } from "./auth-answer.ts";
import { CredentialsError } from "./credentials-error.ts";
import { audiencesOf, namesCredentials } from "./kinds.ts";
import { keepTokenFile, type TokenSource } from "./token-file.ts";

/** Where credentials come from while a job runs. */
export type AuthProvider = AsyncDisposable & {
  /** The command that Terragrunt asks for credentials; `null` where the tools use what the machine has. */
  readonly command: string | null;
  /** The variables for a folder where Terragrunt does not ask; none where the folder has no credentials of its own. */
  variablesFor(folder: string): Readonly<Record<string, string>>;
};

export type AuthProviderOptions = {
  readonly execution: Execution;
  readonly configuration: Configuration;
  /** The job's. */
  readonly environment: Environment;
  readonly repository: Repository;
  readonly treeFolder: string;
  /** A folder that only we may read. */
  readonly jobFolder: string;
  /** The environment of this process. */
  readonly process: Readonly<Record<string, string | undefined>>;
  /** How this program is started: the command is a part of it. */
  readonly program: readonly string[];
  readonly warn: (message: string) => void;
};

const NONE: AuthProvider = {
  command: null,
  variablesFor: () => ({}),
  [Symbol.asyncDispose]: async () => undefined,
};

/**
 * Makes the command for a job on GitHub's runners whose configuration names roles. Elsewhere a person's own credentials
 * are used.
 *
 * @throws CredentialsError when the job may not ask GitHub for tokens
 */
export async function openAuthProvider(options: AuthProviderOptions): Promise<AuthProvider> {
  const { execution, configuration, environment, jobFolder, treeFolder } = options;
  // Units of other environments may be read as dependencies.
  const audiences = audiencesOf(environmentsOf(configuration));
  if (audiences.length === 0 || options.process["GITHUB_ACTIONS"] !== "true") return NONE;
  const [url, bearer] = [
    options.process["ACTIONS_ID_TOKEN_REQUEST_URL"],
    options.process["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
  ];
  if (url === undefined || bearer === undefined) {
    if (!namesCredentials(environment)) return NONE;
    throw new CredentialsError(
      `the environment ${environment.name} has a role or an identity, but this job may not ask GitHub for an identity token; give it \`permissions: id-token: write\``,
    );
  }
  const tokens = await keepTokens(audiences, { url, bearer }, options);
  const { comparison, job } = execution;
  const settings: AuthSettings = {
    version: 1,
    ...{ treeFolder, configuration, tokenFiles: tokens.files },
    accounts: await accountsOf(options),
    sessionName: sessionName(
      comparison.event.actor,
      comparison.pullRequest === undefined ? job.at.slice(0, 7) : `PR-${comparison.pullRequest.number}`,
    ),
    applying: traitsOf(job.action).writes ? job.units.map(({ path }) => path) : [],
  };
  const settingsFile = join(jobFolder, "auth.json");
  await writeDocument(settingsFile, settings);
  const command = join(jobFolder, "auth");
  const words = [...options.program, "auth", "--settings", settingsFile].map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  );
  await writeFile(command, `#!/bin/sh\nexec ${words.join(" ")}\n`, { mode: 0o700 });
  return {
    command,
    variablesFor(folder) {
      try {
        return authAnswer(settings, folder).envs;
      } catch (error) {
        if (error instanceof CredentialsError) return {};
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => tokens[Symbol.asyncDispose](),
  };
}

/** Keeps a token file for each audience; all are disposed of together. */
async function keepTokens(
  audiences: readonly string[],
  source: Omit<TokenSource, "audience">,
  { jobFolder, warn }: AuthProviderOptions,
): Promise<AsyncDisposable & { readonly files: Readonly<Record<string, string>> }> {
  const open: AsyncDisposable[] = [];
  const over = async (): Promise<void> => {
    for (const token of open) await token[Symbol.asyncDispose]();
  };
  const files: Record<string, string> = {};
  try {
    for (const [index, audience] of audiences.entries()) {
      const file = join(jobFolder, `identity-token-${index}`);
      open.push(await keepTokenFile(file, { ...source, audience }, warn));
      files[audience] = file;
    }
  } catch (error) {
    await over();
    throw error;
  }
  return { files, [Symbol.asyncDispose]: over };
}

async function accountsOf({
  execution,
  configuration,
  repository,
}: AuthProviderOptions): Promise<Record<string, string>> {
  const { file } = configuration.accounts;
  const text = await repository.read(governingCommit(execution.comparison, execution.job), file);
  if (text === null) return {};
  return Object.fromEntries([...readAccounts(text, file)].map(([name, { id }]) => [name, id]));
}
