import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { UNIT_FILE } from "@pipelines/core/terragrunt/files";

/** How far behind its first line a block is looked through. */
const LONGEST_BLOCK = 60;

/**
 * Where a unit's configuration has a block with a label, and in it a word: `<file>:<line>`. The unit's own files come
 * first, then those of the folders above it, then other shared ones; `null` where there is none.
 *
 * @param block the block's type and label, as in `extra_arguments "vars"`
 */
export async function placeOfBlock(
  checkoutFolder: string,
  unit: string,
  block: { readonly type: string; readonly label: string; readonly word: string },
  env: Readonly<Record<string, string>>,
): Promise<string | null> {
  const pattern = `^[[:space:]]*${block.type}[[:space:]]+"${block.label.replaceAll(/[^\w-]/g, ".")}"`;
  const everywhere = ["--untracked", "--no-exclude-standard"];
  const search = ["grep", "-n", "-z", "-E", ...everywhere, pattern, "--", "*.hcl"];
  const { stdout } = await run("git", search, { cwd: checkoutFolder, env });
  const found = [...stdout.matchAll(/^([^\0]+)\0(\d+)\0/gm)].map(([, file = "", line]) => ({
    file,
    line: Number(line),
  }));
  const [best] = found
    .map((place) => ({ ...place, far: distanceOf(place.file, unit) }))
    .filter(({ far }) => far < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a.far - b.far);
  if (best === undefined) return null;
  const lines = (await readFile(join(checkoutFolder, best.file), "utf8")).split("\n");
  const within = lines
    .slice(best.line - 1, best.line - 1 + LONGEST_BLOCK)
    .findIndex((line) => line.includes(block.word));
  return `${best.file}:${best.line + Math.max(0, within)}`;
}

/** How far a file is from a unit; infinitely far when it is another unit's own. */
function distanceOf(file: string, unit: string): number {
  const folder = dirname(file);
  if (folder === unit) return 0;
  if (folder === "." || unit.startsWith(`${folder}/`)) return 1 + unit.split("/").length - folder.split("/").length;
  return basename(file) === UNIT_FILE ? Number.POSITIVE_INFINITY : 1000;
}
