import { run } from "@pipelines/core/process/run";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import type { Place } from "./facts.ts";
import { tokenOf } from "./place.ts";

/**
 * The person's own token for a server: of the environment, else the one that `gh` is logged in with.
 *
 * @throws ToolError when there is none
 */
export async function gitHubToken(place: Place): Promise<string> {
  return tokenOf(place, process.env) ?? (await tokenOfGh(place));
}

async function tokenOfGh({ serverUrl }: Place): Promise<string> {
  const { host } = new URL(serverUrl);
  const options = { cwd: process.cwd(), env: inherited(), timeoutMs: 30_000 };
  const ran = await run("gh", ["auth", "token", "--hostname", host], options);
  const token = ran.exitCode === 0 ? ran.stdout.trim() : "";
  if (token !== "") return token;
  const variable = host === "github.com" || host.endsWith(".ghe.com") ? "GH_TOKEN" : "GH_ENTERPRISE_TOKEN";
  throw new ToolError(
    "doctor",
    `There is no token for ${host}: set ${variable}, or log in with \`gh auth login --hostname ${host}\`.`,
  );
}

/** `gh` and `aws` are the person's own tools and get the person's own environment. */
export function inherited(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
