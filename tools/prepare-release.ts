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

/**
 * The section of a version in the changelog, without its title.
 *
 * @throws ReleaseError when there is none, or nothing in it
 */
export function notesOf(changelog: string, version: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new ReleaseError(`${version} is not a version like 1.2.3`);
  const lines = changelog.split("\n");
  const start = lines.findIndex((line) => /^## /.test(line) && line.split(/\s+/)[1] === version);
  if (start < 0) {
    throw new ReleaseError(
      `CHANGELOG.md has no section \`## ${version}\`: give what stands under Unreleased that title`,
    );
  }
  const end = lines.findIndex((line, index) => index > start && /^## /.test(line));
  const notes = lines
    .slice(start + 1, end < 0 ? undefined : end)
    .join("\n")
    .trim();
  if (notes === "") throw new ReleaseError(`CHANGELOG.md:${start + 1}: the section of ${version} says nothing`);
  return `${notes}\n`;
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
    prepareRelease(resolve(import.meta.dirname, ".."), version, repository, resolve(folder));
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(`::error::${error.message}`);
    process.exitCode = 1;
  }
}
