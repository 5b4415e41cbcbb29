import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Words } from "./extract.ts";
import { terragruntTables } from "./page.ts";
import { FUNCTION_ROWS, STACK_ROWS, UNIT_ROWS } from "./rows.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(resolve(root, file), "utf8");
const words = Words.parse(JSON.parse(read("tools/terragrunt-words/words.json")));

describe("docs/terragrunt.md", () => {
  it("is about the Terragrunt that is pinned", () => {
    const pinned = /gruntwork-io\/terragrunt v(\S+)/.exec(read("tools/go/terragrunt/go.mod"))?.[1];
    expect(words.version, "run `npm run terragrunt-words`").toBe(pinned);
    expect(read("docs/terragrunt.md")).toContain(`Terragrunt ${pinned}`);
  });

  it("has a row for every word, and says when Terragrunt has a new one or none any more", () => {
    const rows = Object.values(terragruntTables(words)).flatMap((table) => table.split("\n").slice(2));
    expect(rows).toHaveLength(words.configuration.length + words.functions.length);
    const more = { ...words, functions: [...words.functions, "brand_new"] };
    expect(() => terragruntTables(more)).toThrow("no row of `brand_new`");
    expect(() => terragruntTables({ ...words, functions: words.functions.slice(1) })).toThrow("Terragrunt has not");
  });

  it.each([...UNIT_ROWS, ...STACK_ROWS, ...FUNCTION_ROWS])(
    "names a test that has the words $words",
    ({ words, test }) => {
      expect(existsSync(resolve(root, "packages", test)), test).toBe(true);
      const text = read(`packages/${test}`);
      const missing = words.map((word) => word.split(/[.:] ?/).at(-1) ?? word).filter((name) => !text.includes(name));
      expect(missing).toEqual([]);
    },
  );
});
