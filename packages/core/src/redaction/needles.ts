/** Where texts of a fixed set occur in a text: the longest one that begins at each position, in the order of positions. */
export type Needles = { find(text: string): Iterable<readonly [start: number, end: number]> };

/** Longer needles are looked for in pieces: what is spent on a position is bounded, and a half of a value is found too. */
export const LONGEST = 64;
const SHORTEST = 4;

const FILTER_BITS = 18;

/**
 * Prepares texts to be looked for all at once, whatever their number: the time is proportional to the text's length.
 *
 * @param texts of at least 4 characters each
 */
export function needlesOf(texts: Iterable<string>): Needles {
  const sorted = [...new Set([...texts].flatMap(pieces))].toSorted();
  const shorter = shorterNeedles(sorted);
  const filter = new Uint8Array(1 << FILTER_BITS);
  for (const needle of sorted) filter[hashAt(needle, 0)] = 1;
  /** The length of the longest needle that a text begins with: the one before it in order, or one that begins that. */
  const longestAt = (text: string): number => {
    let index = lastUpTo(sorted, text);
    while (index >= 0 && !text.startsWith(sorted[index] ?? "")) index = shorter[index] ?? -1;
    return sorted[index]?.length ?? 0;
  };
  return {
    *find(text) {
      for (let start = 0; start + SHORTEST <= text.length; start += 1) {
        if (filter[hashAt(text, start)] !== 1) continue;
        const length = longestAt(text.slice(start, start + LONGEST));
        if (length > 0) yield [start, start + length];
      }
    },
  };
}

function pieces(text: string): string[] {
  if (text.length <= LONGEST) return [text];
  const found: string[] = [];
  for (let start = 0; start < text.length; start += LONGEST) {
    found.push(text.slice(Math.min(start, text.length - LONGEST)).slice(0, LONGEST));
  }
  return found.filter((piece) => /\S/.test(piece));
}

/** For each needle the index of the longest other one that it begins with, or -1. */
function shorterNeedles(sorted: readonly string[]): Int32Array {
  const shorter = new Int32Array(sorted.length).fill(-1);
  for (let index = 1; index < sorted.length; index += 1) {
    let candidate = index - 1;
    while (candidate >= 0 && !(sorted[index] ?? "").startsWith(sorted[candidate] ?? "")) {
      candidate = shorter[candidate] ?? -1;
    }
    shorter[index] = candidate;
  }
  return shorter;
}

function lastUpTo(sorted: readonly string[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? "") <= text) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Of the four characters from a position on. */
function hashAt(text: string, at: number): number {
  let hash = 0;
  for (let index = at; index < at + SHORTEST; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> FILTER_BITS)) & ((1 << FILTER_BITS) - 1);
}
