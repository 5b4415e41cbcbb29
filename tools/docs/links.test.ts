import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { expect, it } from "vitest";
import { pages } from "./snippets.ts";

const root = resolve(import.meta.dirname, "../..");

/** A page without what stands between fences, which has links and paths of its own. */
const prose = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```[ ]*$/gm, "");

const links = pages(root).flatMap(({ file, text }) =>
  [...prose(text).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target = ""]) => ({ file, target })),
);

/** What GitHub makes of a heading to link to. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (text: string): string[] =>
  [...prose(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

it.each(links)("$file links to $target, which is there", ({ file, target }) => {
  const [path = "", anchor] = target.split("#");
  const named = path === "" ? file : normalize(join(dirname(file), path));
  expect(existsSync(join(root, named))).toBe(true);
  if (anchor !== undefined) expect(anchorsOf(readFileSync(join(root, named), "utf8"))).toContain(anchor);
});

/** Paths of this repository between backticks; `‹…›`, `*` and `<…>` stand for names. */
const paths = pages(root).flatMap(({ file, text }) =>
  [
    ...prose(text).matchAll(/`((?:src|packages|tools|e2e|demo(?!\/out)|bench|infra|actions|docs|schemas|tryout)\/[\w./-]+)`/g),
  ].map(([, path = ""]) => ({ file, path })),
);

it.each(paths)("$file names $path, which is there", ({ file, path }) => {
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/${path}`);
  // `actions/checkout` and the like are GitHub's own repositories, of which the tests have stand-ins.
  const places = [path, join(dirname(file), path), ...packages, `e2e/act/stand-ins/${path}`];
  expect(places.some((place) => existsSync(join(root, place)))).toBe(true);
});

it("there are pages with links and paths", () => {
  expect([links.length > 40, paths.length > 20]).toEqual([true, true]);
});
