import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { filesWithReferences, writeOutSelfReferences } from "../../tools/self-references.ts";

const root = resolve(import.meta.dirname, "../..");
const standIns = resolve(import.meta.dirname, "stand-ins");

/** How a caller names the release. act takes it from a folder. */
export const RELEASE = { repository: "pipelines-owner/pipelines", ref: "v1" } as const;

/** act 0.2.89 refuses a workflow with this key, which GitHub has had since May 2026. Nothing else is taken out. */
const UNKNOWN_TO_ACT = /^ +queue: max\n/gm;

const PINNED = /uses: (actions\/[\w-]+)@([0-9a-f]{40})/g;

/** Actions of others that the reusable workflow and the actions use, each with a stand-in. */
export const STAND_INS = [
  "checkout",
  "create-github-app-token",
  "download-artifact",
  "setup-node",
  "upload-artifact",
] as const;

/**
 * Lays a release out in a folder: the actions with their bundles, and the workflows with self-references written out.
 *
 * @returns what act has to take from a folder in place of GitHub: `owner/name@ref=folder`
 */
export async function makeRelease(folder: string): Promise<readonly string[]> {
  await cp(join(root, "actions"), join(folder, "actions"), { recursive: true });
  const pinned = new Set<string>();
  for (const file of filesWithReferences(root)) {
    const text = await readFile(join(root, file), "utf8");
    await mkdir(dirname(join(folder, file)), { recursive: true });
    const written = writeOutSelfReferences(text, { kind: "repository", ...RELEASE });
    await writeFile(join(folder, file), written.replaceAll(UNKNOWN_TO_ACT, ""));
    for (const [, action, ref] of text.matchAll(PINNED)) pinned.add(`${action}@${ref}`);
  }
  const replaced = [...pinned].flatMap((reference) => {
    const name = STAND_INS.find((known) => reference.startsWith(`actions/${known}@`));
    return name === undefined ? [] : [`${reference}=${join(standIns, "actions", name)}`];
  });
  return [`${RELEASE.repository}@${RELEASE.ref}=${folder}`, ...replaced];
}
