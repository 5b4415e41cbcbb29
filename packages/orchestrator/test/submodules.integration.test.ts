import type { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Edits, makeRepository, type TestRepository } from "./repository.ts";

const told = ({ units, problems }: Assessment): string[] => [
  ...units.map(({ action, path, withheld }) => `${action} ${path}${withheld === undefined ? "" : ` (${withheld.by})`}`),
  ...problems.map(({ message }) => message),
];
const unit = (path: string, text = ""): Edits => ({ [`${path}/terragrunt.hcl`]: text, [`${path}/main.tf`]: "# 1\n" });

/** A repository with another one in a folder, at the commit before and after edits of that one. */
async function moved(
  place: string,
  inside: Edits,
  edits: Edits,
  around: Edits = {},
  before: (repository: TestRepository) => Promise<unknown> = async () => undefined,
): Promise<Assessment> {
  await using library = await makeRepository(inside);
  await using repository = await makeRepository(around);
  await repository.git("submodule", "--quiet", "add", library.folder, place);
  await repository.commit({});
  await library.commit(edits);
  await repository.git("submodule", "--quiet", "update", "--remote");
  await repository.commit({});
  await before(repository);
  // Awaited here: the repositories are gone once this returns.
  return await repository.assess("push");
}

describe("units in a submodule that is checked out", () => {
  it("are changed, added and destroyed by a move of the submodule, and only those", async () => {
    const inside = { ...unit("a"), ...unit("b"), ...unit("c") };
    const assessment = await moved("team", inside, { "a/main.tf": "# 2\n", b: null, ...unit("d", "# new\n") });
    expect(told(assessment)).toEqual(["apply team/a", "destroy team/b", "apply team/d"]);
    expect([assessment.unmatched, assessment.units[0]?.because.map(({ file }) => file)]).toEqual([
      [],
      ["team/a/main.tf"],
    ]);
  });

  it("are held, and not destroyed, when they move within it, out of it, or into it", async () => {
    const text = 'inputs = {\n  name = "a unit of some length"\n}\n';
    const within = await moved("team", unit("a", text), { a: null, ...unit("b", text) });
    expect(told(within)).toEqual(["destroy team/a (move)", "apply team/b"]);

    await using library = await makeRepository(unit("b", text));
    await using repository = await makeRepository({ ...unit("team/a", text) });
    await repository.git("rm", "--quiet", "-r", "team");
    await repository.git("submodule", "--quiet", "add", library.folder, "team");
    await repository.commit({});
    expect(told(await repository.assess("push"))).toEqual(["destroy team/a (move)", "apply team/b"]);
    const moveOut = { kind: "local", base: "HEAD", head: "HEAD~1", event: "push" } as const;
    expect(told(await repository.assess(moveOut))).toEqual(["apply team/a", "destroy team/b (move)"]);
  });

  it("are no other units when a plain folder becomes a submodule with the same files", async () => {
    const files = { ...unit("a"), ...unit("b") };
    await using library = await makeRepository(files);
    await using repository = await makeRepository({ ...unit("team/a"), ...unit("team/b") });
    await repository.git("rm", "--quiet", "-r", "team");
    await repository.git("submodule", "--quiet", "add", library.folder, "team");
    await repository.commit({});
    expect(told(await repository.assess("push"))).toEqual([]);
  });

  it("depend on units around it, and read what lies around it", async () => {
    const inside = unit(
      "a",
      'dependency "vpc" {\n  config_path = "../../vpc"\n}\nlocals {\n  x = file("../../x.txt")\n}\n',
    );
    await using library = await makeRepository(inside);
    await using repository = await makeRepository({ ...unit("vpc"), "x.txt": "1\n" });
    await repository.git("submodule", "--quiet", "add", library.folder, "team");
    await repository.commit({});
    await repository.commit({ "x.txt": "2\n", "vpc/main.tf": "# 2\n" });
    const assessment = await repository.assess("push");
    expect(told(assessment)).toEqual(["apply team/a", "apply vpc"]);
    expect(assessment.jobs.flatMap((job) => job.units)).toContainEqual({ path: "team/a", after: ["vpc"] });
    await repository.commit({ vpc: null });
    expect(told(await repository.assess("push"))).toContainEqual(
      expect.stringContaining("can't be deleted while `team/a`"),
    );
  });
});

describe("what lies in a submodule that is checked out", () => {
  it("affects what reads that file, and no more: modules, templates of stacks, included files, also in nested ones", async () => {
    await using inner = await makeRepository({ "region.hcl": 'locals {\n  region = "eu"\n}\n' });
    await using library = await makeRepository({
      "modules/vpc/main.tf": "# 1\n",
      "modules/dns/main.tf": "# 1\n",
      ...unit("units/leaf", "inputs = { n = values.n }\n"),
    });
    await library.git("submodule", "--quiet", "add", inner.folder, "inner");
    await library.commit({});
    const source = (folder: string): string => `terraform {\n  source = "../../vendor//modules/${folder}"\n}\n`;
    await using repository = await makeRepository({
      "live/vpc/terragrunt.hcl": source("vpc"),
      "live/dns/terragrunt.hcl": source("dns"),
      ...unit("live/eu", 'include "region" {\n  path = "../../vendor/inner/region.hcl"\n}\n'),
      "live/all/terragrunt.stack.hcl":
        'unit "leaf" {\n  source = "../../vendor/units/leaf"\n  path   = "leaf"\n  values = { n = 1 }\n}\n',
    });
    await repository.git("submodule", "--quiet", "add", library.folder, "vendor");
    await repository.git("submodule", "--quiet", "update", "--init", "--recursive");
    await repository.commit({});
    const move = async (edits: Edits, ofInner: Edits = {}): Promise<string[]> => {
      await inner.commit(ofInner);
      await library.git("submodule", "--quiet", "update", "--remote");
      await library.commit(edits);
      await repository.git("submodule", "--quiet", "update", "--remote");
      await repository.commit({});
      await repository.git("submodule", "--quiet", "update", "--init", "--recursive");
      return told(await repository.assess("push"));
    };
    expect(await move({ "modules/vpc/main.tf": "# 2\n" })).toEqual(["apply live/vpc"]);
    expect(await move({ "units/leaf/main.tf": "# 2\n" })).toEqual(["apply live/all/.terragrunt-stack/leaf"]);
    expect(await move({}, { "region.hcl": 'locals {\n  region = "us"\n}\n' })).toEqual(["apply live/eu"]);
  });
});

describe("a submodule that is not checked out", () => {
  const around = { "live/vpc/terragrunt.hcl": 'terraform {\n  source = "../../vendor//vpc"\n}\n' };
  const gone = (repository: TestRepository): Promise<string> =>
    repository.git("submodule", "--quiet", "deinit", "--force", "vendor");

  it("affects whatever names something in it, and destroys nothing", async () => {
    const inside = { "vpc/main.tf": "# 1\n", ...unit("a") };
    expect(told(await moved("vendor", inside, { a: null }, around, gone))).toEqual(["apply live/vpc"]);
  });
});
