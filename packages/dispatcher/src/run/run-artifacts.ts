import type { Octokit } from "@octokit/rest";
import { explainFailure } from "@pipelines/core/github/failure";
import type { Repository } from "../sinks/github.ts";

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
export function artifactsOn(client: Octokit, repository: Repository, doing: string): RunArtifacts {
  const tried = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw explainFailure(error, doing, "actions: read");
    }
  };
  return {
    async artifacts(run) {
      const found = await tried(() =>
        client.paginate(client.rest.actions.listWorkflowRunArtifacts, { ...repository, run_id: run, per_page: 100 }),
      );
      return found
        .filter(({ expired }) => !expired)
        .map(({ id, name, size_in_bytes }) => ({ id, name, bytes: size_in_bytes }));
    },
    async download({ id }) {
      const { data } = await tried(() =>
        client.rest.actions.downloadArtifact({ ...repository, artifact_id: id, archive_format: "zip" }),
      );
      if (!(data instanceof ArrayBuffer)) throw new Error(`the artifact ${id} is no archive`);
      return new Uint8Array(data);
    },
  };
}
