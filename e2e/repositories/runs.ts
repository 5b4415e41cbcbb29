import { below, block, dependency, INCLUDE, LEAF, MODULE, own, unit } from "./files.ts";
import type { Team } from "./play.ts";

const uses = (name: string, output: string, ...more: readonly string[]): string =>
  `${dependency(name, ...more)}inputs = { n = dependency.${name}.outputs.${output} }\n`;
const excluding = (...lines: readonly string[]): string =>
  `exclude {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
const source = 'terraform {\n  source = "../mod"\n}\n';
const CHANGED = `${MODULE}# changed\n`;
const extra = (commands: string, words: readonly string[]): string =>
  `terraform {\n  extra_arguments "more" {\n    commands  = ${commands}\n    arguments = ${JSON.stringify(words)}\n  }\n}\n`;
const failing = (condition: string, message: string): string =>
  `resource "terraform_data" "it" {\n  lifecycle {\n    precondition {\n      condition     = ${condition}\n      error_message = "${message}"\n    }\n  }\n}\n`;
const hook = (kind: string, name: string, commands: readonly string[], execute: readonly string[], more = ""): string =>
  `  ${kind} "${name}" {\n    commands = ${JSON.stringify(commands)}\n    execute  = ${JSON.stringify(execute)}\n${more}  }\n`;

