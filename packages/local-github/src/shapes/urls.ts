import type { World } from "../world.ts";

/** Where the repository is in the API. */
export const repositoryUrl = (world: World): string => `${world.apiUrl}/repos/${world.owner}/${world.repo}`;

/** Where people see the repository. */
export const repositoryPage = (world: World): string => `${world.serverUrl}/${world.owner}/${world.repo}`;

/** GitHub's opaque id of a thing, for GraphQL. */
export const nodeId = (kind: string, id: number | string): string =>
  Buffer.from(`${kind}:${id}`, "utf8").toString("base64url");
