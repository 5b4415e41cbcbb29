import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { notesOf, prepareRelease } from "./prepare-release.ts";

const root = resolve(import.meta.dirname, "..");
const changelog =
  "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.2.0 (2026-11-20)\n\n- second\n- third\n\n## 1.1.0\n\n## 1.0.0\n\n- first\n";

test.each([
  ["1.2.0", "- second\n- third\n"],
  ["1.0.0", "- first\n"],
])("the notes of %s are its section of the changelog", (version, notes) => {
  expect(notesOf(changelog, version)).toBe(notes);
});

test.each([
  ["v1.2.0", "is not a version like 1.2.3"],
  ["1.2", "is not a version like 1.2.3"],
  ["2.0.0", "has no section `## 2.0.0`"],
  ["1.1.0", "CHANGELOG.md:12: the section of 1.1.0 says nothing"],
])("%s can't be released", (version, why) => {
  expect(() => notesOf(changelog, version)).toThrow(why);
});

test("this project's changelog says what is not released yet", () => {
  expect(readFileSync(join(root, "CHANGELOG.md"), "utf8")).toMatch(/^## Unreleased\n\n- /m);
});

test("the variant for GitHub Enterprise Server names every action by repository and tag, is otherwise the same, and can be made again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-release-"));
  try {
    const source = join(folder, "source");
    for (const path of ["actions", ".github", "schemas", "docs", "README.md", "LICENSE"]) {
      await cp(join(root, path), join(source, path), { recursive: true });
    }
    await writeFile(join(source, "CHANGELOG.md"), changelog);
    const [once, again] = [join(folder, "once"), join(folder, "again")];
    for (const into of [once, again]) prepareRelease(source, "1.2.0", "platform/pipelines", into);
    const archive = "pipelines-1.2.0-ghes.tar.gz";
    expect((await readdir(once)).toSorted()).toEqual(["notes.md", archive]);
    expect((await readFile(join(once, archive))).equals(await readFile(join(again, archive)))).toBe(true);
    execFileSync("tar", ["-xzf", join(once, archive), "-C", folder]);
    const variant = join(folder, "pipelines-1.2.0-ghes");
    const workflow = await readFile(join(variant, ".github/workflows/pipelines.yml"), "utf8");
    expect(workflow).not.toContain("uses: $/");
    expect(workflow).toContain("uses: platform/pipelines/actions/dispatcher@v1.2.0");
    const original = await readFile(join(source, ".github/workflows/pipelines.yml"), "utf8");
    const withoutUses = (text: string): string => text.replaceAll(/uses: .*/g, "");
    expect(withoutUses(workflow)).toBe(withoutUses(original));
    const bundle = "actions/executor/dist/main.mjs";
    expect((await readFile(join(variant, bundle))).equals(await readFile(join(source, bundle)))).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

const Step = z.looseObject({ name: z.string().optional(), run: z.string().optional() });
const Workflow = z.object({ jobs: z.object({ release: z.looseObject({ steps: z.array(Step) }) }) });

test("the workflow's steps make the release of the commit with its notes and the variant, and move the major tag", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-release-"));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=r", "-c", "user.email=r@example.com", ...args], {
      cwd: join(folder, "clone"),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    execFileSync("git", ["init", "--quiet", "--bare", "origin.git"], { cwd: folder });
    execFileSync("git", ["clone", "--quiet", "origin.git", "clone"], { cwd: folder, stdio: "ignore" });
    for (const message of ["one", "two"]) git("commit", "--quiet", "--allow-empty", "--message", message);
    git("tag", "v1", "HEAD~1");
    git("push", "--quiet", "origin", "HEAD:main", "v1");
    await mkdir(join(folder, "release"));
    await mkdir(join(folder, "bin"));
    for (const file of ["notes.md", "pipelines-1.2.0-ghes.tar.gz"]) await writeFile(join(folder, "release", file), "x");
    await writeFile(join(folder, "bin/gh"), `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/asked'\n`, { mode: 0o755 });
    const { steps } = Workflow.parse(parse(readFileSync(join(root, ".github/workflows/release.yml"), "utf8"))).jobs
      .release;
    const head = git("rev-parse", "HEAD");
    for (const name of ["Release", "Move the major tag"]) {
      const script = steps.find((step) => step.name === name)?.run ?? "exit 9";
      execFileSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], {
        cwd: join(folder, "clone"),
        stdio: "ignore",
        env: {
          PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
          ...{ VERSION: "1.2.0", GITHUB_SHA: head, RUNNER_TEMP: folder },
        },
      });
    }
    expect((await readFile(join(folder, "asked"), "utf8")).trim().split("\n")).toEqual([
      ...["release", "create", "v1.2.0", "--target", head, "--title", "v1.2.0"],
      ...["--notes-file", `${folder}/release/notes.md`, `${folder}/release/pipelines-1.2.0-ghes.tar.gz`],
    ]);
    expect(git("ls-remote", "origin", "refs/tags/v1")).toBe(`${head}\trefs/tags/v1`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
