import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

async function change(files: Edits, edits: Edits, mode: "pull_request" | "push" = "pull_request"): Promise<Assessment> {
  await using repository = await makeRepository(files);
  await repository.commit(edits);
  // Awaited here: the repository is gone once this returns.
  return await repository.assess(mode);
}
const units = (assessment: Assessment): string[] => assessment.units.map(({ path, status }) => `${status} ${path}`);
const source = 'terraform {\n  source = "."\n}\n';
const unit = (name: string, text = source): Edits => ({ [`${name}/terragrunt.hcl`]: text, [`${name}/main.tf`]: "" });

describe("a symbolic link inside the repository", () => {
  it.each<[string, Edits, string]>([
    [
      "a file that the unit reads",
      {
        "prod/common.yml": { link: "../shared/x.yml" },
        ...unit("prod/vpc", `${source}locals {\n  a = file("../common.yml")\n}\n`),
      },
      "shared/x.yml",
    ],
    [
      "the unit's own terragrunt.hcl",
      {
        "prod/vpc/terragrunt.hcl": { link: "../../shared/unit.hcl" },
        "prod/vpc/main.tf": "",
        "shared/unit.hcl": source,
      },
      "shared/unit.hcl",
    ],
    [
      "code in the unit's folder",
      {
        "prod/vpc/terragrunt.hcl": source,
        "prod/vpc/versions.tf": { link: "../../shared/versions.tf" },
        "shared/versions.tf": "",
      },
      "shared/versions.tf",
    ],
    [
      "code of a local module",
      {
        ...unit("prod/vpc", 'terraform {\n  source = "../../modules/vpc"\n}\n'),
        "modules/vpc/main.tf": "",
        "modules/vpc/versions.tf": { link: "../../shared/versions.tf" },
        "shared/versions.tf": "",
      },
      "shared/versions.tf",
    ],
    [
      "the folder of a local module",
      {
        ...unit("prod/vpc", 'terraform {\n  source = "../../linked/vpc"\n}\n'),
        linked: { link: "modules" },
        "modules/vpc/main.tf": "",
        "modules/vpc/policy.json": "",
      },
      "modules/vpc/policy.json",
    ],
    [
      "the folder of a configuration",
      {
        ...unit("prod/vpc", `${source}locals {\n  a = read_terragrunt_config("../linked/a.hcl")\n}\n`),
        "prod/linked": { link: "../shared" },
        "shared/a.hcl": "locals {}\n",
      },
      "shared/a.hcl",
    ],
  ])("stands for what is behind it: %s", async (_what, files, target) => {
    const text = target.endsWith(".hcl")
      ? `${typeof files[target] === "string" ? files[target] : ""}# edited\n`
      : "# edited\n";
    const assessment = await change({ "shared/x.yml": "", ...unit("dev/vpc"), ...files }, { [target]: text });
    expect([units(assessment), assessment.problems]).toEqual([["affected prod/vpc"], []]);
  });

  it("in place of a unit's folder is a problem, and destroys nothing", async () => {
    const files = { ...unit("prod/vpc"), ...unit("dev/vpc") };
    const assessment = await change(
      files,
      { "prod/vpc": { link: "../dev/vpc" }, "dev/vpc/main.tf": "# edited\n" },
      "push",
    );
    expect(units(assessment)).toEqual(["changed dev/vpc"]);
    expect(assessment.problems).toMatchObject([{ kind: "path", file: "prod/vpc", path: null }]);
  });

  it("that leads round in a circle is a problem of the unit that reads it, and no other", async () => {
    const files = { ...unit("dev/vpc"), ...unit("prod/vpc") };
    const assessment = await change(files, {
      "prod/a.hcl": { link: "b.hcl" },
      "prod/b.hcl": { link: "a.hcl" },
      "prod/vpc/terragrunt.hcl": `${source}locals {\n  a = read_terragrunt_config("../a.hcl")\n}\n`,
      "dev/vpc/main.tf": "# edited\n",
    });
    expect(units(assessment)).toEqual(["changed dev/vpc", "changed prod/vpc"]);
    expect(assessment.problems).toMatchObject([{ kind: "not-evaluated", path: "prod/vpc", line: 5 }]);
  });
});

