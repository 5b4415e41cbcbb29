/** One `name = value` of an HCL file. */
export type Attribute = {
  readonly name: string;
  /** The text between the quotes where the value starts with a string, with its templates as written; else `null`. */
  readonly text: string | null;
  /** Counted from 1. */
  readonly line: number;
  /** How many blocks and brackets it stands in. */
  readonly depth: number;
};

type Token = {
  readonly kind: "word" | "string" | "heredoc" | "sign";
  readonly text: string;
  readonly line: number;
};

/**
 * White space, comments, a heredoc's marker, a string, a word, any other character. A string's template may hold quotes
 * (`"${get_env("X")}"`), one level of which is enough for what is looked for here.
 */
const TOKEN =
  /(?<space>\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|<<-?(?<marker>[\w-]+)[^\n]*\n|"(?<string>(?:[$%]\{(?:"[^"\n]*"|[^"{}\n])*\}|[$%](?!\{)|\\.|[^"\\\n$%])*)"|(?<word>[\p{L}_][\p{L}\p{N}_-]*)|(?<sign>==|=>|[\s\S])/uy;

/**
 * The attributes of an HCL text, those of a generated file (a heredoc) in it included. It tells what stands there and evaluates
 * nothing; what is malformed is passed over.
 */
export function attributesOf(text: string): Attribute[] {
  return attributesIn(text, (body) => attributesIn(body, () => []));
}

function attributesIn(text: string, inHeredoc: (body: string) => Attribute[]): Attribute[] {
  const found: Attribute[] = [];
  const tokens = [...tokensOf(text)];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "heredoc") {
      for (const inner of inHeredoc(token.text)) {
        found.push({ ...inner, line: inner.line + token.line, depth: inner.depth + depth + 1 });
      }
    }
    if (token.kind === "sign" && "{[(".includes(token.text)) depth += 1;
    if (token.kind === "sign" && "}])".includes(token.text)) depth = Math.max(0, depth - 1);
    if (token.kind !== "word" || tokens[index + 1]?.text !== "=" || tokens[index + 1]?.kind !== "sign") continue;
    const value = tokens[index + 2];
    found.push({ name: token.text, text: value?.kind === "string" ? value.text : null, line: token.line, depth });
  }
  return found;
}

/** The labels of a lock file's `provider` blocks. */
export function providersOf(text: string): { readonly name: string; readonly line: number }[] {
  const tokens = [...tokensOf(text)];
  return tokens.flatMap((token, index) => {
    const label = tokens[index + 1];
    return token.kind === "word" && token.text === "provider" && label?.kind === "string"
      ? [{ name: label.text, line: label.line }]
      : [];
  });
}

function* tokensOf(text: string): Generator<Token> {
  const pattern = new RegExp(TOKEN);
  let line = 1;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match?.groups === undefined) return;
    const at = line;
    line += countLines(match[0]);
    const { marker, string, word, sign } = match.groups;
    if (marker !== undefined) {
      const body = heredocBody(text, pattern.lastIndex, marker);
      yield { kind: "heredoc", text: body, line: at };
      pattern.lastIndex += body.length;
      line += countLines(body);
    } else if (string !== undefined) yield { kind: "string", text: string, line: at };
    else if (word !== undefined) yield { kind: "word", text: word, line: at };
    else if (sign !== undefined) yield { kind: "sign", text: sign, line: at };
  }
}

const countLines = (text: string): number => text.split("\n").length - 1;

/** Everything up to the line that is the marker alone. */
function heredocBody(text: string, from: number, marker: string): string {
  let at = from;
  for (const line of text.slice(from).split("\n")) {
    if (line.trim() === marker) return text.slice(from, at);
    at += line.length + 1;
  }
  return text.slice(from);
}
