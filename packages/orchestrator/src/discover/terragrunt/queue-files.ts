import { posix } from "node:path";
import { reasonIn, withoutRoot } from "@pipelines/core/terragrunt/reason";
import { z } from "zod";
import { folderOf, isCached, liesIn } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { CommitProblem } from "../snapshot.ts";
import type { CheckoutTerragrunt } from "./client.ts";

/** Files that say which units of a folder run when all of them are to run; Terragrunt reads them without being asked. */
const QUEUE_FILES = new Set([".terragrunt-filters", ".terragrunt-excludes"]);

/** The files of filters among some files, sorted. */
export function queueFilesIn(files: Iterable<string>): string[] {
  return [...files].filter((file) => QUEUE_FILES.has(posix.basename(file)) && !isCached(file)).toSorted();
}

const Rows = z.array(z.object({ path: z.string() }));

export type LeftOut = {
  /** Units that are left out, each with the file that does so. */
  readonly units: ReadonlyMap<string, string>;
  readonly problems: readonly CommitProblem[];
};

/** Asks Terragrunt which units files of filters leave out. */
export async function askWhatIsLeftOut(
  terragrunt: CheckoutTerragrunt,
  files: readonly string[],
  units: readonly string[],
): Promise<LeftOut> {
  const folders = [...Map.groupBy(files, folderOf)];
  const answers = await sideBySide(folders, async ([folder, names]) => {
    const below = units.filter((unit) => liesIn(unit, folder));
    const ran = await terragrunt.call(["find", "--json", "--no-color"], { folder, timeoutMs: 15 * 60_000 });
    const file = names.join(" or ");
    if (ran.exitCode !== 0)
      return { file, folder, why: withoutRoot(ran.failure ?? reasonIn(ran.stderr), terragrunt.root) };
    const rows = Rows.parse(ran.stdout.trim() === "" ? [] : JSON.parse(ran.stdout));
    const listed = new Set(rows.map(({ path }) => posix.join(folder, path)));
    return { file, out: below.filter((unit) => !listed.has(unit)) };
  });
  return {
    units: new Map(answers.flatMap(({ file, out = [] }) => out.map((unit): [string, string] => [unit, file]))),
    problems: answers.flatMap(({ file, folder, why }) => (why === undefined ? [] : [problemOf(file, folder, why)])),
  };
}

function problemOf(file: string, folder: string, why: string): CommitProblem {
  const message = `Terragrunt can't read which units it leaves out: ${why}`;
  return { kind: "not-evaluated", file, line: null, message, units: [], folders: [folder], missing: null };
}
