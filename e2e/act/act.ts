import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";
import type { Playground } from "../../demo/playground.ts";
import { filesWithReferences, writeOutSelfReferences } from "../../tools/self-references.ts";

const root = resolve(import.meta.dirname, "../..");

/** How the release is named in the caller's `uses:`; act takes it from a folder, nothing is fetched. */
const REPOSITORY = "pipelines-owner/pipelines";
const REF = "v1";

const STAND_INS = resolve(import.meta.dirname, "stand-ins");
const pins = new RegExp(`uses: (actions/[\\w-]+)@([0-9a-f]{40})`, "g");

export type ActEvent = {
  readonly name: "pull_request" | "push" | "merge_group" | "workflow_dispatch";
  readonly payload: unknown;
  readonly sha: string;
  readonly ref: string;
  readonly headSha: string;
  readonly headBranch: string;
};

export type ActRun = {
  readonly id: number;
  readonly ok: boolean;
  readonly log: string;
  /** Result of each job that was reached, by the workflow's name for it. */
  readonly jobs: ReadonlyMap<string, "success" | "failure">;
};

/** The release as a folder: the actions with their bundles, and the workflows with self-references written out. */
export async function makeRelease(folder: string): Promise<readonly string[]> {
  await cp(join(root, "actions"), join(folder, "actions"), { recursive: true });
  const used = new Set<string>();
  for (const file of filesWithReferences(root)) {
    const text = await readFile(join(root, file), "utf8");
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), writeOutSelfReferences(text, { kind: "repository", repository: REPOSITORY, ref: REF }));
    for (const [, action, ref] of text.matchAll(pins)) used.add(`${action}@${ref}`);
  }
  const known = await readdir(join(STAND_INS, "actions"));
  return [
    `${REPOSITORY}@${REF}=${folder}`,
    ...[...used].flatMap((reference) => {
      const [action = ""] = reference.split("@");
      return known.includes(action.slice("actions/".length)) ? [`${reference}=${join(STAND_INS, action)}`] : [];
    }),
  ];
}
