import { gitAt } from "@pipelines/core/git/repository";
import { createGitHubClient } from "@pipelines/core/github/client";
import { run } from "@pipelines/core/process/run";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import { readCheckout } from "../doctor/checkout.ts";
import { accepted, exitCodeOf, type Finding } from "../doctor/finding.ts";
import { NoAccessError, unseen } from "../doctor/look.ts";
import { placeOf } from "../doctor/place.ts";
import { readGitHub } from "../doctor/read-github.ts";
import { readRoles } from "../doctor/read-roles.ts";
import { renderFindings } from "../doctor/render.ts";
import { examine } from "../doctor/rules/all.ts";
import { gitHubToken, inherited } from "../doctor/token.ts";
import { checkedOutFolder } from "../repository-folder.ts";

export type DoctorOptions = {
  readonly repo: string;
  /** `[host/]owner/name`, in the place of what the remote `origin` names. */
  readonly repository?: string;
  /** Ids of findings that somebody decided to live with. */
  readonly accept: readonly string[];
  readonly aws?: true;
  readonly json?: true;
};

/** Looks at a repository's settings on GitHub and says what is missing or dangerous. Answers the exit code. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const folder = await checkedOutFolder(options.repo);
  const place = placeOf(await originOf(folder), options.repository ?? null, process.env);
  const token = await gitHubToken(place);
  const warnings: string[] = [];
  const log = { info: () => undefined, warning: (message: string) => void warnings.push(message) };
  const client = createGitHubClient({ token, apiUrl: place.apiUrl, log });
  const checkout = await readCheckout(folder);
  const seen = await readGitHub(client, place, checkout).catch((error: unknown) => {
    if (error instanceof NoAccessError) throw new ToolError("doctor", error.message, { cause: error });
    throw error;
  });
  const roles = options.aws === true && seen.kind === "seen" ? await readRoles(aws(folder), checkout) : null;
  const found: readonly Finding[] =
    seen.kind === "seen"
      ? examine({ place, checkout, roles, ...seen.value })
      : [{ group: "repository", ...unseen("repository/there", `${place.owner}/${place.name}`, seen) }];
  const { findings, unknown } = accepted(found, options.accept);
  for (const id of unknown) process.stderr.write(`--accept ${id}: there is no such finding\n`);
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  const exitCode = exitCodeOf(findings);
  const repository = seen.kind === "seen" ? seen.value.repository.fullName : `${place.owner}/${place.name}`;
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ version: 1, repository, server: place.serverUrl, exitCode, findings }, null, 2)}\n`
      : renderFindings(`${place.serverUrl}/${repository}, by the files that are checked out in ${folder}`, findings),
  );
  return exitCode;
}

async function originOf(folder: string): Promise<string | null> {
  const git = gitAt(folder, { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "" });
  const answer = await git.raw(["remote", "get-url", "origin"]).catch(() => "");
  return answer.trim() || null;
}

const aws =
  (folder: string) =>
  (args: readonly string[]): ReturnType<typeof run> =>
    run("aws", args, { cwd: folder, env: { ...inherited(), AWS_PAGER: "" }, timeoutMs: 60_000 });
