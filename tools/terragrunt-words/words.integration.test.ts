import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { pinnedWords } from "./read-pinned.ts";

it("the words of Terragrunt are those of its source at the version that is pinned", () => {
  const written = readFileSync(resolve(import.meta.dirname, "words.json"), "utf8");
  expect(JSON.parse(written), "run `npm run terragrunt-words`").toEqual(
    pinnedWords(resolve(import.meta.dirname, "../..")),
  );
});
