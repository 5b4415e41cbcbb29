import { closestMatch } from "leven";

/** The candidate closest to a mistyped word, or `null` when none is close enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const typed = word.toLowerCase();
  // Of a word of three letters, two others are another word, if not the opposite (`off`, `on`): swapped ones are none.
  const swapped = [...byLowerCase.keys()].find((candidate) => lettersOf(candidate) === lettersOf(typed));
  const maxDistance = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const closest = swapped ?? closestMatch(typed, [...byLowerCase.keys()], { maxDistance });
  return closest === undefined ? null : (byLowerCase.get(closest) ?? null);
}

const lettersOf = (word: string): string => [...word].toSorted().join("");
