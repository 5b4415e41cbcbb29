/** Paths of one sentence that are named before the rest is counted. */
const SHOWN = 20;

/** Paths in a sentence: a long list is cut, since a message goes into comments and logs. */
export function listPaths(paths: readonly string[]): string {
  const shown = paths.slice(0, SHOWN).map((path) => `\`${path}\``);
  return paths.length > SHOWN ? `${shown.join(", ")} and ${paths.length - SHOWN} more` : shown.join(", ");
}
