import type { Octokit } from "@octokit/rest";
import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { defaultConfiguration, readConfiguration } from "@pipelines/core/configuration/read";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained, isStatus, understood } from "@pipelines/core/github/failure";
import { z } from "zod";

/**
 * The configuration of a commit, from GitHub: the jobs that write comments check nothing out, and take no setting from a
 * document that code of a pull request may have written.
 *
 * @throws ConfigurationError when it is no configuration
 */
export async function configurationOn(
  client: Octokit,
  repository: GitHubRepository,
  ref: string,
): Promise<Configuration> {
  const doing = `Reading ${CONFIGURATION_FILE}`;
  const text = await explained(doing, "contents: read", async () => {
    try {
      const { data } = await client.rest.repos.getContent({ ...repository, path: CONFIGURATION_FILE, ref });
      const { content } = understood(z.object({ content: z.string(), encoding: z.literal("base64") }), data, doing);
      return Buffer.from(content, "base64").toString("utf8");
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
  });
  return text === null ? defaultConfiguration() : readConfiguration(text, CONFIGURATION_FILE);
}

/** Whether a commit has another one in it. What GitHub does not say is not so. */
export type Contains = (commit: string, other: string) => Promise<boolean>;

/** More questions than this are answered with no: each is a request. */
const MOST_QUESTIONS = 30;

/** Asks GitHub about commits, each pair once. */
export function containsOn(client: Octokit, repository: GitHubRepository): Contains {
  const known = new Map<string, Promise<boolean>>();
  return (commit, other) => {
    if (commit === other) return Promise.resolve(true);
    const basehead = `${other}...${commit}`;
    const asked = known.get(basehead) ?? (known.size < MOST_QUESTIONS ? ask(client, repository, basehead) : null);
    if (asked === null) return Promise.resolve(false);
    known.set(basehead, asked);
    return asked;
  };
}

async function ask(client: Octokit, repository: GitHubRepository, basehead: string): Promise<boolean> {
  try {
    const { data } = await client.rest.repos.compareCommitsWithBasehead({ ...repository, basehead, per_page: 1 });
    return data.status === "ahead" || data.status === "identical";
  } catch {
    return false;
  }
}
