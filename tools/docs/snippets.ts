import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A fenced block of a page, without the indentation of the list that it stands in. */
export type Snippet = {
  readonly file: string;
  /** Of the fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
};

const FENCE = /^(?<indent> *)```(?<language>[^\n`]*)\n(?<text>[\s\S]*?)^\k<indent>```[ ]*$/gm;

/** The fenced blocks of a page. */
export function snippetsIn(file: string, page: string): Snippet[] {
  return [...page.matchAll(FENCE)].map(({ groups, index }) => ({
    file,
    line: page.slice(0, index).split("\n").length,
    language: (groups?.["language"] ?? "").trim(),
    text: (groups?.["text"] ?? "").replaceAll(new RegExp(`^${groups?.["indent"] ?? ""}`, "gm"), ""),
  }));
}

/** Every page that people read, decisions apart: those are about what was tried. */
export function pages(root: string): { readonly file: string; readonly text: string }[] {
  const files = globSync(["*.md", "docs/*.md", "actions/*/README.md", "infra/**/README.md", "packages/*/README.md"], {
    cwd: root,
    exclude: ["**/node_modules/**", "CHANGELOG.md"],
  });
  return files.toSorted().map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
}

/** The commands of a shell snippet, one a line: continued lines joined, comments and heads of files left out. */
export function commandsOf({ text }: Pick<Snippet, "text">): string[] {
  return text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.replace(/(?:^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}
