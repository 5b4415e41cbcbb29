/**
 * A piece of a pattern: a character as it is; `one` character or any `segment` of them, both without a slash; `any`thing;
 * `folders`, none or more with their slashes; `below`, nothing or a slash and what follows it.
 */
export type Piece = { readonly text: string } | "one" | "segment" | "any" | "folders" | "below";

/**
 * Whether a whole text fits. All ways are followed side by side, so that no pattern of a hostile repository, however many
 * stars it has, takes longer than its length times the text's.
 */
export function fits(pieces: readonly Piece[], text: string): boolean {
  let ends = new Set([0]);
  for (const piece of pieces) {
    if (ends.size === 0) return false;
    ends = new Set(next(piece, ends, text));
  }
  return ends.has(text.length);
}

/** The places in the text that a piece can end at, when it may begin at any of those given. */
function next(piece: Piece, starts: ReadonlySet<number>, text: string): number[] {
  const first = Math.min(...starts);
  const places = Array.from({ length: text.length + 1 - first }, (_, index) => first + index);
  if (typeof piece === "object") {
    return [...starts].flatMap((at) => (text.startsWith(piece.text, at) ? [at + piece.text.length] : []));
  }
  switch (piece) {
    case "one":
      return [...starts].flatMap((at) => (at < text.length && text[at] !== "/" ? [at + 1] : []));
    case "segment": {
      const ends: number[] = [];
      let isInside = false;
      for (const at of places) {
        isInside = starts.has(at) || (isInside && text[at - 1] !== "/");
        if (isInside) ends.push(at);
      }
      return ends;
    }
    case "any":
      return places;
    case "folders":
      return places.filter((at) => starts.has(at) || (at > first && text[at - 1] === "/"));
    case "below":
      return [...starts].flatMap((at) => (text[at] === "/" ? [at, text.length] : [at]));
    default:
      return piece satisfies never;
  }
}

/** The pieces of a pattern of names with `*` and `?`; what the pattern's stars stand for is the caller's to say. */
export function piecesOf(pattern: string, star: (stars: string) => Piece): Piece[] {
  return (pattern.match(/\*+|\?|[^*?]+/g) ?? []).map((part) => {
    if (part.startsWith("*")) return star(part);
    return part === "?" ? "one" : { text: part };
  });
}
