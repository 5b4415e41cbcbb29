import { type Document, type ErrorCode, LineCounter, parseDocument, type YAMLParseError } from "yaml";
import { z } from "zod";
import { ConfigurationError } from "./configuration-error.ts";

/** A YAML text that was read: its value, and where in the text each part of it stands. */
export type YamlText = {
  /** `null` for an empty text. */
  readonly value: unknown;
  /** The line, counted from 1, of the key at a path, or of the nearest parent that has one. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | null;
};

const MOST_CHARACTERS = 1_000_000;
const DEEPEST = 100;
const MOST_ALIASES = 100;

/**
 * Parses YAML.
 *
 * @param file how messages name the text
 * @throws ConfigurationError with every mistake and its line
 */
export function parseYaml(text: string, file: string): YamlText {
  const unreadable = whyUnreadable(text);
  if (unreadable !== null) throw new ConfigurationError(file, [unreadable]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, logLevel: "error" });
  const mistakes = [...document.errors, ...document.warnings].toSorted(
    (a, b) => Number(b.code === "MULTILINE_IMPLICIT_KEY") - Number(a.code === "MULTILINE_IMPLICIT_KEY"),
  );
  if (mistakes.length > 0) {
    // One mistake makes more of them on its line: the first says what it is.
    const byLine = new Map(mistakes.toReversed().map((mistake) => [lines.linePos(mistake.pos[0]).line, mistake]));
    const sorted = [...byLine].toSorted(([a], [b]) => a - b);
    const issues = sorted.map(([line, mistake]) => ({ line, message: inWords(mistake, text) }));
    throw new ConfigurationError(file, issues);
  }
  return { value: expanded(document, text, file), lineOf: (path) => lineOf(path, document, lines) };
}

type Unreadable = { readonly line: number; readonly message: string };

/** Git and the file system hand over text as UTF-8; what is none of it shows. */
function whyUnreadable(text: string): Unreadable | null {
  const lineAt = (index: number): number => text.slice(0, index).split("\n").length;
  if (text.length > MOST_CHARACTERS) return { line: 1, message: "the file is longer than a million characters" };
  if (/^(?:\uFFFD\uFFFD|\uFEFF)?(?:[^\0]\0|\0[^\0])/.test(text)) {
    return { line: 1, message: "the file is written in UTF-16; save it as UTF-8" };
  }
  const nul = text.indexOf("\0");
  if (nul >= 0) return { line: lineAt(nul), message: "the file holds a NUL character; take it out" };
  const broken = text.indexOf("\uFFFD");
  if (broken >= 0) return { line: lineAt(broken), message: "the file is not written in UTF-8; save it as UTF-8" };
  let [depth, line] = [0, 1];
  for (const character of text) {
    if (character === "\n") line += 1;
    if ("[{".includes(character)) depth += 1;
    else if ("]}".includes(character)) depth = Math.max(0, depth - 1);
    if (depth > DEEPEST) return { line, message: `the file is nested deeper than ${DEEPEST} levels` };
  }
  return null;
}

function inWords(mistake: Pick<YAMLParseError, "code" | "pos">, text: string): string {
  const rest = text.slice(mistake.pos[0]);
  if (mistake.code === "DUPLICATE_KEY") {
    return `the key \`${/^[^:\n]*/.exec(rest)?.[0].trim() ?? ""}\` is given twice; keep one of them`;
  }
  return WORDS[mistake.code];
}

const COLON = "a key needs a colon and a blank before its value, and its value stands deeper or on the same line";

const WORDS = {
  ALIAS_PROPS: "an alias (`*name`) takes no anchor or tag of its own",
  BAD_ALIAS: "an alias is `*` and the name of an anchor; put a text that begins with `*` in quotes",
  BAD_COLLECTION_TYPE: "a tag (`!`) does not fit what follows it; leave it out",
  BAD_DIRECTIVE: "a line that begins with `%` is a directive that is not known; leave it out",
  BAD_DQ_ESCAPE: "a backslash in double quotes begins an escape; write `\\\\` for a backslash, or use single quotes",
  BAD_INDENT: "the indentation does not fit, or a `]` or `}` is missing",
  BAD_PROP_ORDER: "an anchor (`&name`) stands behind the key that it is for",
  BAD_SCALAR_START: "a text can't begin with this character; put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: `${COLON}; put a text with a colon in quotes`,
  BLOCK_IN_FLOW: "inside of `[ ]` and `{ }` entries are separated by commas",
  DUPLICATE_KEY: "a key is given twice; keep one of them",
  IMPOSSIBLE: "this is no YAML",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters",
  MISSING_CHAR: "something is not closed or not finished: a quote, a `]`, a `}`, or the colon behind a key",
  MULTILINE_IMPLICIT_KEY: `${COLON}; is the line before it indented differently?`,
  MULTIPLE_ANCHORS: "one value has two anchors (`&name`)",
  MULTIPLE_DOCS: "a second document begins here (`---`); keep everything in one",
  MULTIPLE_TAGS: "one value has two tags (`!`)",
  NON_STRING_KEY: "a key has to be a text",
  RESOURCE_EXHAUSTION: "the text expands to more than can be read; leave the aliases out",
  TAB_AS_INDENT: "a tab is no indentation in YAML; use blanks",
  TAG_RESOLVE_FAILED: "tags (`!name`) are not read; write the value without",
  UNEXPECTED_TOKEN: "this does not belong here: a bracket, comma or colon too many, or too far left or right",
} as const satisfies Record<ErrorCode, string>;

function expanded(document: Document, text: string, file: string): unknown {
  const alias = text.split("\n").findIndex((line) => /(?:^|[\s[{,:-])\*\S/.test(line));
  const failed = (message: string, cause: unknown): ConfigurationError =>
    new ConfigurationError(file, [{ line: alias < 0 ? 1 : alias + 1, message }], { cause });
  try {
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    // An alias inside of what it names goes on for ever.
    JSON.stringify(value);
    return value ?? null;
  } catch (cause) {
    const unresolved = cause instanceof ReferenceError && /^Unresolved alias/.test(cause.message);
    throw unresolved
      ? failed(
          "an alias (`*name`) names no anchor (`&name`) before it; put a text that begins with `*` in quotes",
          cause,
        )
      : failed("aliases (`*name`) expand to more than can be read; write the values out", cause);
  }
}

function lineOf(path: readonly PropertyKey[], document: Document, lines: LineCounter): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const key = path[length - 1];
    const parent: unknown = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const offset = offsetOfKey(parent, key);
    if (offset !== null) return lines.linePos(offset).line;
  }
  return document.contents === null ? null : 1;
}

const Positioned = z.object({ range: z.tuple([z.number(), z.number(), z.number()]) });
const Pairs = z.object({ items: z.array(z.object({ key: z.object({ value: z.unknown() }).loose() }).loose()) });
const Items = z.object({ items: z.array(z.object({}).loose()) });

function offsetOfKey(parent: unknown, key: PropertyKey | undefined): number | null {
  const pairs = Pairs.safeParse(parent);
  if (pairs.success) {
    const pair = pairs.data.items.find((item) => String(item.key.value) === String(key));
    const positioned = Positioned.safeParse(pair?.key);
    return positioned.success ? positioned.data.range[0] : null;
  }
  const items = Items.safeParse(parent);
  if (items.success && typeof key === "number") {
    const positioned = Positioned.safeParse(items.data.items[key]);
    return positioned.success ? positioned.data.range[0] : null;
  }
  return null;
}
