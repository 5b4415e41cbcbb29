import type { Octokit } from "@octokit/rest";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained } from "@pipelines/core/github/failure";

export type Artifact = { readonly id: number; readonly name: string; readonly bytes: number };

/** The artifacts of workflow runs. */
export type RunArtifacts = {
  /** Those that have not expired. */
  artifacts(run: number): Promise<Artifact[]>;
  /** The archive of one, a zip file. */
  download(artifact: Artifact): Promise<Uint8Array>;
};

/**
 * Artifacts through GitHub's API.
 *
 * @param doing what they are looked for, as the start of a sentence
 */
export function artifactsOn(client: Octokit, repository: GitHubRepository, doing: string): RunArtifacts {
  return {
    async artifacts(run) {
      const found = await explained(doing, "actions: read", () =>
        client.paginate(client.rest.actions.listWorkflowRunArtifacts, { ...repository, run_id: run, per_page: 100 }),
      );
      return found
        .filter(({ expired }) => !expired)
        .map(({ id, name, size_in_bytes }) => ({ id, name, bytes: size_in_bytes }));
    },
    async download({ id }) {
      const { data } = await explained(doing, "actions: read", () =>
        client.rest.actions.downloadArtifact({ ...repository, artifact_id: id, archive_format: "zip" }),
      );
      if (!(data instanceof ArrayBuffer)) throw new Error(`the artifact ${id} is no archive`);
      return new Uint8Array(data);
    },
  };
}
