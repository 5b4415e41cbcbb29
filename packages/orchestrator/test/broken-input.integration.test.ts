import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { explain } from "../src/explain/text.ts";
import { orchestrate, orchestratorEdges } from "../src/orchestrate.ts";
import { type Edits, makeRepository } from "./repository.ts";

async function change(files: Edits, edits: Edits): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess();
}
const source = 'terraform {\n  source = "."\n}\n';
const unit = (name: string, text = source): Edits => ({ [`${name}/terragrunt.hcl`]: text, [`${name}/main.tf`]: "" });
const paths = (assessment: Assessment): string[] => assessment.units.map(({ path }) => path as string);

describe("words that Terragrunt took away", () => {
  it("are a problem with their line, in a unit's own file and in one that it includes, and other units go on", async () => {
    const include = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n';
    const files = { ...unit("own"), ...unit("shared", `${include}${source}`), ...unit("well") };
    const assessment = await change(
      { ...files, "root.hcl": "inputs = {}\n" },
      {
        "own/terragrunt.hcl": `skip = true\n${source}`,
        "root.hcl": 'retryable_errors = ["x"]\n',
        "well/main.tf": "# new\n",
      },
    );
    expect(assessment.problems).toMatchObject([
      { file: "own/terragrunt.hcl", line: 1, message: expect.stringContaining('"skip" is not expected here') },
      { file: "root.hcl", line: 1, message: expect.stringContaining('"retryable_errors" is not expected here') },
    ]);
    expect(assessment.jobs.flatMap(({ units }) => units.map(({ path }) => path))).toEqual(["well"]);
  });
});

describe("folder names", () => {
  it.each([
    ["spaces", "my apps/one two"],
    ["quotes", `it's "quoted"`],
    ["a command substitution", "$(touch pwn)"],
    ["backticks and a semicolon", "`id`; id"],
    ["a leading dash", "-rf"],
    ["unicode", "größe/日本"],
    ["brackets of a filter", "a[1]{b}"],
    ["an asterisk", "a*b"],
    ["a workflow command", "::error::x"],
    ["a percent escape", "a%0Ab"],
    ["a letter made of two code points", "cafe\u0301"],
    ["255 bytes", "n".repeat(255)],
  ])("with %s are names like any other", async (_what, name) => {
    const assessment = await change(unit("plain"), unit(name));
    expect(paths(assessment)).toEqual([name]);
    expect(assessment.units[0]?.status).toBe("added");
    expect(explain(assessment, { verbose: false, rest: "", commands: [], asides: [] })).not.toMatch(/^\s*::/m);
    for (const job of assessment.jobs) expect(job.id).toMatch(/^[a-z0-9-]{1,64}$/);
    expect(assessment.problems).toEqual([]);
  });

  it("with a newline are refused by name", async () => {
    const assessment = await change(unit("plain"), { ...unit("a\n::error::b"), "plain/main.tf": "# edited\n" });
    expect(paths(assessment)).toEqual(["plain"]);
    expect(assessment.problems).toMatchObject([{ kind: "path", path: "a\n::error::b" }]);
    expect(explain(assessment, { verbose: false, rest: "", commands: [], asides: [] })).not.toMatch(/^\s*::/m);
  });

  it("that are not UTF-8 are refused by name, and other units go on", async () => {
    await using repository = await makeRepository(unit("plain"));
    const folder = Buffer.concat([Buffer.from(`${repository.folder}/odd-`), Buffer.from([0xff])]);
    await mkdir(folder);
    await writeFile(Buffer.concat([folder, Buffer.from("/terragrunt.hcl")]), source);
    await repository.commit({ "plain/main.tf": "# edited\n" });
    const assessment = await repository.assess();
    expect(paths(assessment)).toEqual(["plain"]);
    expect(assessment.problems).toMatchObject([{ kind: "path", path: "odd-\uFFFD" }]);
  });

  it("that differ by the code points of a letter only are two units", async () => {
    expect(paths(await change(unit("plain"), { ...unit("caf\u00e9"), ...unit("cafe\u0301") }))).toHaveLength(2);
  });

  it("that differ by case only are two units", async () => {
    expect(paths(await change(unit("plain"), { ...unit("app"), ...unit("App") }))).toEqual(["App", "app"]);
  });
});

