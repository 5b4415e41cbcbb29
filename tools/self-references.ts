/**
 * Workflows and actions of this repository name each other as `$/path`: the same repository at the same commit. Where
 * that is not understood (GitHub Enterprise Server, act), a release carries a variant in which each of these references
 * is written out. Nothing but the value of `uses:` changes.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What `$/` stands for. */
export type Target =
  /** `owner/repository/path@ref`: works everywhere; `ref` is best a full commit. */
  | { readonly kind: "repository"; readonly repository: string; readonly ref: string }
  /** A folder of the caller's checkout, which starts with `./`. Only for a checkout that nobody else can write to. */
  | { readonly kind: "folder"; readonly folder: string };

const SELF_REFERENCE =
  /^(?<before>\s*(?:-\s+)?uses:\s*)(?<quote>["']?)\$\/(?<path>[A-Za-z0-9._/-]+)\k<quote>(?<after>\s*(?:#.*)?)$/;

/** Writes out each `uses: $/path` of a workflow's or action's text. */
export function writeOutSelfReferences(text: string, target: Target): string {
  return text
    .split("\n")
    .map((line) => {
      const { before, quote, path, after } = SELF_REFERENCE.exec(line)?.groups ?? {};
      if (before === undefined || path === undefined) return line;
      return `${before}${quote ?? ""}${referenceTo(path, target)}${quote ?? ""}${after ?? ""}`;
    })
    .join("\n");
}

function referenceTo(path: string, target: Target): string {
  switch (target.kind) {
    case "repository":
      return `${target.repository}/${path}@${target.ref}`;
    case "folder":
      return `${target.folder.replace(/\/$/, "")}/${path}`;
    default:
      return target satisfies never;
  }
}

/** The files that may hold a self-reference. */
export function filesWithReferences(root: string): string[] {
  return globSync([".github/workflows/*.yml", "actions/*/action.yml"], { cwd: root }).toSorted();
}

/** Run as a program, it rewrites a checkout in place: the variant of a release for GitHub Enterprise Server. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { root: { type: "string" }, repository: { type: "string" }, ref: { type: "string" } },
  });
  const { root = resolve(import.meta.dirname, ".."), repository, ref } = values;
  if (
    repository === undefined ||
    !/^[\w.-]+\/[\w.-]+$/.test(repository) ||
    ref === undefined ||
    !/^[\w./-]+$/.test(ref)
  ) {
    console.error("usage: self-references.ts --repository OWNER/NAME --ref COMMIT [--root FOLDER]");
    process.exitCode = 2;
  } else {
    for (const file of filesWithReferences(root)) {
      const path = join(root, file);
      const text = readFileSync(path, "utf8");
      const written = writeOutSelfReferences(text, { kind: "repository", repository, ref });
      if (written === text) continue;
      writeFileSync(path, written);
      console.log(file);
    }
  }
}
