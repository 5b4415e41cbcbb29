import { credentialsIn, matchesOf, type Span } from "./credentials.ts";
import { type Needles, needlesOf } from "./needles.ts";
import type { Pattern } from "./pattern.ts";
import { spellingsOf } from "./spellings.ts";
import { type View, viewsOf } from "./views.ts";

/** Replaces secrets in a text. */
export type Mask = (text: string) => string;

const MASKED = "***";

/** Across an end of a line, a shorter text is found by chance. */
const SHORTEST_ACROSS_LINES = 8;

/**
 * A mask for known values in every common form (escaped, encoded, cut by ends of lines), known forms of credentials
 * and a configuration's own patterns. Its time is proportional to the text's length, whatever the text.
 *
 * @param values secrets as they are; each line of a value of several lines is masked as well
 * @param patterns of the configuration
 */
export function maskOf(values: Iterable<string>, patterns: readonly Pattern[] = []): Mask {
  const spellings = [...new Set(values)].map(spellingsOf);
  const texts = needlesOf(spellings.flatMap((all) => all.texts));
  const base64 = needlesOf(spellings.flatMap((all) => all.base64));
  return (text) => {
    const spans = [...credentialsIn(text), ...patterns.flatMap((pattern) => matchesOf(pattern, text))];
    if (spellings.length > 0) {
      for (const view of viewsOf(text)) {
        for (const span of [...originsOf(view, texts, null), ...originsOf(view, base64, widened)]) {
          if (span.length >= SHORTEST_ACROSS_LINES || !text.slice(...span.origin).includes("\n"))
            spans.push(span.origin);
        }
      }
    }
    return masked(text, spans);
  };
}

/** Where needles of a view stand in the text itself. */
function* originsOf(view: View, needles: Needles, widen: typeof widened | null) {
  for (const [start, end] of needles.find(view.text)) {
    const [from, to] = widen === null ? [start, end] : widen(view.text, start, end);
    yield { length: end - start, origin: view.origin(from, to) };
  }
}

/** The characters beside a piece of base64 that hold some bits of it as well, and its padding. */
function widened(text: string, start: number, end: number): Span {
  const isDigit = (index: number): boolean => /[A-Za-z0-9+/_-]/.test(text.charAt(index));
  let to = isDigit(end) ? end + 1 : end;
  while (to < end + 3 && text.charAt(to) === "=") to += 1;
  return [isDigit(start - 1) ? start - 1 : start, to];
}

/** The text with one mask for each run of parts that overlap or touch. */
function masked(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let last = 0;
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (end <= last) continue;
    if (start > last || pieces.length === 0) pieces.push(text.slice(last, start), MASKED);
    last = end;
  }
  return pieces.length === 0 ? text : pieces.join("") + text.slice(last);
}
