import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";

/** Puts the pinned tools on the PATH of the tests. A missing tool fails the run: a skipped test proves nothing. */
export default function toolsOnPath(): void {
  const root = resolve(import.meta.dirname, "../..");
  process.env.PATH = [resolve(root, ".tools/bin"), resolve(root, "node_modules/.bin"), process.env.PATH ?? ""].join(
    delimiter,
  );
  for (const tool of ["terragrunt", "tofu", "git"]) {
    try {
      execFileSync(tool, ["--version"], { stdio: "ignore" });
    } catch (cause) {
      const hint = existsSync(resolve(root, ".tools")) ? "" : " (there is no .tools folder)";
      throw new Error(`${tool} is missing${hint}; run \`npm run setup\``, { cause });
    }
  }
}
