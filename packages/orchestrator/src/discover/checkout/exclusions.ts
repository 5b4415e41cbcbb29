import type { TreeEntry } from "@pipelines/core/git/repository";
import type { Symlinks } from "./symlinks.ts";
import type { Exclusion, Texts } from "./texts.ts";

/**
 * HCL that nobody can have written by hand, and links to it: it would keep Terragrunt busy for minutes, and with it
 * every other unit.
 */
export function exclusionsIn(
  entries: readonly TreeEntry[],
  { realOf, leaving }: Symlinks,
  { exclusionOf }: Texts,
): Map<string, Exclusion> {
  const blobs = new Map(entries.map(({ path, blob }) => [path, blob]));
  return new Map(
    entries.flatMap(({ path, kind }): [string, Exclusion][] => {
      if (!path.endsWith(".hcl") || kind === "submodule" || leaving.has(path)) return [];
      const blob = blobs.get(realOf(path));
      const reason = blob === undefined ? null : exclusionOf(blob);
      return reason === null ? [] : [[path, reason]];
    }),
  );
}
