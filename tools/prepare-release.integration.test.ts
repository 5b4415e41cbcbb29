import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { changelogProblems, notesOf, prepareRelease, refuseReleased } from "./prepare-release.ts";

const root = resolve(import.meta.dirname, "..");
const changelog =
  "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.2.0 (2026-11-20)\n\n- second\n- third\n\n## 1.1.0\n\n- quick\n\n## 1.0.0\n\n- first\n";

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
])("%s can't be released", (version, why) => {
  expect(() => notesOf(changelog, version)).toThrow(why);
});

test.each([
  ["# Changelog\n", "CHANGELOG.md has no section"],
  ["## 1.1.0\n\n## 1.0.0\n\n- first\n", "CHANGELOG.md:1: the section 1.1.0 says nothing"],
  ["## 1.0.0\n- first\n## Unreleased\n- new\n", "CHANGELOG.md:3: Unreleased stands above all versions"],
  ["## 1.9.0\n- b\n## 1.10.0\n- a\n", "CHANGELOG.md:3: 1.10.0 stands below 1.9.0 and is not older"],
  ["## Unreleased\n- b\n## 1.0\n- a\n", "CHANGELOG.md:3: 1.0 is neither Unreleased nor a version like 1.2.3"],
])("a changelog that says %j is refused", (text, why) => {
  expect(changelogProblems(text)).toEqual([expect.stringContaining(why)]);
});

test("nothing is wrong with this project's changelog, before a release and after", () => {
  const own = readFileSync(join(root, "CHANGELOG.md"), "utf8");
  expect(changelogProblems(own)).toEqual([]);
  expect(changelogProblems(own.replace("## Unreleased", "## 99.0.0 (2026-12-01)"))).toEqual([]);
});

test.each([
  ["1.2.0", ["v1", "v1.2.0"], "the tag v1.2.0 is there already"],
  ["1.9.0", ["v1", "v1.10.0"], "1.9.0 is older than v1.10.0: the tag v1 would move back"],
  ["1.2.0", ["v1", "v1.1.9", "v2.0.0", "v1.2.0-rc.1", "1.3.0"], null],
  ["1.0.0", [], null],
])("version %s where there are the tags %j", (version, tags, why) => {
  if (why === null) expect(() => refuseReleased(version, tags)).not.toThrow();
  else expect(() => refuseReleased(version, tags)).toThrow(why);
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

const Step = z.looseObject({
  name: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
});
const Workflow = z.object({ jobs: z.object({ release: z.looseObject({ steps: z.array(Step) }) }) });

test("the workflow's steps make the release of the commit with its notes and the variant, move the major tag, and do it once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-release-"));
  const clone = join(folder, "clone");
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=r", "-c", "user.email=r@example.com", ...args], {
      cwd: clone,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  try {
    execFileSync("git", ["init", "--quiet", "--bare", "origin.git"], { cwd: folder });
    execFileSync("git", ["clone", "--quiet", "origin.git", "clone"], { cwd: folder, stdio: "ignore" });
    for (const path of ["actions", ".github", "schemas", "docs", "tools", "package.json", "README.md", "LICENSE"]) {
      await cp(join(root, path), join(clone, path), { recursive: true });
    }
    await writeFile(join(clone, "CHANGELOG.md"), changelog);
    git("add", "--all", "--force");
    git("commit", "--quiet", "--message", "one");
    git("tag", "v1");
    git("commit", "--quiet", "--allow-empty", "--message", "two");
    git("push", "--quiet", "origin", "HEAD:main", "v1");
    await mkdir(join(folder, "bin"));
    const asked = `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/asked'\ngit tag "$3" "$5"\n`;
    await writeFile(join(folder, "bin/gh"), asked, { mode: 0o755 });
    const head = git("rev-parse", "HEAD");
    const { steps } = Workflow.parse(parse(readFileSync(join(root, ".github/workflows/release.yml"), "utf8"))).jobs
      .release;
    const values: Record<string, string> = { "${{ inputs.version }}": "1.2.0", "${{ github.token }}": "a-token" };
    const run = ({ run: script = "exit 9", env }: z.infer<typeof Step>): string =>
      execFileSync("bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], {
        cwd: clone,
        encoding: "utf8",
        env: {
          PATH: `${folder}/bin:${process.env["PATH"] ?? ""}`,
          ...{ GITHUB_SHA: head, GITHUB_REPOSITORY: "acme/pipelines", RUNNER_TEMP: folder },
          ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, values[value] ?? value])),
        },
        stdio: "pipe",
      });
    const scripts = steps.filter((step) => step.run !== undefined);
    expect(scripts).toHaveLength(3);
    for (const script of scripts) run(script);
    expect((await readFile(join(folder, "asked"), "utf8")).trim().split("\n")).toEqual([
      ...["release", "create", "v1.2.0", "--target", head, "--title", "v1.2.0"],
      ...["--notes-file", `${folder}/release/notes.md`, `${folder}/release/pipelines-1.2.0-ghes.tar.gz`],
    ]);
    expect(await readFile(join(folder, "release/notes.md"), "utf8")).toBe("- second\n- third\n");
    expect(git("ls-remote", "origin", "refs/tags/v1")).toBe(`${head}\trefs/tags/v1`);
    const again = () => scripts.map(run);
    expect(again).toThrow("::error::the tag v1.2.0 is there already, and a release never changes");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