describe("a symbolic link that leaves the repository", () => {
  it("is a problem that names it, what it leads to is not read, and other units go on", async () => {
    const outside = await mkdtemp(join(tmpdir(), "outside-"));
    await writeFile(join(outside, "x.hcl"), 'locals {\n  a = "s3cret"\n}\n');
    await writeFile(join(outside, "terragrunt.hcl"), source);
    const assessment = await change(
      { ...unit("dev/vpc"), ...unit("prod/db") },
      {
        "dev/vpc/main.tf": "# edited\n",
        "prod/x.hcl": { link: join(outside, "x.hcl") },
        "prod/vpc/terragrunt.hcl": `${source}locals {\n  a = read_terragrunt_config("../x.hcl").locals.a.b.c\n}\n`,
        "prod/db/terragrunt.hcl": { link: join(outside, "terragrunt.hcl") },
        "prod/all": { link: outside },
      },
      "push",
    );
    expect(units(assessment)).toEqual(["changed dev/vpc", "changed prod/db", "added prod/vpc"]);
    const links = assessment.problems.filter(({ kind }) => kind === "path");
    expect(links.map(({ file, path }) => [file, path])).toEqual([
      ["prod/all", null],
      ["prod/db/terragrunt.hcl", "prod/db"],
      ["prod/x.hcl", "prod/vpc"],
    ]);
    expect(assessment.problems).toContainEqual(
      expect.objectContaining({ kind: "not-evaluated", path: "prod/vpc", line: 5 }),
    );
    expect(JSON.stringify(assessment)).not.toContain("s3cret");
  });
});

it("a submodule that moves to another commit affects the units whose module lies in it", async () => {
  await using library = await makeRepository({ "vpc/main.tf": "" });
  await using repository = await makeRepository({
    ...unit("dev/vpc"),
    ...unit("prod/vpc", 'terraform {\n  source = "../../modules/library/vpc"\n}\n'),
  });
  await repository.git("submodule", "--quiet", "add", library.folder, "modules/library");
  await repository.commit({});
  await library.commit({ "vpc/main.tf": "# edited\n" });
  await repository.git("submodule", "--quiet", "update", "--remote");
  await repository.commit({});
  const assessment = await repository.assess();
  expect([units(assessment), assessment.problems]).toEqual([["affected prod/vpc"], []]);
});

describe("a unit's folder that can't be read any more is no delete", () => {
  const files = { ...unit("prod/vpc"), ...unit("prod/db"), ...unit("dev/vpc") };
  const doubtful = (assessment: Assessment): unknown[] =>
    assessment.problems.map(({ kind, path, message }) => [kind, path, /not known to be gone/.test(message)]);

  it("when it becomes a submodule that is not checked out, itself or with the folder above", async () => {
    for (const folder of ["prod/vpc", "prod"]) {
      await using library = await makeRepository(unit("vpc"));
      await using repository = await makeRepository(files);
      await repository.git("rm", "--quiet", "-r", folder);
      await repository.git("submodule", "--quiet", "add", library.folder, folder);
      await repository.commit({});
      await repository.git("submodule", "--quiet", "deinit", "--force", folder);
      const assessment = await repository.assess("push");
      expect(assessment.jobs.filter(({ action }) => action === "destroy")).toEqual([]);
      const gone = folder === "prod" ? ["prod/db", "prod/vpc"] : ["prod/vpc"];
      expect(doubtful(assessment)).toEqual(gone.map((path) => ["path", path, true]));
    }
  });

  it("when its configuration is written as JSON", async () => {
    await using repository = await makeRepository(files);
    await repository.commit({ "prod/vpc/terragrunt.hcl": null, "prod/vpc/terragrunt.hcl.json": "{}" });
    const assessment = await repository.assess("push");
    expect(assessment.jobs.filter(({ action }) => action === "destroy")).toEqual([]);
    expect(doubtful(assessment)).toEqual([["path", "prod/vpc", true]]);
  });
});
