/**
 * The units on the way between some units: through them one of the units depends on another, or on itself in a circle.
 * Units whose dependencies are not known are among them.
 *
 * @param dependenciesOf what a unit depends on; `null` where that is not known
 */
export function unitsBetween(
  sources: Iterable<string>,
  targets: ReadonlySet<string>,
  dependenciesOf: (unit: string) => readonly string[] | null,
): Set<string> {
  const dependents = new Map<string, string[]>();
  const unknown = new Set<string>();
  // Sets that grow while they are walked through.
  const reached = new Set(sources);
  for (const unit of reached) {
    const dependencies = dependenciesOf(unit);
    if (dependencies === null) unknown.add(unit);
    for (const dependency of dependencies ?? []) {
      reached.add(dependency);
      const units = dependents.get(dependency);
      if (units === undefined) dependents.set(dependency, [unit]);
      else units.push(unit);
    }
  }
  const leading = new Set(
    [...targets].filter((target) => reached.has(target)).flatMap((target) => dependents.get(target) ?? []),
  );
  for (const unit of leading) for (const dependent of dependents.get(unit) ?? []) leading.add(dependent);
  return new Set([...leading, ...unknown]);
}
