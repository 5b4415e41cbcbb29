import { expect, it } from "vitest";
import { mayAddRefused, refusedArgument } from "./extra-arguments.ts";

const refused = (commands: string[], words: string[], env_vars: Record<string, string> = {}) =>
  refusedArgument({ terraform: { extra_arguments: { x: { name: "x", commands, arguments: words, env_vars } } } });

it.each<[what: string, commands: string[], words: string[]]>([
  ["a lock's timeout", ["plan", "apply"], ["-lock-timeout=20m", "-lock=true"]],
  ["a value as a word of its own", ["plan", "apply"], ["-lock-timeout", "20m", "-parallelism", "3"]],
  ["variables in both forms", ["plan", "apply"], ["-var", "a=b", "-var=c=d", "-var-file", "x.tfvars"]],
  ["switches", ["plan", "apply"], ["-json", "-compact-warnings", "-auto-approve", "-detailed-exitcode"]],
  ["a plan file that is written as well", ["plan"], ["-out", "my.tfplan"]],
  ["a switch that is turned off", ["plan"], ["-refresh-only=false"]],
  ["what other commands get", ["import", "destroy"], ["-target=a.b", "a.b", "-destroy"]],
  ["nothing", ["plan"], []],
])("%s is fine", (_, commands, words) => expect(refused(commands, words)).toBeNull());

it.each<[what: string, commands: string[], words: string[], argument: string]>([
  ["a target", ["plan"], ["-target=a.b"], "-target=a.b"],
  ["a target as two words", ["plan", "apply"], ["-target", "a.b"], "-target"],
  ["two dashes", ["plan"], ["--target=a.b"], "--target=a.b"],
  ["an exclusion", ["plan"], ["-exclude", "a.b"], "-exclude"],
  ["a destruction", ["plan"], ["-destroy"], "-destroy"],
  ["a look at drift alone", ["plan"], ["-refresh-only"], "-refresh-only"],
  ["a state of its own", ["plan"], ["-state=/tmp/x.tfstate"], "-state=/tmp/x.tfstate"],
  ["a state that goes elsewhere", ["apply"], ["-state-out", "x.tfstate"], "-state-out"],
  ["a plan file of its own", ["apply"], ["-auto-approve", "my.tfplan"], "my.tfplan"],
  ["a plan file behind a flag that has its value", ["apply"], ["-lock-timeout=1m", "my.tfplan"], "my.tfplan"],
])("%s is refused, with its block", (_, commands, words, argument) => {
  expect(refused(commands, words)).toMatchObject({ block: "x", argument });
});

it.each<[what: string, commands: string[], variables: Record<string, string>, argument: string | null]>([
  ["a plan file", ["apply"], { TF_CLI_ARGS_apply: "-json other.tfplan" }, "other.tfplan"],
  ["a state", ["apply"], { TF_CLI_ARGS: "-state=x" }, "-state=x"],
  ["flags", ["plan", "apply"], { TF_CLI_ARGS_apply: "-json -lock=false", TF_LOG: "debug x" }, null],
  ["a plan file for plans, which have none", ["plan"], { TF_CLI_ARGS_apply: "other.tfplan" }, null],
])("variables that add %s to an apply are looked at as well", (_, commands, variables, argument) => {
  expect(refused(commands, [], variables)?.argument ?? null).toBe(argument);
});

const block = (given: string) =>
  `terraform {\n  extra_arguments "x" {\n    commands = ["plan", "apply"]\n${given}\n  }\n}\n`;

it.each<[what: string, given: string, may: boolean]>([
  ["no arguments", '    required_var_files = ["a.tfvars"]', false],
  [
    "plain flags",
    '    arguments = ["-lock-timeout=20m", "-var-file=${get_terragrunt_dir()}/a.tfvars", "-json"]',
    false,
  ],
  [
    "plain flags, one a line",
    '    arguments = [\n      "-compact-warnings", # less\n      "-parallelism=3",\n    ]',
    false,
  ],
  ["a flag that is refused", '    arguments = ["-json", "-target=a.b"]', true],
  ["a word of its own", '    arguments = ["-auto-approve", "my.tfplan"]', true],
  ["a flag whose value comes next", '    arguments = ["-lock-timeout", "20m"]', true],
  ["something that is not written out", "    arguments = concat(local.words, [])", true],
  ["variables that add arguments", '    env_vars = { TF_CLI_ARGS_apply = "x" }', true],
  ["other variables", '    env_vars = { TF_LOG = "x" }', false],
  ["a name among words", '    arguments = ["-json", local.more]', true],
])("a configuration with %s is asked about only where it may add what is refused", (_, given, may) => {
  expect(mayAddRefused(block(given))).toBe(may);
});

it("a block behind a plain one is looked at as well", () => {
  expect(mayAddRefused(block('    arguments = ["-json"]') + block("    arguments = local.words"))).toBe(true);
});
