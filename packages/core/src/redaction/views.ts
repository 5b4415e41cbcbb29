import { LONGEST as LONGEST_NEEDLE } from "./needles.ts";

/** A text as it reads once something is taken off it, and where each part of it stands in the original. */
export type View = {
  readonly text: string;
  /** The part of the original that a part of this text stands for. */
  readonly origin: (start: number, end: number) => readonly [start: number, end: number];
};

/** What is looked for in a text can stand in it in other forms: escaped, encoded for a URL, cut by ends of lines. */
export function viewsOf(text: string): View[] {
  const plain: View = { text, origin: (start, end) => [start, end] };
  const read = layersOf(plain, unescaped).flatMap((view) => layersOf(view, percentDecoded));
  return read.flatMap((view) => [view, ...joined(view)]);
}

/** A text that holds JSON may hold JSON in that again; nobody nests deeper. */
const DEEPEST = 3;

function layersOf(view: View, takeOff: (view: View) => View | null): View[] {
  const layers = [view];
  for (let layer = takeOff(view); layer !== null && layers.length <= DEEPEST; layer = takeOff(layer))
    layers.push(layer);
  return layers;
}

/** The escapes of JSON, HCL, Go and shells, and the entities of XML. */
const ESCAPE =
  /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[^ux])|\$\$\{|%%\{|&(?:amp|lt|gt|quot|apos|#[0-9]{1,4}|#x[0-9a-fA-F]{1,4});/gs;
const NAMED: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ "\\n": "\n", "\\r": "\r", "\\t": "\t", "\\b": "\b", "\\f": "\f", "$${": "${", "%%{": "%{" }),
  ...Object.entries({ "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'" }),
]);

const unescaped = (view: View): View | null =>
  rewritten(view, ESCAPE, (written) => {
    const named = NAMED.get(written);
    if (named !== undefined) return named;
    if (written.startsWith("&#x")) return String.fromCharCode(Number.parseInt(written.slice(3), 16));
    if (written.startsWith("&#")) return String.fromCharCode(Number.parseInt(written.slice(2), 10));
    if (written.length > 2) return String.fromCharCode(Number.parseInt(written.slice(2), 16));
    return written.slice(1);
  });

/** Bytes of ASCII are decoded, those of other characters are left in one spelling: `percentEncoded` writes it as well. */
const percentDecoded = (view: View): View | null =>
  rewritten(view, /%[0-9a-fA-F]{2}/g, (written) => {
    const byte = Number.parseInt(written.slice(1), 16);
    return byte < 0x80 ? String.fromCharCode(byte) : written.toUpperCase();
  });

/** A text whose characters beyond ASCII are written as URLs have them. */
export function percentEncoded(text: string): string {
  return text.toWellFormed().replaceAll(/[^\0-\x7f]+/g, encodeURIComponent);
}

/** The end of a line with what tools draw before the next one: an error's frame, Terragrunt's time and unit. */
const LINE_END = /\r?\n(?:\d\d:\d\d:\d\d\.\d{3} \w+ +(?:\[[^\]\n]*\] )?(?:[\w.-]+: )?)?[ \t│┃|]*/g;
/** The same, or the sign of a diff. */
const DIFF_LINE_END = /\r?\n(?:\d\d:\d\d:\d\d\.\d{3} \w+ +(?:\[[^\]\n]*\] )?(?:[\w.-]+: )?)?[ \t│┃|]*(?:[+~-][ \t]+)?/g;

/** Lines put together: tools break long lines between words, and `base64` anywhere. */
function joined(view: View): View[] {
  const views = [rewritten(view, DIFF_LINE_END, () => ""), rewritten(view, LINE_END, () => " ")];
  return views.filter((found) => found !== null);
}

type Replaced = { readonly at: number; readonly end: number; readonly sourceAt: number; readonly sourceEnd: number };

/**
 * What is looked for begins at most so far before something that was replaced, or ends so far behind it. Whatever is
 * farther away reads as it did before, and is left out.
 */
const NEAR = LONGEST_NEEDLE;
const LEFT_OUT = "\0";

/** A view of a view in which each match is replaced; `null` where that changes nothing. */
function rewritten(view: View, pattern: RegExp, replace: (match: string) => string): View | null {
  const pieces: string[] = [];
  const replaced: Replaced[] = [];
  let [length, last] = [0, 0];
  const keep = (to: number): void => {
    pieces.push(view.text.slice(last, to));
    length += to - last;
    last = to;
  };
  const put = (text: string, sourceEnd: number): void => {
    pieces.push(text);
    replaced.push({ at: length, end: length + text.length, sourceAt: last, sourceEnd });
    length += text.length;
    last = sourceEnd;
  };
  for (const { 0: match, index } of view.text.matchAll(pattern)) {
    const replacement = replace(match);
    if (replacement === match) continue;
    if (index - last > 2 * NEAR) {
      if (last > 0) keep(last + NEAR);
      put(LEFT_OUT, index - NEAR);
    }
    keep(index);
    put(replacement, index + match.length);
  }
  if (replaced.length === 0) return null;
  keep(Math.min(view.text.length, last + NEAR));
  const sourceOf = (position: number): readonly [start: number, end: number] => {
    const previous = lastEndingBy(replaced, position);
    const next = replaced[previous + 1];
    // All that a replacement was made of counts.
    if (next !== undefined && position >= next.at) return [next.sourceAt, next.sourceEnd];
    const { end, sourceEnd } = replaced[previous] ?? { end: 0, sourceEnd: 0 };
    return [sourceEnd + position - end, sourceEnd + position - end + 1];
  };
  return {
    text: pieces.join(""),
    origin: (start, end) => view.origin(sourceOf(start)[0], sourceOf(end - 1)[1]),
  };
}

/** The index of the last replacement that ends at or before a position, or -1. */
function lastEndingBy(replaced: readonly Replaced[], position: number): number {
  let [low, high] = [0, replaced.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((replaced[middle]?.end ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
