import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorld, type World } from "./world.ts";

const DB_PASSWORD = 'p"w\\ä$&+/<1> 2%';
const STATE_PASSWORD = "state'pass\"word";

/** What the documents of a run say, whatever file it is in. */
async function documents(world: World): Promise<string> {
  const entries = await readdir(world.documents, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
}

const module = (names: readonly string[]): string =>
  `${names.map((name) => `variable "${name}" {}\n`).join("")}resource "terraform_data" "d" {\n  input = [${names.map((name) => `var.${name}`).join(", ")}]\n}\n`;

const FILES = {
  ".pipelines/config.yml":
    'environments:\n  all:\n    paths: ["**"]\n    secrets: [STATE_PASSWORD, DB_PASSWORD]\nredact: ["internal-\\\\d+"]\n',
  "backend/terragrunt.hcl":
    'remote_state {\n  backend = "http"\n  config = {\n    address  = "http://127.0.0.1:9/state"\n    username = "ci"\n    password = get_env("STATE_PASSWORD")\n  }\n}\n',
  "backend/main.tf": 'terraform {\n  backend "http" {}\n}\nresource "terraform_data" "d" {}\n',
  "input/terragrunt.hcl":
    'inputs = {\n  password = get_env("DB_PASSWORD")\n  encoded  = base64encode("user:${get_env("DB_PASSWORD")}")\n  url      = "postgres://u:${urlencode(get_env("DB_PASSWORD"))}@db/x"\n  json     = jsonencode({ p = jsonencode([get_env("DB_PASSWORD")]) })\n  id       = "internal-4711"\n}\n',
  "input/main.tf": module(["password", "encoded", "url", "json", "id"]),
  "sensitive/terragrunt.hcl": 'inputs = { token = "tok-fixed-123456" }\n',
  "sensitive/main.tf":
    'variable "token" {\n  type      = string\n  sensitive = true\n}\nresource "terraform_data" "e" {\n  input = nonsensitive("${substr(var.token, 0, 3)} ${var.token} ${base64encode(var.token)}")\n}\n',
  // How configurations write a value down again, in a plan and in an error.
  "forms/terragrunt.hcl": 'inputs = { token = "Tok-Fixed/4711+x y&z" }\n',
  "forms/main.tf": `variable "token" {
  type      = string
  sensitive = true
}
locals {
  token = nonsensitive(var.token)
  forms = {
    upper    = upper(local.token)
    lower    = lower(local.token)
    quoted   = format("%q", local.token)
    json     = jsonencode({ a = jsonencode([local.token]) })
    yaml     = yamlencode({ a = local.token })
    url      = "https://example.com/?t=\${urlencode(local.token)}"
    base64   = base64encode("user:\${local.token}")
    address  = base64encode("db://u:\${urlencode(local.token)}@db/x")
    docker   = base64encode(jsonencode({ auths = { a = { auth = base64encode("user:\${local.token}") } } }))
    utf16    = textencodebase64(local.token, "UTF-16LE")
    lines    = "\${substr(local.token, 0, 9)}\\n\${substr(local.token, 9, -1)}"
    heredoc  = <<-EOT
      line one
        \${local.token}
    EOT
    replaced = replace(local.token, " ", "+")
  }
}
resource "terraform_data" "it" {
  input = local.forms
}
resource "terraform_data" "fails" {
  input = 1
  lifecycle {
    precondition {
      condition     = length(local.token) > 100
      error_message = join(" ", values(local.forms))
    }
  }
}
`,
  // Arguments have OpenTofu show what it keeps to itself.
  "shown/terragrunt.hcl":
    'inputs = { login = { pin = 86420975, words = ["shown-word-9137"] } }\nterraform {\n  extra_arguments "show" {\n    commands  = ["plan", "apply", "show"]\n    arguments = ["-show-sensitive"]\n  }\n}\n',
  "shown/main.tf":
    'variable "login" {\n  type      = object({ pin = number, words = list(string) })\n  sensitive = true\n}\nresource "terraform_data" "it" {\n  input = { login = var.login, own = sensitive("own-value-5512") }\n}\n',
  "type/terragrunt.hcl": 'inputs = { token = ["tok-fixed-987654", "tok-other-3210"] }\n',
  "type/main.tf":
    'variable "token" {\n  description = "a {brace}"\n  type        = list(string)\n  sensitive   = true\n  validation {\n    condition     = length(var.token) > 2\n    error_message = "not ${nonsensitive(join(",", var.token))}"\n  }\n}\n',
};

test("secrets of the environment and values of sensitive variables are shown by no document of a plan, in no form", async () => {
  await using world = await makeWorld(FILES);
  const finished = await world.run(
    { action: "plan", units: ["backend", "input", "sensitive", "forms", "shown", "type"], environment: "all" },
    { environment: { ...process.env, STATE_PASSWORD, DB_PASSWORD } },
  );
  const said = await documents(world);
  expect(Object.fromEntries(Object.entries(finished.ends).map(([unit, { kind }]) => [unit, kind]))).toEqual({
    backend: "failed",
    input: "changed",
    sensitive: "changed",
    forms: "failed",
    shown: "changed",
    type: "failed",
  });
  const plan = await finished.text(finished.unit("input").planText);
  expect(plan.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(5);
  expect(await finished.text(finished.unit("sensitive").planText)).toContain('"tok *** ***"');
  const forms = [
    ...["86420975", "shown-word-9137", "own-value-5512"],
    ...[DB_PASSWORD, STATE_PASSWORD, "tok-fixed-123456", "tok-fixed-987654", "tok-other-3210", "internal-4711"],
    ...[DB_PASSWORD, STATE_PASSWORD].map((value) => JSON.stringify(value).slice(1, -1)),
    ...[DB_PASSWORD, STATE_PASSWORD].map((value) => JSON.stringify(JSON.stringify(value)).slice(3, -3)),
    ...[DB_PASSWORD, STATE_PASSWORD].map(encodeURIComponent),
    Buffer.from(DB_PASSWORD).toString("base64").slice(0, 10),
    Buffer.from(`user:${DB_PASSWORD}`).toString("base64").slice(8, 18),
    Buffer.from("tok-fixed-123456").toString("base64").slice(0, 12),
  ];
  expect(forms.filter((form) => said.includes(form))).toEqual([]);
  expect(
    said.match(/tok-fixed[/%].{0,4}4711|VG9rLUZpeGVk|b2stRml4ZW|ay1GaXhlZ|VG9rLUZpe|Vkc5ckxVWnB|VABvAGsA/gi),
  ).toBeNull();
});
