import type { Octokit } from "@octokit/rest";
import { ASSESSMENT_FILE, assessmentAttemptOf } from "@pipelines/core/documents/layout";
import type { GitHubRepository } from "@pipelines/core/github/client";
import { explained } from "@pipelines/core/github/failure";
import { strFromU8, unzipSync } from "fflate";
import type { z } from "zod";

export type Artifact = { readonly id: number; readonly name: string; readonly bytes: number; readonly createdAt: Date };

/** The artifacts of workflow runs. */
export type RunArtifacts = {
  /** Those that have not expired. */
  artifacts(run: number): Promise<Artifact[]>;
  /** The archive of one, a zip file. */
  download(artifact: Artifact): Promise<Uint8Array>;
};

/** An assessment is text; more than this is not ours. */
const LARGEST_ASSESSMENT = 100 * 1024 * 1024;

/**
 * What of its newest assessment is asked for, of all the artifacts of a run; `null` where there is none.
 *
 * @throws Error when it can't be downloaded or read
 */
export async function assessmentAmong<S extends z.ZodType>(
  source: Pick<RunArtifacts, "download">,
  artifacts: readonly Artifact[],
  schema: S,
): Promise<z.output<S> | null> {
  const found = artifacts.flatMap((artifact) => {
    const attempt = assessmentAttemptOf(artifact.name);
    return attempt === null || artifact.bytes > LARGEST_ASSESSMENT ? [] : [{ artifact, attempt }];
  });
  const newest = found.toSorted((a, b) => b.attempt - a.attempt)[0]?.artifact;
  if (newest === undefined) return null;
  const files = unzipSync(await source.download(newest), {
    filter: ({ name, originalSize }) => name === ASSESSMENT_FILE && originalSize <= LARGEST_ASSESSMENT,
  });
  const document = files[ASSESSMENT_FILE];
  return document === undefined ? null : schema.parse(JSON.parse(strFromU8(document)));
}

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
        .map(({ id, name, size_in_bytes, created_at }) => {
          // An artifact of no known time came after everything: it can show nothing that was seen before a merge.
          return { id, name, bytes: size_in_bytes, createdAt: new Date(created_at ?? Number.POSITIVE_INFINITY) };
        });
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
