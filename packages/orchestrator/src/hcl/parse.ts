import { Language, type Node, Parser } from "web-tree-sitter";
import { locateWasm } from "./wasm.ts";

/** An expression, as far as the scan looks into it. */
export type Expression =
  | { readonly kind: "template"; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  /** `local.a.b`, or attributes of a call's result: `read_terragrunt_config("x").locals.y`. */
  | { readonly kind: "access"; readonly of: string | Expression; readonly keys: readonly string[] }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | {
      readonly kind: "object";
      readonly entries: readonly { readonly key: string | null; readonly value: Expression }[];
    }
  /** `[for name in collection : …]`, with what it makes and what it asks. */
  | {
      readonly kind: "for";
      readonly names: readonly string[];
      readonly collection: Expression;
      readonly results: readonly Expression[];
    }
  /** Anything else; the calls inside it still count. */
  | { readonly kind: "other"; readonly inside: readonly Expression[] };

export type Attribute = {
  readonly name: string;
  readonly value: Expression;
  /** Counted from 1. */
  readonly line: number;
};
export type Block = { readonly type: string; readonly labels: readonly string[]; readonly body: Body };
export type Body = {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly Block[];
  /** Something in it is no HCL, so that more may be meant than is read. */
  readonly isBroken: boolean;
};

/** What a file without text says. */
export const EMPTY: Body = { attributes: [], blocks: [], isBroken: false };

/**
 * Parses HCL into the little that the scan needs. Tolerates errors: what can be read is read. Text that breaks the
 * bounds of `unreadableHcl` is for the caller to keep away.
 */
export type HclParser = (text: string) => Body;

const MOST_CHARACTERS = 5_000_000;
const DEEPEST_NESTING = 500;

/** Why a text is no HCL that anybody wrote by hand and can review, or `null`: it would cost minutes and gigabytes. */
export function unreadableHcl(text: string): { readonly line: number; readonly message: string } | null {
  if (text.length > MOST_CHARACTERS) return { line: 1, message: "it is longer than 5 million characters" };
  let line = 1;
  let depth = 0;
  // By number: this looks at every character of a large repository.
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (character === 0x0a) line += 1;
    else if (character === 0) return { line, message: "it holds a NUL character" };
    else if (character === 0x5b || character === 0x28 || character === 0x7b) depth += 1;
    else if (character === 0x5d || character === 0x29 || character === 0x7d) depth = Math.max(0, depth - 1);
    if (depth > DEEPEST_NESTING) return { line, message: `it is nested deeper than ${DEEPEST_NESTING} levels` };
  }
  return null;
}

/** Loads the grammar. One parser serves one run. */
export async function loadHclParser(): Promise<HclParser> {
  await Parser.init({ locateFile: () => locateWasm("web-tree-sitter.wasm") });
  const parser = new Parser();
  parser.setLanguage(await Language.load(locateWasm("tree-sitter-hcl.wasm")));
  return (text) => {
    const tree = parser.parse(text.replace(/^\uFEFF/, ""));
    if (tree === null) throw new Error("the HCL parser was given no language");
    try {
      const body = children(tree.rootNode).find((node) => node.type === "body");
      const { hasError } = tree.rootNode;
      return body === undefined ? { ...EMPTY, isBroken: hasError } : { ...bodyOf(body), isBroken: hasError };
    } finally {
      // The tree lives in the parser's own memory, which nobody else frees.
      tree.delete();
    }
  };
}

const lineOf = (node: Node): number => node.startPosition.row + 1;
const children = (node: Node): Node[] => node.namedChildren.filter((child) => child !== null);

function bodyOf(node: Node): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  for (const child of children(node)) {
    if (child.type === "attribute") {
      const [name, value] = children(child);
      if (name?.type === "identifier" && value !== undefined) {
        attributes.push({ name: name.text, value: expressionOf(value), line: lineOf(child) });
      }
    } else if (child.type === "block") {
      const parts = children(child);
      const type = parts.find((part) => part.type === "identifier")?.text ?? "";
      const labels = parts.filter((part) => part.type === "string_lit").map(literalText);
      const body = parts.find((part) => part.type === "body");
      blocks.push({ type, labels, body: body === undefined ? EMPTY : bodyOf(body) });
    } else if (child.type === "ERROR") {
      const inside = children(child).map(expressionOf);
      attributes.push({ name: "", value: { kind: "other", inside }, line: lineOf(child) });
    }
  }
  return { attributes, blocks, isBroken: node.hasError };
}

function expressionOf(node: Node): Expression {
  switch (node.type) {
    case "expression":
      return accessOf(children(node));
    case "literal_value":
    case "template_expr":
    case "collection_value": {
      const [only] = children(node);
      return only === undefined ? other(node) : expressionOf(only);
    }
    case "string_lit":
      return { kind: "template", parts: [literalText(node)] };
    case "quoted_template":
      return { kind: "template", parts: templateParts(node) };
    case "heredoc_template":
      return { kind: "template", parts: heredocParts(node) };
    case "function_call": {
      const [name, args] = children(node);
      return { kind: "call", name: name?.text ?? "", args: args === undefined ? [] : children(args).map(expressionOf) };
    }
    case "variable_expr":
      return { kind: "access", of: node.text, keys: [] };
    case "numeric_lit":
      // HCL writes a number as it writes numbers: `1.0` is "1".
      return String(Number(node.text)) === node.text ? { kind: "template", parts: [node.text] } : other(node);
    case "bool_lit":
      return { kind: "template", parts: [node.text] };
    case "tuple":
      return { kind: "list", items: children(node).filter(isExpression).map(expressionOf) };
    case "object":
      return { kind: "object", entries: children(node).flatMap(objectEntry) };
    case "for_expr":
      return forOf(node);
    default:
      return other(node);
  }
}

