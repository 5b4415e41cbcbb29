import { describe, expect, test } from "vitest";
import { makeWorld, passing, unitAt } from "./world.ts";

/**
 * Terragrunt's words that other tests do not have, as far as they change what is run. `docs/terragrunt.md` says what
 * Pipelines does with a word, and names the test that has it.
 */
const thing = 'resource "terraform_data" "it" {\n  input = 1\n}\n';
const reading = (name: string): string =>
  `resource "terraform_data" "it" {\n  input = file("\${path.module}/${name}")\n}\n`;
const changed = { kind: "changed" };
const failedWith = (reason: RegExp): object => ({ kind: "failed", cause: { message: expect.stringMatching(reason) } });

describe("a unit with every word of", () => {
  test("`terraform` but its arguments is planned and applied", async () => {
    await using world = await makeWorld({
      ...unitAt("copy", "", {
        body: `terraform {
  source                   = "\${get_repo_root()}/modules//copied"
  include_in_copy          = [".hidden"]
  exclude_from_copy        = ["notes"]
  copy_terraform_lock_file = false
  update_source_with_cas   = true
}`,
      }),
      "copy/main.tf": reading(".hidden/text"),
      "copy/.hidden/text": "hidden",
      "copy/notes/broken.tf": "this is no code",
      "modules/copied/variables.tf": "",
      ...unitAt("hooks", thing, {
        body: `terraform {
  before_hook "never" {
    commands = ["plan", "apply"]
    execute  = ["false"]
    if       = false
  }
  after_hook "loud" {
    commands        = ["plan", "apply", "init"]
    execute         = ["echo", "Apply complete! {"]
    run_on_error    = true
    suppress_stdout = true
  }
  error_hook "sorry" {
    commands        = ["plan", "apply"]
    execute         = ["echo", "this is about {no json}"]
    on_errors       = [".*"]
    suppress_stdout = false
    working_dir     = get_terragrunt_dir()
  }
}`,
      }),
    });
    const units = ["copy", "hooks"];
    for (const action of ["plan", "apply"] as const) {
      expect((await world.run({ action, units })).ends).toEqual({ copy: changed, hooks: changed });
    }
    expect(JSON.stringify(await world.stateOf("copy"))).toContain('"hidden"');
  });

  test("`generate` and `remote_state` is planned and applied, with state that is encrypted", async () => {
    await using world = await makeWorld({});
    await world.commit({
      "made/terragrunt.hcl": `remote_state {
  backend                         = "local"
  disable_init                    = false
  disable_dependency_optimization = true
  generate                        = { path = "backend.tf", if_exists = "overwrite" }
  config                          = { path = "${world.state}/made.tfstate" }
  encryption = {
    key_provider = "pbkdf2"
    passphrase   = "not-a-secret-of-anybody"
    iterations   = 200000
  }
}
generate "it" {
  path              = "it.tf"
  if_exists         = "overwrite"
  if_disabled       = "remove"
  comment_prefix    = "# "
  disable_signature = true
  disable           = false
  hcl_fmt           = true
  contents          = <<-EOF
    ${thing.replaceAll("\n", "\n    ")}
  EOF
}
feature "unused" {
  default = true
}
download_dir     = "\${get_terragrunt_dir()}/elsewhere"
terraform_binary = "/nowhere/tofu"
catalog {
  urls             = ["github.com/acme/catalogue"]
  no_shell         = true
  no_hooks         = true
  default_template = "x"
}
engine {
  source  = "github.com/acme/engine"
  version = "v1.0.0"
  type    = "rpc"
  meta    = {}
}\n`,
      "made/main.tf": "",
    });
    for (const action of ["plan", "apply"] as const) {
      expect((await world.run({ action, units: ["made"] })).ends).toEqual({ made: changed });
    }
    expect((await world.run({ action: "plan", units: ["made"] })).ends).toEqual({ made: { kind: "unchanged" } });
  });

  test("`dependency` is planned with mocks where it may be, and applied with what is real", async () => {
    const on = (name: string, lines: string) =>
      unitAt(name, passing(name), {
        body: `dependency "a" {\n  config_path = "../a"\n${lines}\n}\ninputs = { upstream = [dependency.a.outputs.value] }\n`,
      });
    await using world = await makeWorld({
      ...unitAt("a", passing("a")),
      ...on("plans", '  mock_outputs = { value = "m" }\n  mock_outputs_allowed_terraform_commands = ["plan"]'),
      ...on("never", '  mock_outputs = { value = "m" }\n  mock_outputs_allowed_terraform_commands = ["validate"]'),
      ...on("merged", '  mock_outputs = { value = "m" }\n  mock_outputs_merge_with_state = true'),
      ...on("skipped", '  mock_outputs = { value = "m" }\n  skip_outputs = true'),
      ...unitAt("off", passing("off"), {
        body: 'dependency "a" {\n  config_path = "../nowhere"\n  enabled = false\n}',
      }),
    });
    const units = ["plans", "never", "merged", "skipped", "off"].map((path) => ({ path, after: ["a"] }));
    const planned = await world.run({ action: "plan", units: [...units, "a"], added: ["a"] });
    expect(planned.unit("plans")).toMatchObject({ end: changed, plan: { mocked: ["a"] } });
    expect(planned.unit("merged")).toMatchObject({ end: changed, plan: { mocked: ["a"] } });
    expect(planned.ends).toMatchObject({ never: { kind: "waiting", for: ["a"] }, off: changed });
    const applied = await world.run({ action: "apply", units: [...units, "a"] });
    expect(applied.ends).toMatchObject({ plans: changed, never: changed, merged: changed, off: changed });
  });
});

describe("a unit is not planned, with Terragrunt's reason, that", () => {
  test.each([
    ["terraform_version_constraint", 'terraform_version_constraint = ">= 99"', /99/],
    ["terragrunt_version_constraint", 'terragrunt_version_constraint = ">= 99"', /99/],
    ["version", 'terraform {\n  source  = "tfr:///a/b/c"\n  version = "1.0.0"\n}', /'version-attribute' experiment/],
    [
      "mutable",
      'generate "it" {\n  path = "it.tf"\n  if_exists = "overwrite"\n  contents = ""\n  mutable = true\n}',
      /'mutable-generate' experiment/,
    ],
    ["deep_merge", "locals {\n  a = deep_merge({}, {})\n}", /'deep-merge' experiment/],
    [
      "expansion",
      'dependency "a" {\n  expansion {\n    for_each = toset([])\n  }\n  config_path = "../a"\n}',
      /'block-iteration' experiment/,
    ],
  ])("has `%s` where it is refused, while others are", async (_word, body, reason) => {
    await using world = await makeWorld({ ...unitAt("a", thing, { body }), ...unitAt("b", thing) });
    const { ends } = await world.run({ action: "plan", units: ["a", "b"] });
    expect(ends).toMatchObject({ a: failedWith(reason), b: changed });
  });
});
