import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeSubmodule } from "./submodule.ts";
import { makeWorld, passing, unitAt, unitFile } from "./world.ts";

const thing = 'resource "terraform_data" "it" {\n  input = 1\n}\n';
const changed = { kind: "changed" };
const unchanged = { kind: "unchanged" };

/** A unit that adds arguments to the commands of the binary. */
const withArguments = (name: string, ...blocks: [commands: string[], words: string[]][]) =>
  unitAt(name, `variable "n" {\n  default = 0\n}\n${thing}`, {
    body: `terraform {\n${blocks
      .map(
        ([commands, words], index) =>
          `  extra_arguments "more-${index}" {\n    commands = ${JSON.stringify(commands)}\n    arguments = ${JSON.stringify(words)}\n  }\n`,
      )
      .join("")}}\n`,
  });

describe("an `errors` block", () => {
  const failsOnce = (mark: string) =>
    `locals {\n  ok = fileexists("${mark}")\n}\nresource "terraform_data" "it" {\n  lifecycle {\n    precondition {\n      condition = local.ok\n      error_message = "transient-thing"\n    }\n  }\n}\n`;
  const errors = (kind: "retry" | "ignore") =>
    kind === "retry"
      ? 'errors {\n  retry "transient" {\n    retryable_errors = [".*transient-thing.*"]\n    max_attempts = 3\n    sleep_interval_sec = 1\n  }\n}\n'
      : 'errors {\n  ignore "known" {\n    ignorable_errors = [".*transient-thing.*"]\n    message = "we know"\n  }\n}\n';
  const marking = (mark: string) =>
    `terraform {\n  after_hook "mark" {\n    commands = ["plan"]\n    execute = ["touch", "${mark}"]\n    run_on_error = true\n  }\n}\n`;

  test("has a plan tried again, in a pull request and before an apply", async () => {
    await using world = await makeWorld({});
    const mark = join(world.folder, "mark");
    await world.commit(unitAt("a", failsOnce(mark), { body: errors("retry") + marking(mark) }));
    expect((await world.run({ action: "apply", units: ["a"] })).ends).toEqual({ a: { kind: "changed" } });
  });

  test("does not have an apply tried again, which is said", async () => {
    const main =
      'resource "terraform_data" "it" {\n  provisioner "local-exec" {\n    command = "echo transient-thing >&2; exit 3"\n  }\n}\n';
    await using world = await makeWorld(unitAt("a", main, { body: errors("retry") }));
    const { ends } = await world.run({ action: "apply", units: ["a"] });
    expect(ends).toMatchObject({
      a: { kind: "failed", at: "apply", cause: { message: expect.stringContaining("is not tried again") } },
    });
  });

  test("that ignores a plan's error is reported as that: what was planned until then is neither shown nor applied", async () => {
    const main = `resource "terraform_data" "fine" {}\n${failsOnce("/never")}`;
    await using world = await makeWorld({
      ...unitAt("a", main, { body: errors("ignore") }),
      ...unitAt("b", thing),
    });
    for (const action of ["plan", "apply"] as const) {
      const done = await world.run({ action, units: ["a", { path: "b", after: ["a"] }] });
      expect(done.unit("a")).toMatchObject({
        end: { kind: "ignored", message: expect.stringMatching(/^we know\n\nError: Resource precondition failed/) },
      });
      expect(done.unit("a")).not.toHaveProperty("plan");
      // Terragrunt goes on with what depends on it.
      expect(done.ends).toMatchObject({ b: { kind: "changed" } });
    }
    expect(await world.stateOf("a")).toEqual({});
  });
});

