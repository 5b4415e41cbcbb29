import { folderOf, liesIn } from "../paths.ts";
import type { DiscoveringTerragrunt } from "./client.ts";
import type { EnvironmentOf } from "./environment.ts";
import { type Found, type FoundUnit, type Suppressed, terragruntFind } from "./find.ts";
import { sideBySide } from "./side-by-side.ts";

export type MutableFound = { readonly units: Map<string, FoundUnit>; readonly suppressed: Suppressed[] };

/**
 * One `find` for each distinct environment, below the folder that all of its units share; only the answers about that
 * environment's own units count.
 */
export async function findAll(
  terragrunt: DiscoveringTerragrunt,
  root: string,
  folders: readonly string[],
  environmentOf: EnvironmentOf,
): Promise<MutableFound> {
  const result: MutableFound = { units: new Map(), suppressed: [] };
  const groups = [...Map.groupBy(folders, environmentOf)];
  const answers = await sideBySide(groups, ([environment, members]) =>
    terragruntFind(terragrunt, root, groups.length === 1 ? "." : sharedFolder(members), environment),
  );
  for (const [index, [, members]] of groups.entries()) {
    const answer: Found | undefined = answers[index];
    if (answer === undefined) continue;
    for (const folder of members) {
      const row = answer.units.get(folder);
      if (row !== undefined) result.units.set(folder, row);
    }
    result.suppressed.push(...answer.suppressed);
  }
  return result;
}

/** Asks for each unit that `find` left out by itself: inside a cycle it is listed then, with its true edges. */
export async function findSwallowed(
  terragrunt: DiscoveringTerragrunt,
  root: string,
  folders: readonly string[],
  found: MutableFound,
  environmentOf: EnvironmentOf,
): Promise<void> {
  const swallowed = folders.filter((folder) => !found.units.has(folder));
  const answers = await sideBySide(swallowed, async (folder) => ({
    folder,
    alone: await terragruntFind(terragrunt, root, folder, environmentOf(folder)),
  }));
  for (const { folder, alone } of answers) {
    const row = alone.units.get(folder);
    if (row !== undefined) found.units.set(folder, row);
    found.suppressed.push(...alone.suppressed);
  }
}

/** The deepest folder that holds all of these folders, or is the only one. */
function sharedFolder(folders: readonly string[]): string {
  let [shared = "."] = folders;
  for (const folder of folders) while (folder !== shared && !liesIn(folder, shared)) shared = folderOf(shared);
  return shared;
}
