import { below, block, INCLUDE, LEAF, own, unit } from "./files.ts";
import type { Team } from "./play.ts";

const core = below("live", "core");
const fromFile = (name: string): string => block("unit", name, "../units/leaf", `values = local.${name}.inputs`);
const deep = (name: string): string => `${below("live", name, "net")}/it`;
const appUser = (name: string): string => below(`stacks/${name}`, "app/user");

/** Stacks from their first plan to the end of their units. */
export const STACKS: readonly Team[] = [
  {
    shows:
      "a unit whose values come from a file that its stack reads runs when that changes, alone, until it is destroyed",
    files: {
      ...LEAF,
      "live/core.hcl": 'inputs = { n = "1" }\n',
      "live/edge.hcl": 'inputs = { n = "7" }\n',
      "live/terragrunt.stack.hcl": `locals {\n  core = read_terragrunt_config("core.hcl")\n  edge = read_terragrunt_config("edge.hcl")\n}\n${fromFile("core")}${fromFile("edge")}`,
    },
    steps: [
      {
        edits: { "live/core.hcl": 'inputs = { n = "2" }\n' },
        proposed: [`plan ${core}: changed ← live/core.hcl`],
        pushed: [`apply ${core}: changed ← live/core.hcl`],
      },
      {
        edits: {
          "live/terragrunt.stack.hcl": `locals {\n  edge = read_terragrunt_config("edge.hcl")\n}\n${fromFile("edge")}`,
        },
        proposed: [`plan-destroy ${core}: changed ← live/terragrunt.stack.hcl`],
        pushed: [`destroy ${core}: changed ← live/terragrunt.stack.hcl`],
      },
    ],
  },
  {
    shows: "the same three stacks deep, by the values of each, with units that lie beside their stack",
    files: {
      ...LEAF,
      "sizes.yaml": "east: 1\nwest: 1\n",
      "live/terragrunt.stack.hcl": `locals {\n  sizes = yamldecode(file("../sizes.yaml"))\n}\n${["east", "west"]
        .map((name) => block("stack", name, own("catalog/region"), `values = { size = local.sizes.${name} }`))
        .join("")}`,
      "catalog/region/terragrunt.stack.hcl": block(
        ...(["stack", "net", own("catalog/net"), "values = { size = values.size }"] as const),
      ),
      "catalog/net/terragrunt.stack.hcl": block(
        ...(["unit", "it", own("units/leaf"), "no_dot_terragrunt_stack = true"] as const),
        "values = { n = tostring(values.size) }",
      ),
    },
    steps: [
      {
        edits: { "sizes.yaml": "east: 1\nwest: 2\n" },
        proposed: [`plan ${deep("west")}: changed ← sizes.yaml`],
        pushed: [`apply ${deep("west")}: changed ← sizes.yaml`],
      },
      {
        edits: { live: null },
        proposed: ["east", "west"].map((name) => `plan-destroy ${deep(name)}: changed`),
        pushed: ["east", "west"].map((name) => `destroy ${deep(name)}: changed`),
      },
    ],
  },
  {
    shows: "of two stacks with one template, those run whose generation or module differs, whatever is ignored",
    isOnlyDetermined: true,
    files: {
      "modules/user/main.tf": 'variable "region" {}\n',
      "units/app-user/terragrunt.hcl":
        'locals {\n  region = values.region\n}\nterraform {\n  source = "${find_in_parent_folders("modules")}//user"\n}\ninputs = { region = local.region }\n',
      ...Object.fromEntries(
        ["region", "tenancy"].map((name) => [
          `stacks/${name}/terragrunt.stack.hcl`,
          block("unit", "app/user", '${find_in_parent_folders("units")}/app-user', `values = { region = "${name}" }`),
        ]),
      ),
    },
    steps: [
      {
        edits: { "modules/user/main.tf": 'variable "region" {}\n# more\n' },
        proposed: ["region", "tenancy"].map((name) => `plan ${appUser(name)}: runs ← modules/user/main.tf`),
        pushed: ["region", "tenancy"].map((name) => `apply ${appUser(name)}: runs ← modules/user/main.tf`),
      },
      {
        edits: { "stacks/tenancy": null },
        proposed: [`plan-destroy ${appUser("tenancy")}: runs`],
        pushed: [`destroy ${appUser("tenancy")}: runs`],
      },
    ],
  },
  {
    shows:
      "the same where the module lies in the folder of the template, in stacks of stacks, and one stack names a file",
    isOnlyDetermined: true,
    files: {
      "units/net/terragrunt.hcl": `terraform {\n  source = "${own("modules/net")}"\n}\ninputs = merge(values, yamldecode(file("${own("modules/defaults.yaml")}")))\n`,
      "modules/net/main.tf": 'module "inner" {\n  source = "../inner"\n}\n',
      "modules/inner/main.tf": "",
      "modules/defaults.yaml": "a: 1\n",
      "catalog/terragrunt.stack.hcl": block("unit", "net", own("units/net"), "values = values"),
      ...Object.fromEntries(
        ["one", "two"].map((name) => [
          `live/${name}/terragrunt.stack.hcl`,
          block("stack", "eu", own("catalog"), `values = { name = "${name}" }`),
        ]),
      ),
    },
    steps: [
      {
        edits: { "modules/inner/main.tf": "# 1\n", "modules/defaults.yaml": "a: 2\n" },
        proposed: ["one", "two"].map(
          (name) => `plan ${below(`live/${name}`, "eu", "net")}: runs ← modules/defaults.yaml, modules/inner/main.tf`,
        ),
        pushed: ["one", "two"].map(
          (name) => `apply ${below(`live/${name}`, "eu", "net")}: runs ← modules/defaults.yaml, modules/inner/main.tf`,
        ),
      },
    ],
  },
  {
    shows:
      "a unit that moves in its stack is applied at its new place and held at the old one; one that goes is destroyed",
    files: {
      ...LEAF,
      "live/terragrunt.stack.hcl":
        block("unit", "a", "../units/leaf", 'values = { n = "a" }') +
        block("unit", "b", "../units/leaf", 'values = { n = "b" }') +
        block("stack", "inner", "../inner"),
      "inner/terragrunt.stack.hcl": block("unit", "c", own("units/leaf"), 'values = { n = "c" }'),
    },
    steps: [
      { edits: {}, proposed: [], pushed: [] },
      {
        edits: { "live/terragrunt.stack.hcl": block("unit", "moved/a", "../units/leaf", 'values = { n = "a" }') },
        proposed: [
          `plan ${below("live", "moved/a")}: changed ← live/terragrunt.stack.hcl`,
          ...[below("live", "a"), below("live", "b"), below("live", "inner", "c")].map(
            (path) => `plan-destroy ${path}: changed ← live/terragrunt.stack.hcl`,
          ),
        ],
        pushed: [
          `apply ${below("live", "moved/a")}: changed ← live/terragrunt.stack.hcl`,
          `destroy ${below("live", "a")}: not, move ← live/terragrunt.stack.hcl`,
          ...[below("live", "b"), below("live", "inner", "c")].map(
            (path) => `destroy ${path}: changed ← live/terragrunt.stack.hcl`,
          ),
        ],
      },
    ],
  },
  {
    shows: "the same when a unit goes from one stack to another, which is the source of a third and goes on running",
    files: {
      ...LEAF,
      "one/terragrunt.stack.hcl": block("unit", "a", "../units/leaf", 'values = { n = "a" }'),
      "two/terragrunt.stack.hcl": block("unit", "b", own("units/leaf")),
    },
    steps: [
      {
        edits: {
          "one/terragrunt.stack.hcl": null,
          "two/terragrunt.stack.hcl":
            block("unit", "b", own("units/leaf")) + block("unit", "a", own("units/leaf"), 'values = { n = "a" }'),
          "three/terragrunt.stack.hcl": block("stack", "copy", "../two"),
        },
        proposed: [
          ...["a", "b"].map(
            (name) =>
              `plan ${below("three", "copy", name)}: changed ← three/terragrunt.stack.hcl, two/terragrunt.stack.hcl`,
          ),
          `plan ${below("two", "a")}: changed ← two/terragrunt.stack.hcl`,
          `plan-destroy ${below("one", "a")}: changed ← one/terragrunt.stack.hcl`,
        ],
        pushed: [
          ...["a", "b"].map(
            (name) =>
              `apply ${below("three", "copy", name)}: changed ← three/terragrunt.stack.hcl, two/terragrunt.stack.hcl`,
          ),
          `apply ${below("two", "a")}: changed ← two/terragrunt.stack.hcl`,
          `destroy ${below("one", "a")}: not, move ← one/terragrunt.stack.hcl`,
        ],
      },
    ],
  },
  {
    shows: "`prevent_destroy` of a unit that its stack no longer has is the reason that is given, and the others go",
    files: {
      ...LEAF,
      "units/db/terragrunt.hcl": `${INCLUDE}prevent_destroy = values.keep\n`,
      "units/db/main.tf": unit("x")["x/main.tf"] ?? "",
      "live/terragrunt.stack.hcl":
        block("unit", "db", "../units/db", "values = { keep = true }") +
        block("unit", "cache", "../units/db", "values = { keep = false }"),
    },
    steps: [
      {
        edits: { live: null },
        proposed: [
          `plan-destroy ${below("live", "cache")}: changed`,
          /^plan-destroy live\/.terragrunt-stack\/db: withheld, protected: `prevent_destroy` in `live\/.terragrunt-stack\/db\/terragrunt.hcl`/,
        ],
        pushed: [
          `destroy ${below("live", "cache")}: changed`,
          /^destroy live\/.terragrunt-stack\/db: withheld, protected: `prevent_destroy` in `live\/.terragrunt-stack\/db\/terragrunt.hcl`/,
        ],
      },
    ],
  },
];
