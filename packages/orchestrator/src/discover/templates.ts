import { type Body, type Expression, innerOf } from "../hcl/parse.ts";

/** How a text uses `values`, which only what a stack generates has. */
export type ValuesUse =
  | "none"
  /** It goes on without: `try(values.size, 1)`. */
  | "optional"
  | "needed";

/** What is known of a folder that may be a template of stacks, in place of something that runs by itself. */
export type TemplateEvidence = {
  readonly folder: string;
  readonly values: ValuesUse;
  /** A stack of the commit names it, or a folder that holds it, as a source. */
  readonly isSource: boolean;
  /** Some environment has it. */
  readonly isInEnvironment: boolean;
};

/**
 * Whether a unit or a stack is a template. That a stack names it as a source is not enough: what runs by itself goes on
 * doing so when somebody makes a copy of it. It takes a text that is written for values, a catalogue's folder, or a place
 * in no environment.
 */
export function isTemplate({ folder, values, isSource, isInEnvironment }: TemplateEvidence): boolean {
  if (values === "needed") return true;
  const inCatalogue = isInCatalogue(folder);
  return values === "optional" ? isSource || inCatalogue : isSource && (inCatalogue || !isInEnvironment);
}

/** Whether a folder lies where catalogues keep what is copied from: at the top, or in a part of the repository. */
export function isInCatalogue(folder: string): boolean {
  return /(?:^|\/)_?(?:catalog(?:ue)?s?|units|templates)\//.test(folder);
}

/** The nearest folder named `stacks` that a folder lies in, where catalogues keep stacks, and some people what runs. */
export function shelfOfStacks(folder: string): string | null {
  return /^(?:.*\/)?_?stacks(?=\/)/.exec(folder)?.[0] ?? null;
}

/** How a configuration uses `values`, by its text. */
export function valuesUseIn(body: Body): ValuesUse {
  const uses = body.attributes
    .map(({ value }) => useIn(value))
    .concat(body.blocks.map((block) => valuesUseIn(block.body)));
  return uses.includes("needed") ? "needed" : uses.includes("optional") ? "optional" : "none";
}

function useIn(expression: Expression): ValuesUse {
  const uses = [...usesIn(expression, false)];
  if (uses.length === 0) return "none";
  // `can(values.size) ? values.size : 1` asks first.
  return uses.includes("optional") ? "optional" : "needed";
}

function* usesIn(expression: Expression, isGuarded: boolean): Generator<ValuesUse> {
  if (expression.kind === "access" && expression.of === "values") yield isGuarded ? "optional" : "needed";
  if (expression.kind === "for" && expression.names.includes("values")) {
    yield* usesIn(expression.collection, isGuarded);
    return;
  }
  const guards = expression.kind === "call" && (expression.name === "try" || expression.name === "can");
  for (const inner of innerOf(expression)) yield* usesIn(inner, isGuarded || guards);
}
