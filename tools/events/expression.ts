import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { truthy } from "@actions/expressions/result";

/** What an expression sees: `github`, `needs`, `matrix` and the like, as plain values. */
export type Contexts = Readonly<Record<string, unknown>>;

/** What the status functions answer at a place. */
export type Status = { readonly success: boolean; readonly failure: boolean; readonly cancelled: boolean };

const STATUS_FUNCTIONS = ["success", "failure", "cancelled", "always"] as const;

/** The value of an expression, by GitHub's own evaluator. @throws Error when it does not parse */
function evaluate(expression: string, contexts: Contexts, status: Status): data.ExpressionData {
  const functions = STATUS_FUNCTIONS.map((name) => {
    const answer = new data.BooleanData(name === "always" ? true : status[name]);
    return { name, minArgs: 0, maxArgs: 0, call: () => answer };
  });
  const tree = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const known: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(known instanceof data.Dictionary)) throw new Error("contexts are a dictionary");
  return new Evaluator(tree, known, new Map(functions.map((each) => [each.name, each]))).evaluate();
}

/** The value of a text that is one expression, `${{ … }}`, as a plain value; any other text as it is. */
export function plainValue(text: string, contexts: Contexts, status: Status): unknown {
  const [, expression] = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text.trim()) ?? [];
  if (expression === undefined) return fill(text, contexts, status);
  return JSON.parse(JSON.stringify(evaluate(expression, contexts, status), data.replacer));
}

/** A text with its expressions replaced by their values. */
export function fill(text: string, contexts: Contexts, status: Status): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_all, expression: string) =>
    evaluate(expression, contexts, status).coerceString(),
  );
}

/** Whether an `if` holds: one that names no status function means `success() && (…)`. */
export function holds(condition: string | undefined, contexts: Contexts, status: Status): boolean {
  const expression = (condition ?? "success()").trim().replace(/^\$\{\{([\s\S]*)\}\}$/, "$1");
  const words = expression.replaceAll(/'(?:[^']|'')*'/g, "");
  const asks = new RegExp(`\\b(?:${STATUS_FUNCTIONS.join("|")})\\s*\\(`).test(words);
  return truthy(evaluate(asks ? expression : `success() && (${expression})`, contexts, status));
}
