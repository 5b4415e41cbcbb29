import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { timesBlock } from "../src/render/blocks/times.ts";
import { renderMarkdown, SUMMARY_LIMIT } from "../src/render/markdown.ts";
import { issueChanges } from "../src/sinks/issue-changes.ts";
import { commentOf, reportOf } from "./build.ts";
import { examples } from "./examples.ts";

/** Everything that can be drawn, by the name of its picture: the comments, and the issues of the applies. */
export const drawings = Object.entries(examples).flatMap(([name, sketch]) => {
  const report = reportOf(sketch);
  const issues = issueChanges(report, []).flatMap((change) =>
    change.kind === "open" ? [`## ${change.title}\n\n${change.body}`] : [],
  );
  const { times } = sketch;
  return [
    { name: `comment-${name}`, markdown: commentOf(sketch) },
    ...(issues.length === 0 ? [] : [{ name: `issue-${name}`, markdown: issues.join("\n\n") }]),
    ...(times === undefined
      ? []
      : [{ name: `summary-${name}`, markdown: renderMarkdown(report, SUMMARY_LIMIT) + timesBlock(times) }]),
  ];
});

const docs = resolve(import.meta.dirname, "../../../docs");

/** The names of the pictures that pages of the docs show. */
export async function pictureNames(): Promise<string[]> {
  const pages = (await readdir(docs)).filter((name) => name.endsWith(".md"));
  const texts = await Promise.all(pages.map((page) => readFile(resolve(docs, page), "utf8")));
  const names = texts.flatMap((text) => [...text.matchAll(/images\/([\w-]+)\.png/g)].map(([, name = ""]) => name));
  return [...new Set(names)].toSorted();
}

/** What a picture was drawn of, in short. */
export function digestOf(markdown: string): string {
  return createHash("sha256").update(markdown).digest("hex").slice(0, 16);
}
