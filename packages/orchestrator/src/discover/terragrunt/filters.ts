import { fileIn, folderOf } from "../paths.ts";

/** Filters of one call: a command line has bounds, and several processes keep a runner busy. */
const AT_ONCE = 400;

/** The share of units from which looking at all costs less than a filter for each: it is compared with every unit. */
const MOST = 0.5;

/** What stands for itself in a filter of Terragrunt (https://docs.terragrunt.com/features/filter). */
const PLAIN = /^[A-Za-z0-9_][\w+=@-]*(?:\.[\w+=@-]+)*(?:\/[\w+=@.-]+)*$/;

/**
 * The filters by which Terragrunt finds some folders among all, for one call each; no filter is for all. A filter may
 * find more. Folders whose names can't be written in a filter are passed over.
 */
export function filtersFor(wanted: readonly string[], all: readonly string[]): string[][] {
  if (wanted.length === 0) return [];
  if (wanted.length > MOST * all.length) return [[]];
  const counts = new Map<string, { wanted: number; all: number }>();
  const count = (folders: readonly string[], what: "wanted" | "all"): void => {
    for (const folder of folders) {
      for (const around of foldersAround(folder)) {
        const both = counts.get(around) ?? { wanted: 0, all: 0 };
        both[what] += 1;
        counts.set(around, both);
      }
    }
  };
  count(all, "all");
  count(wanted, "wanted");
  const isWhole = (folder: string): boolean => counts.get(folder)?.wanted === counts.get(folder)?.all;
  const filters = new Set<string>();
  for (const folder of wanted.filter((name) => PLAIN.test(name))) {
    // The highest folder of which all is wanted stands for all that is in it.
    const top = foldersAround(folder).findLast(isWhole) ?? folder;
    filters.add(`./${top}`);
    if (isWhole(top) && (counts.get(top)?.all ?? 0) > 1) filters.add(`./${fileIn(top, "**")}`);
  }
  const list = [...filters];
  return Array.from({ length: Math.ceil(list.length / AT_ONCE) }, (_unused, index) =>
    list.slice(index * AT_ONCE, (index + 1) * AT_ONCE),
  );
}

/** A folder and those above it, without the root: there a filter would be for all. */
function foldersAround(folder: string): string[] {
  return folder === "." ? [] : [folder, ...foldersAround(folderOf(folder))];
}
