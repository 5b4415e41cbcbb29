import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { globMatcher } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import { unitsTouchedBy } from "@pipelines/core/configuration/touched-units";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { folderOf, liesIn } from "../paths.ts";
import type { TextView } from "./text-view.ts";

/** The configurations of a comparison. */
export type Configurations = {
  readonly atBase: Configuration;
  readonly atHead: Configuration;
  readonly governing: Configuration;
};

/** What a comparison may affect, by the texts of both commits. */
export type Narrowed = {
  /** Units that may be affected, and remaining units that may use a removed one. */
  readonly units: ReadonlySet<string>;
  /** The units that may read a changed file at base, each with those that it may read. */
  readonly readersAtBase: ReadonlyMap<string, ReadonlySet<string>>;
};

/**
 * Tells from the texts which units a comparison may affect.
 *
 * @param configurations whose `governing` says what counts as read; what differs between the others concerns units too
 */
export function narrow(
  base: TextView,
  head: TextView,
  diff: readonly ChangedFile[],
  { atBase, atHead, governing }: Configurations,
): Narrowed {
  const changed = new Set(diff.map(({ path }) => path));
  const readersAtBase = base.readersOf(changed);
  const gone = new Set([...base.units].filter((unit) => !head.units.has(unit)));
  const appeared = [...head.units].filter((unit) => !base.units.has(unit));
  const units = new Set([
    ...appeared,
    ...head.readersOf(changed).keys(),
    ...readersAtBase.keys(),
    ...[...changed].flatMap((file) => [...ownersOf(file, base), ...ownersOf(file, head)]),
    ...configuredReaders(changed, [base, head], governing),
    ...(changed.has(CONFIGURATION_FILE)
      ? unitsTouchedBy(
          atBase,
          atHead,
          [...head.folders].map((unit) => UnitPath.parse(unit)),
        )
      : []),
    ...head.dependentsOf(gone),
    ...head.open,
  ]);
  return { units, readersAtBase };
}

/** Units with all that may depend on them, directly or through others. */
export function withDependents(units: ReadonlySet<string>, { dependentsOf }: TextView): Set<string> {
  const all = new Set(units);
  for (let more = all; more.size > 0; ) {
    more = new Set([...dependentsOf(more)].filter((unit) => !all.has(unit)));
    for (const unit of more) all.add(unit);
  }
  return all;
}

/** The folders whose unit may own a file: the nearest one, and those above it as long as it is open whether they are units. */
function ownersOf(file: string, { folders, units }: TextView): string[] {
  const owners: string[] = [];
  for (let folder = folderOf(file); ; folder = folderOf(folder)) {
    if (folders.has(folder)) owners.push(folder);
    if (units.has(folder) || folder === ".") return owners;
  }
}

/** Units that the configuration says read a changed file, and the account factory for a changed request. */
function configuredReaders(
  changed: ReadonlySet<string>,
  views: readonly TextView[],
  { extra_reads, accounts }: Configuration,
): string[] {
  const isRead = extra_reads
    .filter(({ files }) => [...changed].some(globMatcher(files)))
    .map(({ units }) => globMatcher(units));
  const matched =
    isRead.length === 0
      ? []
      : views.flatMap(({ folders }) =>
          [...folders].filter((unit) => isRead.some((matches) => matches(UnitPath.parse(unit)))),
        );
  const factory = [...changed].some((file) => liesIn(file, accounts.requests))
    ? [accounts.factory_unit ?? []].flat()
    : [];
  return [...matched, ...factory];
}
