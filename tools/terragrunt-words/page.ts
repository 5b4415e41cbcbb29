import type { Words } from "./extract.ts";
import { FUNCTION_ROWS, type Row, STACK_ROWS, UNIT_ROWS } from "./rows.ts";

const nameOf = (word: string): string => word.replace(/^\w+: /, "");

/**
 * The tables of `docs/terragrunt.md`: one row for every word of the pinned Terragrunt.
 *
 * @throws Error when a word has no row, or a row has no word
 */
export function terragruntTables({ configuration, functions }: Words): {
  readonly unit: string;
  readonly stack: string;
  readonly functions: string;
} {
  return {
    unit: table("block or attribute", UNIT_ROWS, wordsOf(configuration, "unit")),
    stack: table("block or attribute", STACK_ROWS, wordsOf(configuration, "stack")),
    functions: table("function", FUNCTION_ROWS, functions),
  };
}

const wordsOf = (configuration: readonly string[], file: string): string[] =>
  configuration.filter((word) => word.startsWith(`${file}: `));

function table(title: string, rows: readonly Row[], words: readonly string[]): string {
  const rowOf = new Map(rows.flatMap((row) => row.words.map((word) => [word, row] as const)));
  const gone = [...rowOf.keys()].filter((word) => !words.includes(word));
  if (gone.length > 0)
    throw new Error(`tools/terragrunt-words/rows.ts has rows of what Terragrunt has not: ${gone.join(", ")}`);
  return [
    `| ${title} | in Pipelines | what becomes of it | test |`,
    "| --- | --- | --- | --- |",
    ...words.map((word) => {
      const row = rowOf.get(word);
      if (row === undefined) throw new Error(`tools/terragrunt-words/rows.ts has no row of \`${word}\``);
      const file = row.test.split("/").at(-1);
      return `| \`${nameOf(word)}\` | ${row.effect.join(", ")} | ${row.what} | [${file}](../packages/${row.test}) |`;
    }),
  ].join("\n");
}
