import { folderOf, liesIn } from "../paths.ts";
import type { Stack } from "../snapshot.ts";
import { shelfOfStacks } from "../templates.ts";

type Written = Pick<Stack, "folder" | "templates">;

/** Answers which stacks copy a stack: by its folder, or by one that holds it. */
export function copiersAmong<S extends Written>(stacks: readonly S[]): (stack: S) => readonly S[] {
  const copying = Map.groupBy(
    stacks.flatMap((stack) => stack.templates.map((source) => ({ source, stack }))),
    ({ source }) => source,
  );
  const copiersOf = ({ folder }: S): S[] => {
    const found = new Set<S>();
    for (let at = folder; ; at = folderOf(at)) {
      for (const { stack } of copying.get(at) ?? []) if (stack.folder !== folder) found.add(stack);
      if (at === ".") return [...found];
    }
  };
  const copiers = new Map(stacks.map((stack) => [stack.folder, copiersOf(stack)]));
  return ({ folder }) => copiers.get(folder) ?? [];
}

/**
 * Stacks in a folder `stacks` that one outside of it copies, and those that these copy: such a folder is a catalogue. One
 * whose stacks only copy each other may as well be what runs.
 */
export function stacksOfCatalogues<S extends Written>(stacks: readonly S[], copiersOf: (stack: S) => readonly S[]) {
  const found = new Set<S>();
  const isTaken = (stack: S): boolean => {
    const shelf = shelfOfStacks(stack.folder);
    return shelf !== null && copiersOf(stack).some((other) => found.has(other) || !liesIn(other.folder, shelf));
  };
  for (let more = stacks; more.length > 0; ) {
    more = stacks.filter((stack) => !found.has(stack) && isTaken(stack));
    for (const stack of more) found.add(stack);
  }
  return found;
}

/**
 * Stacks in the order in which they can be generated: one that others copy comes after them. Its folder is copied as it
 * is, so what it generates there would be copied as well, half of it where both are generated at once.
 */
export function copiersFirst<S extends Written>(stacks: readonly S[], copiersOf: (stack: S) => readonly S[]): S[][] {
  const waves: S[][] = [];
  const left = new Set(stacks);
  while (left.size > 0) {
    const free = [...left].filter((stack) => !copiersOf(stack).some((other) => left.has(other)));
    // Stacks that copy each other can't be generated anyway.
    const wave = free.length === 0 ? [...left] : free;
    waves.push(wave);
    for (const stack of wave) left.delete(stack);
  }
  return waves;
}
