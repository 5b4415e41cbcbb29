import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pinnedWords } from "./read-pinned.ts";

/** Writes the words of the pinned Terragrunt, which `docs/terragrunt.md` is made of. To be run when the pin moves. */
const root = resolve(import.meta.dirname, "../..");
writeFileSync(resolve(import.meta.dirname, "words.json"), `${JSON.stringify(pinnedWords(root), null, 2)}\n`);
