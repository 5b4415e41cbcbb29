/** What vitest writes in the place of a table's values in a test's name. */
const VALUE = /%[sdifjo]|\$[a-z][\w.]*/gi;

/** Matches the names that a test has, which is written once and may run for each entry of a table. */
export function namesOf(written: string): RegExp {
  const parts = written.split(VALUE).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`${parts.join(".+")}$`);
}