describe("`extra_arguments`", () => {
  const fine: Parameters<typeof withArguments>[] = [
    ["detail", [["plan"], ["-detailed-exitcode"]]],
    ["json", [["plan", "apply", "show"], ["-json"]]],
    ["out", [["plan"], ["-out", "tfplan.bin"]]],
    [
      "vars",
      [
        ["plan", "apply"],
        ["-var", "n=1", "-lock-timeout", "1m", "-parallelism", "3"],
      ],
    ],
    ["approve", [["apply"], ["-auto-approve", "-lock=true"]], [["plan", "apply"], ["-compact-warnings"]]],
  ];

  test("of any form work with the plan that was made and its apply", async () => {
    await using world = await makeWorld(Object.assign({}, ...fine.map((each) => withArguments(...each))));
    const units = fine.map(([name]) => name);
    const planned = await world.run({ action: "plan", units });
    const applied = await world.run({ action: "apply", units });
    for (const name of units) {
      expect(planned.unit(name)).toMatchObject({ end: { kind: "changed" }, plan: { add: 1 } });
      expect(applied.ends[name]).toEqual({ kind: "changed" });
      expect(await world.stateOf(name)).toHaveProperty(["terraform_data.it"]);
    }
    expect((await world.run({ action: "plan", units: ["detail"] })).ends).toEqual({ detail: { kind: "unchanged" } });
  });

  test("that don't go with a saved plan are refused in the pull request, with file and line", async () => {
    await using world = await makeWorld({
      ...withArguments("file", [["apply"], ["${get_terragrunt_dir()}/my.tfplan"]]),
      ...withArguments("target", [["plan"], ["-target=terraform_data.it"]]),
      "shared.hcl":
        'terraform {\n  extra_arguments "all" {\n    commands = ["plan"]\n    arguments = concat(["-destroy"], [])\n  }\n}\n',
      ...withArguments("state", [["apply"], ["-state-out=elsewhere.tfstate"]]),
      ...unitAt("variable", thing, {
        body: 'terraform {\n  extra_arguments "x" {\n    commands = ["apply"]\n    env_vars = { TF_CLI_ARGS_apply = "other.tfplan" }\n  }\n}\n',
      }),
      ...unitAt("included", thing, { body: 'include "shared" {\n  path = find_in_parent_folders("shared.hcl")\n}\n' }),
    });
    const { ends } = await world.run({ action: "plan", units: ["file", "target", "state", "variable", "included"] });
    const refusal = (message: RegExp) => ({
      kind: "failed",
      at: "plan",
      cause: { kind: "configuration", message: expect.stringMatching(message) },
    });
    expect(ends).toMatchObject({
      file: refusal(/^file\/terragrunt\.hcl:7: `file\/my\.tfplan` in `extra_arguments "more-0"` names a plan file/),
      target: refusal(/^target\/terragrunt\.hcl:7: `-target=terraform_data\.it` in .* plans a part of the unit/),
      state: refusal(/^state\/terragrunt\.hcl:7: `-state-out=.*` in .* keeps the state elsewhere/),
      variable: refusal(/^variable\/terragrunt\.hcl:7: `other\.tfplan` in .* names a plan file/),
      included: refusal(/^shared\.hcl:4: `-destroy` in `extra_arguments "all"` plans the unit's destruction/),
    });
  });

  test("that reach the binary by variables are refused as well", async () => {
    await using world = await makeWorld({
      ...unitAt("a", thing, {
        body: 'terraform {\n  extra_arguments "x" {\n    commands = ["plan"]\n    env_vars = { TF_CLI_ARGS_plan = "-lock=false -target=terraform_data.it" }\n  }\n}\n',
      }),
      ...unitAt("b", thing),
      ".pipelines/config.yml": 'environments: { it: { paths: ["**"], env: { TF_CLI_ARGS: "-compact-warnings" } } }\n',
    });
    const { ends } = await world.run({ action: "apply", units: ["a", "b"], environment: "it" });
    expect(ends).toMatchObject({
      a: { kind: "failed", at: "plan", cause: { message: expect.stringMatching(/^`-target`, .* plans a part/) } },
      b: changed,
    });
    expect(await world.stateOf("a")).toEqual({});
  });

  test("what an apply did is not read from its text", async () => {
    const main =
      'resource "terraform_data" "it" {\n  provisioner "local-exec" {\n    command = "printf \'\\\\nApply complete!\\\\n\'; exit 3"\n  }\n}\n';
    await using world = await makeWorld(
      unitAt("a", main, { body: 'errors {\n  ignore "all" {\n    ignorable_errors = [".*"]\n  }\n}\n' }),
    );
    expect((await world.run({ action: "apply", units: ["a"] })).ends).toMatchObject({
      a: { kind: "failed", at: "apply" },
    });
  });
});

describe("mock outputs", () => {
  const merging = '  mock_outputs = { value = "m" }\n  mock_outputs_merge_strategy_with_state = "shallow"';

  test("are not seen where hooks print beside the real ones", async () => {
    const hooks =
      'terraform {\n  before_hook "banner" {\n    commands = ["output", "plan", "apply"]\n    execute = ["echo", "=== ok {not json} ==="]\n  }\n}\n';
    await using world = await makeWorld({
      ...unitAt("a", passing("a"), { body: hooks }),
      ...unitAt("b", passing("b"), { dependencies: ["a"], mocks: merging }),
    });
    const { ends } = await world.run({ action: "apply", units: ["a", { path: "b", after: ["a"] }] });
    expect(ends).toEqual({ a: { kind: "changed" }, b: { kind: "changed" } });
  });

  test("and missing outputs do not matter where nothing is left to destroy, also at the second try", async () => {
    await using world = await makeWorld({
      ...unitAt("a", passing("a")),
      ...unitAt("b", passing("b"), { dependencies: ["a"], mocks: merging }),
      ...unitAt("c", passing("c"), { dependencies: ["a"] }),
      ...unitAt("never", passing("never"), { dependencies: ["a"] }),
      ".pipelines/config.yml": 'reviewed_plan: "off"\n',
    });
    await world.run({ action: "apply", units: ["a", { path: "b", after: ["a"] }, { path: "c", after: ["a"] }] });
    const base = await world.commit({});
    const units = [{ path: "a", after: ["b", "c", "never"] }, "b", "c", "never"];
    const first = await world.run({ action: "destroy", units, at: base, base });
    expect(first.ends).toEqual({ a: changed, b: changed, c: changed, never: unchanged });
    for (const action of ["destroy", "plan-destroy"] as const) {
      const again = await world.run({ action, units, at: base, base });
      expect(again.ends).toEqual({ a: unchanged, b: unchanged, c: unchanged, never: unchanged });
    }
  });

  test("still keep what exists from being destroyed with values that are not real", async () => {
    await using world = await makeWorld({
      ...unitAt("a", passing("a")),
      ...unitAt("b", passing("b"), { dependencies: ["a"], mocks: merging }),
      ...unitAt("c", passing("c"), { dependencies: ["a"] }),
      ".pipelines/config.yml": 'reviewed_plan: "off"\n',
    });
    await world.run({ action: "apply", units: ["a", { path: "b", after: ["a"] }, { path: "c", after: ["a"] }] });
    const base = await world.commit({});
    await world.run({ action: "destroy", units: ["a"], at: base, base });
    const { ends } = await world.run({ action: "destroy", units: ["b", "c"], at: base, base });
    expect(ends).toMatchObject({ b: { kind: "withheld", stop: { guard: "mocked" } }, c: { kind: "failed" } });
    expect([await world.stateOf("b"), await world.stateOf("c")]).not.toContainEqual({});
  });

  test("an output that comes with the same change is waited for; of another unit's its mock can stand for it", async () => {
    const needs = unitFile({
      body: 'dependency "a" {\n  config_path = "../a"\n  mock_outputs = { value = "m", more = "m" }\n}\ninputs = { upstream = [dependency.a.outputs.more] }\n',
    });
    await using world = await makeWorld({
      ...unitAt("a", passing("a")),
      "b/terragrunt.hcl": needs,
      "b/main.tf": passing("b"),
    });
    await world.run({ action: "apply", units: ["a"] });
    const waiting = await world.run({ action: "plan", units: ["a", { path: "b", after: ["a"] }] });
    expect(waiting.ends).toEqual({ a: unchanged, b: { kind: "waiting", for: ["a"] } });
    const alone = await world.run({ action: "plan", units: ["b"] });
    expect(alone.ends).toMatchObject({
      b: { kind: "failed", cause: { message: expect.stringMatching(/^The dependency `a` has no output `more`\./) } },
    });
  });
});

test("`prevent_destroy` is the first thing that is said of a destroy, with what can be done about files that are gone", async () => {
  await using world = await makeWorld({ ...unitAt("db", thing, { body: "prevent_destroy = true" }) });
  await world.run({ action: "apply", units: ["db"] });
  const base = await world.commit({});
  for (const action of ["plan-destroy", "destroy"] as const) {
    const { ends } = await world.run({ action, units: ["db"], at: base, base });
    expect(ends).toEqual({
      db: {
        kind: "withheld",
        stop: {
          guard: "protected",
          message: "`prevent_destroy` in `db/terragrunt.hcl` keeps it from being destroyed.",
          unseen: [],
          next: expect.stringContaining("bring its files back"),
        },
      },
    });
  }
  expect(await world.stateOf("db")).toHaveProperty(["terraform_data.it"]);
});

test("modules in submodules are there as the checkout has them, nested ones too; else it is said which is missing", async () => {
  await using world = await makeWorld({
    "live/terragrunt.hcl": unitFile({ body: 'terraform {\n  source = "../vendor/modules//vpc"\n}\n' }),
    "deep/terragrunt.hcl": unitFile({ body: 'terraform {\n  source = "../vendor/modules/inner"\n}\n' }),
  });
  const first = await makeSubmodule(world, "vendor/modules", { "vpc/main.tf": thing }, { "main.tf": thing });
  const units = ["live", "deep"];
  const planned = await world.run({ action: "plan", units });
  expect(planned.ends).toEqual({ live: changed, deep: changed });
  // The commit counts, not what the checkout happens to have in its folder.
  await first.moveOn({ "vpc/main.tf": "" });
  expect((await world.run({ action: "plan", units: ["live"] })).ends).toEqual({ live: unchanged });
  expect((await world.run({ action: "plan", units: ["live"], at: first.commit })).ends).toEqual({ live: changed });
  await first.remove();
  expect((await world.run({ action: "plan", units: ["live"] })).ends).toMatchObject({
    live: { cause: { message: expect.stringMatching(/^`vendor\/modules` is a git submodule/) } },
  });
});