const isExpression = (node: Node): boolean => node.type === "expression";
const other = (node: Node): Expression => ({ kind: "other", inside: children(node).map(expressionOf) });

/** Its parts are an introduction, what it makes of each item, and a condition. */
function forOf(node: Node): Expression {
  const [inner] = children(node);
  const [intro, ...results] =
    inner === undefined ? [] : children(inner).filter(({ type }) => /^(?:for_intro|expression|for_cond)$/.test(type));
  const collection = intro === undefined ? undefined : children(intro).find(isExpression);
  if (intro === undefined || collection === undefined) return other(node);
  const names = children(intro)
    .filter(({ type }) => type === "identifier")
    .map(({ text }) => text);
  return { kind: "for", names, collection: expressionOf(collection), results: results.map(expressionOf) };
}

/** An expression is a first part followed by `.name` and `["name"]`; what follows a splat or another index is open. */
function accessOf(parts: readonly Node[]): Expression {
  const [first, ...rest] = parts;
  if (first === undefined) return { kind: "other", inside: [] };
  const base = expressionOf(first);
  if (rest.length === 0) return base;
  const keys: string[] = [];
  for (const part of rest) {
    const key = keyOf(part);
    if (key === null) {
      const known = keys.length === 0 ? base : accessTo(base, keys);
      return { kind: "other", inside: [known, ...rest.slice(keys.length).map(expressionOf)] };
    }
    keys.push(key);
  }
  return accessTo(base, keys);
}

const accessTo = (base: Expression, keys: readonly string[]): Expression =>
  base.kind === "access" && base.keys.length === 0 ? { ...base, keys } : { kind: "access", of: base, keys };

function keyOf(node: Node): string | null {
  if (node.type === "get_attr") return children(node)[0]?.text ?? null;
  const text = node.type === "index" ? /^\[\s*(?:"([^"$%\\]+)"|(\d+))\s*\]$/.exec(node.text) : null;
  return text?.[1] ?? text?.[2] ?? null;
}

function objectEntry(node: Node): { key: string | null; value: Expression }[] {
  const [keyNode, valueNode] = [node.childForFieldName("key"), node.childForFieldName("val")];
  if (keyNode === null || valueNode === null) return [];
  const key = expressionOf(keyNode);
  const name =
    key.kind === "access" && typeof key.of === "string" && key.keys.length === 0
      ? key.of
      : key.kind === "template" && key.parts.length === 1 && typeof key.parts[0] === "string"
        ? key.parts[0]
        : null;
  const value = expressionOf(valueNode);
  // What a key is made with is read as well.
  return [{ key: name, value: name === null ? { kind: "other", inside: [key, value] } : value }];
}

function templateParts(node: Node): (string | Expression)[] {
  let end = node.startIndex;
  return children(node).flatMap((part): (string | Expression)[] => {
    // The grammar passes over white space between interpolations, which is text here.
    const between = node.text.slice(end - node.startIndex, part.startIndex - node.startIndex);
    end = part.endIndex;
    return [...(between === "" ? [] : [between]), ...templatePart(part)];
  });
}

/** The grammar passes over white space beside interpolations; between lines none of it matters to a path. */
function heredocParts(node: Node): (string | Expression)[] {
  let end = node.startIndex;
  return children(node).flatMap((part): (string | Expression)[] => {
    const isText = part.type === "template_literal" || part.type.startsWith("template_");
    const between =
      isText && end > node.startIndex ? node.text.slice(end - node.startIndex, part.startIndex - node.startIndex) : "";
    end = part.endIndex;
    return isText ? [...(between === "" ? [] : [between]), ...templatePart(part)] : [];
  });
}

function templatePart(part: Node): (string | Expression)[] {
  if (part.type === "template_literal") return [unescaped(part.text)];
  if (part.type === "template_interpolation") {
    // `${~` and `~}` take away the white space beside them.
    if (/^\$\{~|~\}$/.test(part.text)) return [other(part)];
    const [inner] = children(part).filter(isExpression);
    return inner === undefined ? [] : [expressionOf(inner)];
  }
  return part.type.startsWith("quoted_template_") ? [] : [other(part)];
}

/** What stands between the quotes; the grammar passes over white space at their sides. */
const literalText = (node: Node): string => unescaped(node.text.replaceAll(/^"|"$/g, ""));

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

function unescaped(text: string): string {
  return text
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_whole, short, long, single) =>
      single === undefined ? String.fromCodePoint(Number.parseInt(short ?? long, 16)) : (ESCAPES[single] ?? single),
    )
    .replaceAll("$${", "${")
    .replaceAll("%%{", "%{");
}

/** Every call inside an expression, outermost first. */
export function* callsIn(expression: Expression): Generator<Extract<Expression, { kind: "call" }>> {
  if (expression.kind === "call") yield expression;
  for (const inner of innerOf(expression)) yield* callsIn(inner);
}

/** The expressions directly inside of an expression. */
export function innerOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "template":
      return expression.parts.filter((part) => typeof part !== "string");
    case "call":
      return expression.args;
    case "access":
      return typeof expression.of === "string" ? [] : [expression.of];
    case "list":
      return expression.items;
    case "object":
      return expression.entries.map((entry) => entry.value);
    case "for":
      return [expression.collection, ...expression.results];
    case "other":
      return expression.inside;
    default:
      return expression satisfies never;
  }
}

/** Every attribute of a body, those of its blocks included, with the types of the blocks around it. */
export function* attributesIn(
  body: Body,
  around: readonly string[] = [],
): Generator<{ readonly attribute: Attribute; readonly around: readonly string[] }> {
  for (const attribute of body.attributes) yield { attribute, around };
  for (const block of body.blocks) yield* attributesIn(block.body, [...around, block.type]);
}
