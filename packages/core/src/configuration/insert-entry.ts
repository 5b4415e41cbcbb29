import { isDeepStrictEqual } from "node:util";
import { type Document, isCollection, isMap, isNode, isPair, parseDocument, type YAMLMap } from "yaml";

/**
 * Adds an entry at the end of a map of a YAML text. Everything that is there stays as it is, byte by byte, where the map is
 * written in lines of its own; a map in braces is written anew by the library, with its comments and order.
 *
 * @param path the keys that lead to the map; empty for the whole document
 * @param entry one or more entries in lines, `key: …` at the left margin, comments among them
 * @throws when the place is no map, or has one of the keys
 */
export function insertEntry(text: string, path: readonly string[], entry: string): string {
  const document = read(text);
  const before: unknown = document.toJS() ?? {};
  const added: unknown = read(entry).toJS();
  const lines = entry.trimEnd().split(/\r?\n/);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  const after =
    isMap(map) && map.flow !== true && map.items.length > 0
      ? insertInLines(text, map, lines, newline)
      : path.length === 0 && map === null
        ? appended(text, lines, newline)
        : rewritten(document, path, entry);
  const expected = merged(before, path, added);
  if (!isDeepStrictEqual(read(after).toJS(), expected)) throw new Error(`${path.join(".")} can't be added to`);
  return after;
}

function read(text: string): Document {
  const document = parseDocument(text, { logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) throw error;
  return document;
}

function merged(value: unknown, path: readonly string[], added: unknown): unknown {
  const [key, ...rest] = path;
  const record = Object(value ?? {});
  return key === undefined ? { ...record, ...Object(added) } : { ...record, [key]: merged(record[key], rest, added) };
}

function appended(text: string, lines: readonly string[], newline: string): string {
  const start = text === "" || text.endsWith("\n") ? text : `${text}${newline}`;
  return `${start}${lines.join(newline)}${newline}`;
}

function insertInLines(text: string, map: YAMLMap, lines: readonly string[], newline: string): string {
  const last = map.items.at(-1);
  const key = startOf(last?.key);
  const indent = text.slice(text.lastIndexOf("\n", key - 1) + 1, key);
  const at = endOfItem(text, endOf(last), indent.length);
  const head = text.slice(0, at);
  const isSetOff = map.items.length > 1 && /\n[ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*[ \t]*$/.test(text.slice(0, key));
  const gap = isSetOff ? newline : "";
  const block = lines.map((line) => (line.trim() === "" ? "" : `${indent}${line}`)).join(newline);
  return `${head}${head.endsWith("\n") ? "" : newline}${gap}${block}${newline}${text.slice(at)}`;
}

/** Behind the line in which an item ends, and behind comments that stand deeper than its key: they are about it. */
function endOfItem(text: string, end: number, indent: number): number {
  const lineEnd = (from: number): number => {
    const newline = text.indexOf("\n", from);
    return newline === -1 ? text.length : newline + 1;
  };
  let at = text[end - 1] === "\n" ? end : lineEnd(end);
  for (;;) {
    const next = lineEnd(at);
    const [, blanks] = /^([ \t]*)#/.exec(text.slice(at, next)) ?? [];
    if (blanks === undefined || blanks.length <= indent) return at;
    at = next;
  }
}

function rewritten(document: Document, path: readonly string[], entry: string): string {
  const { contents } = read(entry);
  for (const pair of isMap(contents) ? contents.items : []) document.setIn([...path, String(pair.key)], pair.value);
  return document.toString({ lineWidth: 0 });
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Where a value ends, or the key of an empty one: blank lines and comments that follow a block belong to no part of it. */
function endOf(node: unknown): number {
  if (isPair(node)) return endOf(node.value) || endOf(node.key);
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return isNode(node) ? (node.range?.[1] ?? 0) : 0;
}
