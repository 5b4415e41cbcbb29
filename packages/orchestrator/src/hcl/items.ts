import { definitionOf, evaluate, type Scope } from "./evaluate.ts";
import { type Expression, innerOf } from "./parse.ts";

/** How far lists may lead into each other: one that names itself must not go on for ever. */
const DEEPEST = 20;

/**
 * The texts that an expression may come to, or that the list which it makes may hold, in order: of both sides of a
 * condition, and of every turn of a `for`. What only Terragrunt knows is `scope.unknown` in them.
 */
export function itemsOf(expression: Expression, scope: Scope, depth = 0): string[] {
  if (depth > DEEPEST) return [];
  const inside = (inner: readonly Expression[]): string[] => inner.flatMap((each) => itemsOf(each, scope, depth + 1));
  switch (expression.kind) {
    case "list":
    case "object":
    case "other":
      return inside(innerOf(expression));
    case "for":
      return turnsOf(expression, scope, depth).flatMap((turn) =>
        expression.results.flatMap((result) => itemsOf(result, turn, depth + 1)),
      );
    case "template":
      return [evaluate(expression, scope)].filter((text) => text !== null);
    case "access":
    case "call": {
      const text = evaluate(expression, scope);
      if (text !== null) return [text];
      const definition = definitionOf(expression, scope);
      if (definition !== null) return itemsOf(definition.value, definition.scope, depth + 1);
      if (expression.kind === "access" || innerOf(expression).length === 0) return unknown(scope);
      if (expression.name === "formatlist") return formatted(expression.args, scope, depth);
      if (expression.name === "split") return parted(expression.args, scope, depth);
      return expression.name === "fileset" ? named(expression.args, scope) : inside(expression.args);
    }
    default:
      return expression satisfies never;
  }
}

const unknown = (scope: Scope): string[] => (scope.unknown === null ? [] : [scope.unknown]);

/** The scopes of the turns of a `for`. */
function turnsOf({ names, collection }: Extract<Expression, { kind: "for" }>, scope: Scope, depth: number): Scope[] {
  const [first = "", second] = names;
  const bind = (...texts: readonly [string, string][]): Scope => ({
    ...scope,
    bound: new Map([...(scope.bound ?? []), ...texts]),
  });
  const { value, scope: place } = definitionOf(collection, scope) ?? { value: collection, scope };
  if (value.kind === "object") {
    return value.entries.flatMap((entry) => {
      const texts = itemsOf(entry.value, place, depth + 1);
      const [key = ""] = entry.key === null ? unknown(scope) : [entry.key];
      return texts.map((text) => (second === undefined ? bind([first, text]) : bind([first, key], [second, text])));
    });
  }
  return itemsOf(value, place, depth + 1).map((text, index) =>
    second === undefined ? bind([first, text]) : bind([first, String(index)], [second, text]),
  );
}

/** `split(",", "a,b")`: what can't be told apart stays one text. */
function parted([separator, whole]: readonly Expression[], scope: Scope, depth: number): string[] {
  const by = separator === undefined ? null : evaluate(separator, scope);
  const texts = whole === undefined ? [] : itemsOf(whole, scope, depth + 1);
  return by === null || by === "" ? texts : texts.flatMap((text) => text.split(by));
}

/** `fileset(folder, "*.tfvars")`: names of which only a part is known. */
function named([, pattern]: readonly Expression[], scope: Scope): string[] {
  const text = pattern === undefined ? null : evaluate(pattern, scope);
  const [anything] = unknown(scope);
  if (anything === undefined) return [];
  return [text === null ? anything : text.replaceAll(/(?:\*\*\/|[*?]|\{[^}]*\}|\[[^\]]*\])+/g, () => anything)];
}

/** `formatlist("-var-file=%s", …)` with each item in the place of what stands for it. */
function formatted([format, ...lists]: readonly Expression[], scope: Scope, depth: number): string[] {
  const [text = ""] = format === undefined ? [] : itemsOf(format, scope, depth + 1);
  return lists.flatMap((list) => itemsOf(list, scope, depth + 1)).map((item) => text.replace(/%[sv]/, () => item));
}
