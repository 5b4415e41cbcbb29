import { describe, expect, it } from "vitest";
import { type Edits, makeRepository } from "./repository.ts";

const UNIT = 'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\nterraform {\n  source = "."\n}\n';
const CONFIG = `environments:
  all: { paths: ["**"] }
accounts:
  factory_unit: factory
  templates: account-templates
`;
const FILES: Edits = {
  ".pipelines/config.yml": CONFIG,
  "accounts.yml": 'dev:\n  id: "111111111111"\n',
  "root.hcl": "locals {}\n",
  "factory/terragrunt.hcl": UNIT,
  "factory/main.tf": "",
  "account-templates/baseline/terragrunt.hcl": `${UNIT}inputs = { id = "{{ account.id }}" }\n`,
  "account-templates/stack/terragrunt.stack.hcl":
    'unit "{{ account.name }}" {\n  source = "../nowhere"\n  path   = "x"\n}\n',
  ".pipelines/templates/root/roles/{{ account.name }}/terragrunt.hcl": "inputs = { {{ account.name }}\n",
};

describe("templates of accounts", () => {
  it.each<[what: string, edits: Edits]>([
    ["what they include changes", { "root.hcl": "locals { edited = true }\n" }],
    [
      "they are new",
      { "account-templates/vpc/terragrunt.hcl": UNIT, ".pipelines/templates/root/x/terragrunt.hcl": "no HCL {{" },
    ],
    ["they are gone", { "account-templates/baseline/terragrunt.hcl": null }],
  ])("are no units and no stacks, also where an environment has all folders: %s", async (_, edits) => {
    await using repository = await makeRepository(FILES);
    await repository.commit(edits);
    const { units, problems, untouched } = await repository.assess("push");
    const isTemplate = (path: string): boolean => path !== "factory";
    expect(units.map(({ path }) => path).filter(isTemplate)).toEqual([]);
    expect([problems, untouched ?? []]).toEqual([[], []]);
  });
});

describe("a request for an account", () => {
  const request: Edits = { "_new-account-requests/qa.yml": "email: qa@example.com\n" };

  it("plans the factory and shows the code; the merge applies the factory and then proposes the code", async () => {
    await using repository = await makeRepository(FILES);
    await repository.commit(request);
    const planned = await repository.assess("pull_request");
    const asked = { added: [], requested: [{ name: "qa", email: "qa@example.com" }] };
    expect(planned.jobs).toMatchObject([
      { action: "plan", units: [{ path: "factory" }] },
      { action: "preview-account", accounts: asked },
    ]);
    const pushed = await repository.assess("push");
    expect(pushed.jobs).toMatchObject([
      { action: "apply", stage: 1, units: [{ path: "factory" }] },
      { action: "provision-account", stage: 9, accounts: asked },
    ]);
  });

  it("is proposed by a later apply of the factory as long as accounts.yml does not have the account", async () => {
    await using repository = await makeRepository({ ...FILES, ...request });
    await repository.commit({ "factory/main.tf": "# edited\n" });
    expect((await repository.assess("push")).jobs.map(({ action }) => action)).toEqual(["apply", "provision-account"]);
    expect((await repository.assess("pull_request")).jobs.map(({ action }) => action)).toEqual(["plan"]);
  });
});

it("the pull request with an account's entry, code and environment asks for no proposal of its own, and waits for no person", async () => {
  await using repository = await makeRepository({ ...FILES, ".pipelines/config.yml": CONFIG.replace("**", "factory") });
  await repository.commit({
    ".pipelines/config.yml": `${CONFIG.replace("**", "factory").replace("accounts:", '  qa: { paths: ["qa/**"] }\naccounts:')}`,
    "accounts.yml": 'dev:\n  id: "111111111111"\nqa:\n  id: "444444444444"\n',
    "qa/baseline/terragrunt.hcl": UNIT,
    "qa/baseline/main.tf": "",
  });
  const planned = await repository.assess("pull_request");
  expect([planned.jobs, planned.problems]).toEqual([[], []]);
  expect(planned.units).toMatchObject([
    { path: "qa/baseline", environment: "qa", withheld: { by: "new-environment" } },
  ]);
  const pushed = await repository.assess("push");
  expect(pushed.jobs).toMatchObject([{ action: "apply", environment: "qa", units: [{ path: "qa/baseline" }] }]);
});
