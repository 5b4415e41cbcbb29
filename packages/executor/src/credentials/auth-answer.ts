import { relative } from "node:path";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import { Configuration } from "@pipelines/core/configuration/schema";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { z } from "zod";
import { CredentialsError } from "./credentials-error.ts";
import { credentialVariables } from "./kinds.ts";

/** What the command that Terragrunt asks for credentials knows. It holds no secret itself. */
export const AuthSettings = z.strictObject({
  version: z.literal(1),
  treeFolder: z.string(),
  configuration: Configuration,
  /** Ids by the names of `accounts.yml`. */
  accounts: z.record(z.string(), z.string()),
  /** Files with tokens of GitHub's, which are kept fresh, by the tokens' audience. */
  tokenFiles: z.record(z.string(), z.string()),
  sessionName: z.string().max(64),
  /** The job's units, where it changes them: they alone get the apply role. */
  applying: z.array(UnitPath),
});
export type AuthSettings = z.infer<typeof AuthSettings>;

/** What Terragrunt reads: variables for everything that runs for a folder. */
export type AuthAnswer = { readonly envs: Readonly<Record<string, string>> };

/**
 * The credentials for a folder: its environment's role and region with a token file, from which the tools themselves
 * assume the role, again and again while they run. A unit that is only read, such as a dependency in another account,
 * gets its environment's plan role.
 *
 * @throws CredentialsError when the folder is in no environment, in several, or its account has no id
 */
export function authAnswer(settings: AuthSettings, folder: string): AuthAnswer {
  const path = UnitPath.safeParse(relative(settings.treeFolder, folder) || ".");
  if (!path.success) throw new CredentialsError(`${folder} is outside of the repository, so it has no environment`);
  const found = environmentLookup(settings.configuration)(path.data);
  if (found.kind !== "one") {
    const where = found.kind === "none" ? "no environment" : `several environments (${found.names.join(", ")})`;
    throw new CredentialsError(
      `${path.data} is in ${where}, so there is no role for it; see \`environments.*.paths\` in .pipelines/config.yml`,
    );
  }
  const { environment } = found;
  const context = { ...settings, applies: settings.applying.includes(path.data) };
  return { envs: { ...environment.env, ...credentialVariables(environment, context) } };
}

/** AWS takes 2 to 64 of these characters. */
const LONGEST_SESSION_NAME = 64;

/**
 * The name under which a run appears in the account's audit log: `robin-via-pipelines@PR-12`. The actor gives way when
 * it gets too long.
 *
 * @param what `PR-12`, or a short commit
 */
export function sessionName(actor: string | null, what: string): string {
  const end = `-via-pipelines@${what}`.replaceAll(/[^\w+=,.@-]/g, "-");
  const who = (actor ?? "nobody").replaceAll(/[^\w+=,.@-]/g, "-");
  return `${who.slice(0, LONGEST_SESSION_NAME - end.length)}${end}`;
}
