import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { filesWithReferences, writeOutSelfReferences } from "./self-references.ts";

/**
 * What a release needs before anything is published: its notes, and the variant for GitHub Enterprise Server, an archive
 * to be imported there, since a workflow's own token may not push changed workflows.
 */

/** A release that can't be made, and what to do about it. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
}

/** What the variant holds: what a caller uses, and the papers. */
const CONTENT = [
  "actions",
  ".github/workflows/pipelines.yml",
  "schemas",
  "docs",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
];

const VERSION = /^\d+\.\d+\.\d+$/;

/** A section of the changelog: its line, what it is called, and what it says. */
type Section = { readonly line: number; readonly name: string; readonly text: string };

function sectionsOf(changelog: string): Section[] {
  const lines = changelog.split("\n");
  const starts = lines.flatMap((line, index) => (line.startsWith("## ") ? [index] : []));
  return starts.map((start, index) => ({
    line: start + 1,
    name: lines[start]?.split(/\s+/)[1] ?? "",
    text: lines
      .slice(start + 1, starts[index + 1])
      .join("\n")
      .trim(),
  }));
}

/**
 * What is wrong with a changelog: sections are versions, newest first, each of which says something; what is not
 * released yet stands above them, under `Unreleased`.
 */
export function changelogProblems(changelog: string): string[] {
  const sections = sectionsOf(changelog);
  if (sections.length === 0) return ["CHANGELOG.md has no section: write what is new under `## Unreleased`"];
  return sections.flatMap(({ line, name, text }, index) => {
    const where = `CHANGELOG.md:${line}:`;
    const above = sections[index - 1]?.name ?? "Unreleased";
    if (text === "") return [`${where} the section ${name} says nothing`];
    if (name === "Unreleased") return index === 0 ? [] : [`${where} Unreleased stands above all versions`];
    if (!VERSION.test(name)) return [`${where} ${name} is neither Unreleased nor a version like 1.2.3`];
    if (VERSION.test(above) && !isOlder(name, above))
      return [`${where} ${name} stands below ${above} and is not older`];
    return [];
  });
}

/**
 * The section of a version in the changelog, without its title.
 *
 * @throws ReleaseError when there is none, or something is wrong with the changelog
 */
export function notesOf(changelog: string, version: string): string {
  if (!VERSION.test(version)) throw new ReleaseError(`${version} is not a version like 1.2.3`);
  const problems = changelogProblems(changelog);
  if (problems.length > 0) throw new ReleaseError(problems.join("\n"));
  const section = sectionsOf(changelog).find(({ name }) => name === version);
  if (section === undefined) {
    throw new ReleaseError(
      `CHANGELOG.md has no section \`## ${version}\`: give what stands under Unreleased that title`,
    );
  }
  return `${section.text}\n`;
}

/**
 * Refuses a version that is there already, and one that would move its major tag back.
 *
 * @param tags all tags of the repository
 * @throws ReleaseError naming the tag that is in the way
 */
export function refuseReleased(version: string, tags: readonly string[]): void {
  const released = tags.flatMap((tag) => (/^v\d+\.\d+\.\d+$/.test(tag) ? [tag.slice(1)] : []));
  if (released.includes(version)) {
    throw new ReleaseError(`the tag v${version} is there already, and a release never changes: take the next version`);
  }
  const newer = released.find((one) => majorOf(one) === majorOf(version) && isOlder(version, one));
  if (newer !== undefined) {
    throw new ReleaseError(
      `${version} is older than v${newer}: the tag v${majorOf(version)} would move back. Take a newer version`,
    );
  }
}

const majorOf = (version: string): number => Number(version.split(".")[0]);

function isOlder(version: string, other: string): boolean {
  const others = other.split(".").map(Number);
  const difference = version
    .split(".")
    .map((part, index) => Number(part) - (others[index] ?? 0))
    .find((one) => one !== 0);
  return (difference ?? 0) < 0;
}

/**
 * Writes `notes.md` and `pipelines-<version>-ghes.tar.gz` into a folder.
 *
 * @param repository `owner/name` on the server where the variant will live
 */
export function prepareRelease(root: string, version: string, repository: string, folder: string): void {
  const notes = notesOf(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "notes.md"), notes);
  const name = `pipelines-${version}-ghes`;
  const variant = join(folder, name);
  try {
    for (const path of CONTENT) {
      mkdirSync(dirname(join(variant, path)), { recursive: true });
      cpSync(join(root, path), join(variant, path), { recursive: true });
    }
    for (const file of filesWithReferences(variant)) {
      const text = readFileSync(join(variant, file), "utf8");
      writeFileSync(
        join(variant, file),
        writeOutSelfReferences(text, { kind: "repository", repository, ref: `v${version}` }),
      );
    }
    archive(variant, name, `${variant}.tar.gz`);
  } finally {
    rmSync(variant, { recursive: true, force: true });
  }
}

/** Packs a folder. The same content makes the same archive, so that anybody can make it again and compare. */
function archive(folder: string, name: string, file: string): void {
  const then = "2000-01-01T00:00:00Z";
  const git = (...args: string[]): void => {
    execFileSync("git", ["-c", "user.name=release", "-c", "user.email=release@localhost", ...args], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"] ?? "",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_SYSTEM: "/dev/null",
        GIT_AUTHOR_DATE: then,
        GIT_COMMITTER_DATE: then,
      },
    });
  };
  git("init", "--quiet");
  git("add", "--all", "--force");
  git("commit", "--quiet", "--message", name);
  git("archive", "--format=tar.gz", `--prefix=${name}/`, `--output=${file}`, "HEAD");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { version: { type: "string" }, repository: { type: "string" }, folder: { type: "string" } },
  });
  const { version = "", repository = "", folder = "" } = values;
  try {
    if (folder === "" || !/^[\w.-]+\/[\w.-]+$/.test(repository)) {
      throw new ReleaseError("usage: prepare-release.ts --version 1.2.3 --repository OWNER/NAME --folder FOLDER");
    }
    const root = resolve(import.meta.dirname, "..");
    refuseReleased(version, execFileSync("git", ["tag", "--list"], { cwd: root, encoding: "utf8" }).split("\n"));
    prepareRelease(root, version, repository, resolve(folder));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(`::error::${error.message.replaceAll("\n", "%0A")}`);
    process.exitCode = 1;
  }
}
