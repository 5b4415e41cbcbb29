import { folderOf, liesIn } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import { filtersFor } from "./filters.ts";
import { type FindResult, type ListedUnit, terragruntFind } from "./find.ts";

/**
 * One `find` for each distinct environment, below the folder that all of its units share; only the answers about that
 * environment's own units count.
 */
export async function findUnits(terragrunt: CheckoutTerragrunt, folders: readonly string[]): Promise<FindResult> {
  const groups = [...Map.groupBy(folders, terragrunt.variablesOf).values()];
  return merged(
    await sideBySide(groups, async (members) => {
      const below = groups.length === 1 ? "." : sharedFolder(members);
      return ofMembers(members, await terragruntFind(terragrunt, below, members[0] ?? below));
    }),
  );
}

/** Asks for some of the folders. Those whose names mean something else in a filter are left to `findOmitted`. */
export async function findSome(
  terragrunt: CheckoutTerragrunt,
  folders: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<FindResult> {
  const groups = [...Map.groupBy(folders, terragrunt.variablesOf).values()];
  const calls = groups.flatMap((members) => {
    const some = members.filter((folder) => wanted.has(folder));
    return filtersFor(some, members).map((filters) => ({ some, filters, variablesFrom: members[0] ?? "." }));
  });
  return merged(
    await sideBySide(calls, async ({ some, filters, variablesFrom }) => {
      const below = filters.length === 0 ? sharedFolder(some) : ".";
      return ofMembers(some, await terragruntFind(terragrunt, below, variablesFrom, filters));
    }),
  );
}

/** Asks for each unit that `find` omitted by itself: inside a cycle it is listed then, with its true edges. */
export async function findOmitted(
  terragrunt: CheckoutTerragrunt,
  folders: readonly string[],
  listed: FindResult,
): Promise<FindResult> {
  const omitted = folders.filter((folder) => !listed.units.has(folder));
  const answers = await sideBySide(omitted, async (folder) =>
    ofMembers([folder], await terragruntFind(terragrunt, folder, folder)),
  );
  return merged([listed, ...answers]);
}

function ofMembers(members: readonly string[], { units, suppressed }: FindResult): FindResult {
  const listed = members.flatMap((folder): [string, ListedUnit][] => {
    const unit = units.get(folder);
    return unit === undefined ? [] : [[folder, unit]];
  });
  return { units: new Map(listed), suppressed };
}

function merged(results: readonly FindResult[]): FindResult {
  return {
    units: new Map(results.flatMap(({ units }) => [...units])),
    suppressed: results.flatMap(({ suppressed }) => suppressed),
  };
}

/** The deepest folder that holds all of these folders, or is the only one. */
function sharedFolder(folders: readonly string[]): string {
  let [shared = "."] = folders;
  for (const folder of folders) while (folder !== shared && !liesIn(folder, shared)) shared = folderOf(shared);
  return shared;
}
