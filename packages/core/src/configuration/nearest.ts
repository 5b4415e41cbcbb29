import { closestMatch } from "leven";

/** The candidate closest to a mistyped word, or `null` when none is close enough to be meant. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  const byLowerCase = new Map(candidates.map((candidate) => [candidate.toLowerCase(), candidate]));
  const maxDistance = Math.max(2, Math.floor(word.length / 3));
  const closest = closestMatch(word.toLowerCase(), [...byLowerCase.keys()], { maxDistance });
  return closest === undefined ? null : (byLowerCase.get(closest) ?? null);
}
