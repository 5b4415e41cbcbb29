import { folderOf, liesIn } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import { type FindResult, type ListedUnit, terragruntFind } from "./find.ts";

/**
 * One `find` for each distinct environment, below the folder that all of its units share; only the answers about that
 * environment's own units count.
 */
export async function findUnits(terragrunt: CheckoutTerragrunt, folders: readonly string[]): Promise<FindResult> {
  const groups = [...Map.groupBy(folders, terragrunt.variablesOf).values()];
  const answers = await sideBySide(groups, async (members) => {
    const below = groups.length === 1 ? "." : sharedFolder(members);
    return { members, ...(await terragruntFind(terragrunt, below, members[0] ?? below)) };
  });
  return {
    units: new Map(answers.flatMap(({ members, units }) => members.flatMap((folder) => listedIn(units, folder)))),
    suppressed: answers.flatMap(({ suppressed }) => suppressed),
  };
}

/** Asks for each unit that `find` omitted by itself: inside a cycle it is listed then, with its true edges. */
export async function findOmitted(
  terragrunt: CheckoutTerragrunt,
  folders: readonly string[],
  listed: FindResult,
): Promise<FindResult> {
  const omitted = folders.filter((folder) => !listed.units.has(folder));
  const answers = await sideBySide(omitted, async (folder) => {
    const alone = await terragruntFind(terragrunt, folder, folder);
    return { units: listedIn(alone.units, folder), suppressed: alone.suppressed };
  });
  return {
    units: new Map([...listed.units, ...answers.flatMap(({ units }) => units)]),
    suppressed: [...listed.suppressed, ...answers.flatMap(({ suppressed }) => suppressed)],
  };
}

function listedIn(units: FindResult["units"], folder: string): [string, ListedUnit][] {
  const unit = units.get(folder);
  return unit === undefined ? [] : [[folder, unit]];
}

/** The deepest folder that holds all of these folders, or is the only one. */
function sharedFolder(folders: readonly string[]): string {
  let [shared = "."] = folders;
  for (const folder of folders) while (folder !== shared && !liesIn(folder, shared)) shared = folderOf(shared);
  return shared;
}
