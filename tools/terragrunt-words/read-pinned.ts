import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { z } from "zod";
import { type Words, wordsOf } from "./extract.ts";

const Module = z.object({ Version: z.string(), Dir: z.string() });

/** The words of the Terragrunt that is pinned, out of its source, which Go's client brings. */
export function pinnedWords(root: string): Words {
  const cwd = resolve(root, "tools/go/terragrunt");
  const args = ["mod", "download", "-json", "github.com/gruntwork-io/terragrunt"];
  const { Version, Dir } = Module.parse(JSON.parse(execFileSync("go", args, { cwd, encoding: "utf8" })));
  return wordsOf(Dir, Version.replace(/^v/, ""));
}