/** What the executor makes of what the orchestrator decides. */
export const RUNS: readonly Team[] = [
  {
    shows: "what `exclude` keeps from an action does not run, and neither does what it excludes with itself",
    files: {
      "mod/main.tf": MODULE,
      "apple/terragrunt.hcl": INCLUDE + source,
      "potato/terragrunt.hcl": INCLUDE + source + uses("apple", "n", 'mock_outputs = { n = "m" }'),
      "banana/terragrunt.hcl":
        INCLUDE +
        source +
        uses("apple", "n") +
        excluding("if = true", 'actions = ["all"]', "exclude_dependencies = true"),
      "melon/terragrunt.hcl": INCLUDE + source + excluding("if = true", 'actions = ["apply"]', "no_run = true"),
    },
    steps: [
      {
        edits: { "mod/main.tf": CHANGED },
        proposed: [
          "plan apple: not, excluded ← mod/main.tf",
          "plan banana: not, excluded ← mod/main.tf",
          "plan melon: changed ← mod/main.tf",
          "plan potato: changed ← mod/main.tf",
        ],
        pushed: [
          "apply apple: not, excluded ← mod/main.tf",
          "apply banana: not, excluded ← mod/main.tf",
          "apply melon: not, excluded ← mod/main.tf",
          /^apply potato: withheld, mocked: .* ← mod\/main.tf$/,
        ],
      },
    ],
  },
  {
    shows: "the same by a feature of an included file in a unit that a stack made, whose end is told and not done",
    files: {
      ...LEAF,
      "flags.hcl": `feature "frozen" {\n  default = true\n}\n${excluding("if = feature.frozen.value", 'actions = ["destroy", "apply"]')}`,
      "units/frozen/terragrunt.hcl": `${INCLUDE}include "flags" {\n  path = find_in_parent_folders("flags.hcl")\n}\ninputs = { n = values.n }\n`,
      "units/frozen/main.tf": MODULE,
      "live/terragrunt.stack.hcl":
        block("unit", "frozen", own("units/frozen"), 'values = { n = "f" }') +
        block("unit", "leaf", own("units/leaf"), 'values = { n = "l" }'),
    },
    steps: [
      {
        edits: { live: null },
        proposed: [
          `plan-destroy ${below("live", "frozen")}: unchanged`,
          `plan-destroy ${below("live", "leaf")}: changed`,
        ],
        pushed: [`destroy ${below("live", "frozen")}: not, excluded`, `destroy ${below("live", "leaf")}: changed`],
      },
    ],
  },
  {
    shows:
      "arguments that a root makes for all work with a plan that is saved, and one that a unit adds is refused with its line",
    files: Object.assign(
      {
        "arguments.hcl": `locals {\n  words = ["-compact-warnings"]\n}\nterraform {\n  extra_arguments "all" {\n    commands  = concat(get_terraform_commands_that_need_vars(), ["show"])\n    arguments = [for w in concat(local.words, []) : w if get_terraform_command() != "show"]\n  }\n}\n`,
      },
      ...["refresh", "replace", "destroy"].map((name) =>
        unit(
          name,
          `include "arguments" {\n  path           = find_in_parent_folders("arguments.hcl")\n  merge_strategy = "deep"\n}\n${extra(
            '["plan"]',
            {
              refresh: ["-refresh=false", "-input=false"],
              replace: ["-replace=terraform_data.it"],
              destroy: ["-destroy"],
            }[name] ?? [],
          )}`,
        ),
      ),
    ),
    steps: [
      {
        edits: Object.fromEntries(
          ["refresh", "replace", "destroy"].map((name) => [
            `${name}/main.tf`,
            MODULE.replace("input = var.n", 'input = "${var.n}+"'),
          ]),
        ),
        proposed: [
          /^plan destroy: failed: destroy\/terragrunt.hcl:11: `-destroy` .* plans the unit's destruction/,
          "plan refresh: changed ← refresh/main.tf",
          "plan replace: changed ← replace/main.tf",
        ],
        pushed: [
          /^apply destroy: failed: destroy\/terragrunt.hcl:11: `-destroy` /,
          "apply refresh: changed ← refresh/main.tf",
          "apply replace: changed ← replace/main.tf",
        ],
      },
    ],
  },
  {
    shows:
      "an output that comes with the same change is waited for: a part, an item by its key, a map that a loop goes through",
    files: {
      ...unit("one", "", 'output "a" {\n  value = { x = "a" }\n}\n'),
      ...unit("part", uses("one", "a.x")),
      ...unit("item", uses("one", 'a["x"]')),
      ...unit("loop", `${dependency("one")}inputs = { n = join(",", [for k, v in dependency.one.outputs.a : v]) }\n`),
    },
    steps: [
      {
        edits: {
          "one/main.tf": 'output "a" {\n  value = { x = "a", y = "b" }\n}\noutput "c" {\n  value = { z = "c" }\n}\n',
          "part/terragrunt.hcl": INCLUDE + uses("one", "a.y"),
          "item/terragrunt.hcl": INCLUDE + uses("one", 'a["y"]'),
          "loop/terragrunt.hcl": `${INCLUDE}${dependency("one")}inputs = { n = join(",", [for k, v in dependency.one.outputs.c : v]) }\n`,
        },
        proposed: [
          "plan item: waiting for one ← item/terragrunt.hcl",
          "plan loop: waiting for one ← loop/terragrunt.hcl",
          "plan one: changed ← one/main.tf",
          "plan part: waiting for one ← part/terragrunt.hcl",
        ],
        pushed: [
          "apply item: changed ← item/terragrunt.hcl",
          "apply loop: changed ← loop/terragrunt.hcl",
          "apply one: changed ← one/main.tf",
          "apply part: changed ← part/terragrunt.hcl",
        ],
      },
    ],
  },
  {
    shows: "units are destroyed before what they depend on, which has values to give until then",
    files: {
      ...unit("a"),
      ...unit("b", uses("a", "n", 'mock_outputs = { n = "m" }', 'mock_outputs_merge_strategy_with_state = "shallow"')),
      ...unit("c", uses("a", "n")),
    },
    steps: [
      { edits: {}, proposed: [], pushed: [] },
      {
        edits: { a: null, b: null, c: null },
        proposed: ["a", "b", "c"].map((name) => `plan-destroy ${name}: changed`),
        pushed: ["a", "b", "c"].map((name) => `destroy ${name}: changed`),
      },
    ],
  },
  {
    shows: "errors that are to be tried again are, at a plan and at an init; one that is ignored is told as that",
    files: {
      ...unit(
        "again",
        `terraform {\n${hook("after_hook", "mark", ["plan"], ["touch", "@beside@/again"], "    run_on_error = true\n")}}\nerrors {\n  retry "transient" {\n    retryable_errors   = [".*transient-thing.*"]\n    max_attempts       = 3\n    sleep_interval_sec = 1\n  }\n}\n`,
        `locals {\n  ok = fileexists("@beside@/again")\n}\n${failing("local.ok", "transient-thing")}`,
      ),
      ...unit(
        "init",
        `terraform {\n${hook("before_hook", "flaky", ["init"], ["sh", "-c", "test -e @beside@/init || { touch @beside@/init; echo flaky-registry >&2; exit 1; }"])}}\nerrors {\n  retry "registry" {\n    retryable_errors   = [".*flaky-registry.*"]\n    max_attempts       = 2\n    sleep_interval_sec = 1\n  }\n}\n`,
      ),
      ...unit(
        "ignored",
        'errors {\n  ignore "known" {\n    ignorable_errors = [".*known-trouble.*"]\n    message          = "we know"\n  }\n}\n',
        `locals {\n  ok = fileexists("@beside@/never")\n}\n${failing("local.ok", "known-trouble")}`,
      ),
    },
    steps: [
      {
        edits: { "again/note.tf": "# 1\n", "init/note.tf": "# 1\n", "ignored/note.tf": "# 1\n" },
        proposed: [
          "plan again: unchanged ← again/note.tf",
          /^plan ignored: ignored: we know\n/,
          "plan init: unchanged ← init/note.tf",
        ],
        pushed: [
          "apply again: unchanged ← again/note.tf",
          /^apply ignored: ignored: we know\n/,
          "apply init: unchanged ← init/note.tf",
        ],
      },
    ],
  },
  {
    shows: "hooks that print, JSON as well, make real outputs no made-up ones",
    files: {
      "hooks.hcl": `terraform {\n${hook("before_hook", "banner", ["init", "plan", "apply", "show", "output"], ["echo", "=== account: ok {not json} ==="])}${hook("after_hook", "json", ["plan", "apply", "show", "output"], ["echo", '{"n":{"value":"mine"}}'])}}\n`,
      ...unit("a", 'include "hooks" {\n  path = find_in_parent_folders("hooks.hcl")\n}\n'),
      ...unit(
        "b",
        `include "hooks" {\n  path = find_in_parent_folders("hooks.hcl")\n}\n${uses("a", "n", 'mock_outputs = { n = "m" }', 'mock_outputs_merge_strategy_with_state = "shallow"')}`,
      ),
    },
    steps: [
      {
        edits: { "b/main.tf": MODULE.replace("input = var.n", 'input = "${var.n}+"') },
        proposed: ["plan b: changed ← b/main.tf"],
        pushed: ["apply b: changed ← b/main.tf"],
      },
    ],
  },
];