describe("broken input", () => {
  it.each<[string, Edits, Partial<Assessment["problems"][number]>]>([
    [
      "a syntax error",
      unit("bad", "locals {\n  a =\n}\n"),
      { path: "bad" as never, file: "bad/terragrunt.hcl", line: 2 },
    ],
    [
      "an include that is missing",
      unit("bad", 'include "root" {\n  path = find_in_parent_folders("gone.hcl")\n}\n'),
      { path: "bad" as never, file: "bad/terragrunt.hcl", line: 2 },
    ],
    [
      "a configuration that is missing",
      unit("bad", `${source}locals {\n  a = read_terragrunt_config("gone.hcl")\n}\n`),
      { path: "bad" as never, file: "bad/terragrunt.hcl", line: 5 },
    ],
    [
      "a dependency that does not exist",
      unit("bad", `${source}dependency "x" {\n  config_path = "../gone"\n}\n`),
      { kind: "missing-dependency", path: "bad" as never, file: "bad/terragrunt.hcl", line: 5 },
    ],
    [
      "a dependency outside of the repository",
      unit("bad", `${source}dependencies {\n  paths = ["../../elsewhere/vpc"]\n}\n`),
      {
        kind: "missing-dependency",
        path: "bad" as never,
        file: "bad/terragrunt.hcl",
        line: 5,
        message: expect.stringContaining("outside of the repository") as never,
      },
    ],
    [
      "a unit that depends on itself",
      unit("bad", `${source}dependency "x" {\n  config_path = "../bad"\n}\n`),
      { path: "bad" as never, file: "bad/terragrunt.hcl", message: expect.stringContaining("cycle") as never },
    ],
    [
      "a local module that is missing",
      unit("bad", 'terraform {\n  source = "../modules//gone"\n}\n'),
      {
        kind: "path",
        path: "bad" as never,
        file: "bad/terragrunt.hcl",
        line: 2,
        message: expect.stringContaining("modules/gone") as never,
      },
    ],
  ])("%s is a problem with its place, and other units go on", async (_what, edits, problem) => {
    const assessment = await change(unit("good"), { ...edits, "good/main.tf": "# edited\n" });
    expect(paths(assessment)).toContain("good");
    expect(assessment.units.map(({ status }) => status)).not.toContain("deleted");
    expect(assessment.problems).toContainEqual(expect.objectContaining(problem));
    expect(assessment.jobs.flatMap((job) => job.units.map(({ path }) => path as string))).toContain("good");
  });

  it("CRLF line ends and a byte order mark change nothing", async () => {
    const windows = `\uFEFF${'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\n'.replaceAll("\n", "\r\n")}`;
    const assessment = await change(
      { "root.hcl": "locals {}\n", ...unit("a", windows) },
      { "root.hcl": "locals { a = 1 }\n" },
    );
    expect(paths(assessment)).toEqual(["a"]);
  });
});

it("files of the checkout that can't be read, are gone or were edited change nothing: commits are read", async () => {
  await using repository = await makeRepository({ ...unit("a"), ...unit("b"), ...unit("c"), "x.yml": "x: 1\n" });
  const reads = `${source}locals {\n  x = file("../x.yml")\n}\n`;
  await repository.commit({ ...unit("a", reads), "x.yml": "x: 2\n", "b/main.tf": "# edited\n" });
  const before = await repository.assess();
  await chmod(join(repository.folder, "x.yml"), 0);
  await chmod(join(repository.folder, "a"), 0);
  await rm(join(repository.folder, "b"), { recursive: true });
  await writeFile(join(repository.folder, "c/terragrunt.hcl"), "locals {\n  a =\n}\n");
  const after = await repository.assess();
  await chmod(join(repository.folder, "a"), 0o755);
  expect([paths(after), after.problems]).toEqual([["a", "b"], []]);
  expect({ ...after, discovery: null }).toEqual({ ...before, discovery: null });
});

it("code of a pull request that runs at discovery meets no token and no cloud credential in its environment", async () => {
  const canary = join(await mkdtemp(join(tmpdir(), "canary-")), "seen");
  await using repository = await makeRepository(unit("good"));
  await repository.commit(
    unit(
      "spy",
      `${source}locals {\n  seen = run_cmd("--terragrunt-quiet", "sh", "-c", "env >> ${canary}; cat .git/config >> ${canary}")\n}\n`,
    ),
  );
  const secrets = {
    GITHUB_TOKEN: "s3cret-github",
    PIPELINES_TOKEN: "s3cret-input",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "s3cret-oidc",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://s3cret.example.com",
    AWS_ACCESS_KEY_ID: "s3cret-key",
    AWS_SECRET_ACCESS_KEY: "s3cret-aws",
    AWS_SESSION_TOKEN: "s3cret-session",
    ARM_CLIENT_SECRET: "s3cret-azure",
    GOOGLE_APPLICATION_CREDENTIALS: "/s3cret.json",
    TF_TOKEN_example_com: "s3cret-registry",
    NPM_TOKEN: "s3cret-npm",
  };
  const edges = await orchestratorEdges(repository.folder, { ...process.env, ...secrets });
  const assessment = Assessment.parse(
    await orchestrate(edges, { kind: "local", base: "HEAD~1", head: "HEAD", event: "pull_request" }),
  );
  expect(paths(assessment)).toEqual(["spy"]);
  const seen = await readFile(canary, "utf8");
  expect(seen).toContain("PATH=");
  expect(seen).not.toContain("s3cret");
});
