import { below, block, own } from "./files.ts";
import type { Team } from "./play.ts";

const isOnlyDetermined = true;
const extra = (name: string, more: string): string =>
  `  extra_arguments "${name}" {\n    commands = ["plan", "apply"]\n    ${more}\n  }\n`;

/** What a unit reads, and what it depends on by that. Nothing runs: which units are affected is the question. */
export const READS: readonly Team[] = [
  {
    shows: "files that a unit marks by a glob count when they are edited, added, deleted and renamed, and no others",
    isOnlyDetermined,
    files: {
      "settings/a.yaml": "a: 1\n",
      "settings/b.yml": "b: 1\n",
      "settings/notes.txt": "x\n",
      "live/terragrunt.hcl":
        'locals {\n  files = sort(try(mark_glob_as_read("${get_repo_root()}/@here@/settings/{*.yaml,*.yml}"), []))\n}\ninputs = { all = { for f in local.files : basename(f) => yamldecode(file(f)) } }\n',
      "live/main.tf": 'variable "all" {}\n',
    },
    steps: [
      {
        edits: { "settings/c.yaml": "c: 1\n", "settings/b.yml": null, "settings/notes.txt": "y\n" },
        proposed: ["nothing reads settings/notes.txt", "plan live: runs ← settings/b.yml, settings/c.yaml"],
        pushed: ["apply live: runs ← settings/b.yml, settings/c.yaml", "nothing reads settings/notes.txt"],
      },
      {
        edits: { "settings/c.yaml": null, "settings/z.yaml": "c: 1\n" },
        proposed: ["plan live: runs ← settings/c.yaml, settings/z.yaml"],
        pushed: ["apply live: runs ← settings/c.yaml, settings/z.yaml"],
      },
    ],
  },
  {
    shows: "the same of units of stacks, each with the folder that its stack hands over, by a file that both read",
    isOnlyDetermined,
    files: {
      "shared.hcl": 'locals {\n  pattern = "{**/*.json,*.yml}"\n}\n',
      "units/cfg/terragrunt.hcl": `locals {\n  shared = read_terragrunt_config("${own("shared.hcl")}")\n  files  = mark_glob_as_read("\${values.folder}/\${local.shared.locals.pattern}")\n}\ninputs = { all = [for f in local.files : file(f)] }\n`,
      "units/cfg/main.tf": 'variable "all" {}\n',
      ...Object.fromEntries(
        ["one", "two"].flatMap((name) => [
          [`config/${name}/a.yml`, "a: 1\n"],
          [
            `live/${name}/terragrunt.stack.hcl`,
            block("unit", "cfg", own("units/cfg"), `values = { folder = "${own(`config/${name}`)}" }`),
          ],
        ]),
      ),
    },
    steps: [
      {
        edits: { "config/one/deep/er/x.json": "{}\n", "config/two/deep/x.yml": "x: 1\n" },
        proposed: [
          "nothing reads config/two/deep/x.yml",
          `plan ${below("live/one", "cfg")}: runs ← config/one/deep/er/x.json`,
        ],
        pushed: [
          `apply ${below("live/one", "cfg")}: runs ← config/one/deep/er/x.json`,
          "nothing reads config/two/deep/x.yml",
        ],
      },
      {
        edits: {
          "config/one/a.yml": null,
          "shared.hcl": 'locals {\n  pattern = "{**/*.json,*.yml}"\n  more    = 1\n}\n',
        },
        proposed: [
          `plan ${below("live/one", "cfg")}: runs ← config/one/a.yml, shared.hcl`,
          `plan ${below("live/two", "cfg")}: runs ← shared.hcl`,
        ],
        pushed: [
          `apply ${below("live/one", "cfg")}: runs ← config/one/a.yml, shared.hcl`,
          `apply ${below("live/two", "cfg")}: runs ← shared.hcl`,
        ],
      },
    ],
  },
  {
    shows: "files of variables are read however arguments name them, also one that is not there yet",
    isOnlyDetermined,
    files: {
      ...Object.fromEntries(["consul", "sg", "tags", "zone"].map((name) => [`common/${name}.tfvars`, `${name} = 1\n`])),
      "live/main.tf": "",
      "live/terragrunt.hcl": `locals {\n  more = ["${own("common/tags.tfvars")}"]\n}\nterraform {\n${extra(
        "joined",
        'arguments = ["-var-file=${get_terragrunt_dir()}/../common/consul.tfvars"]',
      )}${extra("apart", 'arguments = ["-var-file", "${get_terragrunt_dir()}/../common/sg.tfvars"]')}${extra(
        "required",
        `optional_var_files = concat(local.more, [for n in ["extra"] : "${own("common")}/\${n}.tfvars"])`,
      )}}\n`,
    },
    steps: [
      {
        edits: Object.fromEntries(
          ["consul", "sg", "tags", "zone", "extra"].map((name) => [`common/${name}.tfvars`, "a = 2\n"]),
        ),
        proposed: [
          "nothing reads common/zone.tfvars",
          "plan live: runs ← common/consul.tfvars, common/extra.tfvars, common/sg.tfvars, common/tags.tfvars",
        ],
        pushed: [
          "apply live: runs ← common/consul.tfvars, common/extra.tfvars, common/sg.tfvars, common/tags.tfvars",
          "nothing reads common/zone.tfvars",
        ],
      },
    ],
  },
  {
    shows: "the same by what an included file makes of its locals: a key of a map, a splat, a format and a coalesce",
    isOnlyDetermined,
    files: {
      ...Object.fromEntries(["a", "b", "c", "d", "other"].map((name) => [`common/${name}.tfvars`, `${name} = 1\n`])),
      "vars.hcl": [
        'locals {\n  by_name = { one = "a", two = "b" }\n  objects = [{ file = "c" }]\n',
        "}\nterraform {\n",
        extra("map", 'arguments = ["-var-file=${get_parent_terragrunt_dir()}/common/${local.by_name.one}.tfvars"]'),
        extra(
          "splat",
          'required_var_files = [for f in local.objects[*].file : format("%s/common/%s.tfvars", get_parent_terragrunt_dir(), f)]',
        ),
        extra("first", 'optional_var_files = [coalesce("", "${get_parent_terragrunt_dir()}/common/d.tfvars")]'),
        "}\n",
      ].join(""),
      "live/terragrunt.hcl": 'include "vars" {\n  path = find_in_parent_folders("vars.hcl")\n}\n',
      "live/main.tf": "",
    },
    steps: [
      {
        edits: Object.fromEntries(
          ["a", "b", "c", "d", "other"].map((name) => [`common/${name}.tfvars`, `${name} = 2\n`]),
        ),
        proposed: [
          "nothing reads common/b.tfvars",
          "nothing reads common/other.tfvars",
          "plan live: runs ← common/a.tfvars, common/c.tfvars, common/d.tfvars",
        ],
        pushed: [
          "apply live: runs ← common/a.tfvars, common/c.tfvars, common/d.tfvars",
          "nothing reads common/b.tfvars",
          "nothing reads common/other.tfvars",
        ],
      },
    ],
  },
  {
    shows:
      "a dependency in a configuration that a read configuration reads gives the order, and keeps it from being deleted",
    isOnlyDetermined,
    files: {
      "vpc/terragrunt.hcl": "",
      "vpc/main.tf": 'output "id" {\n  value = "v"\n}\n',
      "fragments/vpc.hcl": `dependency "vpc" {\n  config_path  = "${own("vpc")}"\n  mock_outputs = { id = "m" }\n}\n`,
      "fragments/all.hcl": 'locals {\n  vpc = read_terragrunt_config("${get_parent_terragrunt_dir()}/vpc.hcl")\n}\n',
      "app/terragrunt.hcl":
        'locals {\n  all = read_terragrunt_config("../fragments/all.hcl")\n}\ninputs = { vpc = local.all.locals.vpc.dependency.vpc.outputs.id }\n',
      "app/main.tf": 'variable "vpc" {}\n',
    },
    steps: [
      {
        edits: { vpc: null },
        proposed: [
          "plan-destroy vpc: runs",
          "refused-delete app/terragrunt.hcl `vpc` can't be deleted while `app` uses it. Remove the use first, or in the same change.",
        ],
        pushed: [
          "destroy vpc: not, remaining-dependents",
          "refused-delete app/terragrunt.hcl `vpc` can't be deleted while `app` uses it. Remove the use first, or in the same change.",
        ],
      },
    ],
  },
  {
    shows: "templates for a generator of code are no units, and those outside of its folder are told about `ignore`",
    isOnlyDetermined,
    files: {
      ".boilerplate/terragrunt.hcl": "inputs = { {{ range .All }} x = 1 {{ end }} }\n",
      "live/.boilerplate/deep/terragrunt.hcl": "{{ if .A }}\n",
      "live/terragrunt.hcl": "",
      "live/main.tf": "",
    },
    steps: [
      { edits: { ".boilerplate/terragrunt.hcl": "{{ .B }}\n", "live/.boilerplate": null }, proposed: [], pushed: [] },
      {
        edits: { "scaffold/unit/terragrunt.hcl": 'inputs = {\n{{- if .A }}\n  a = "{{ .A }}"\n{{- end }}\n}\n' },
        proposed: [
          /^not-evaluated scaffold\/unit\/terragrunt.hcl:2 .* name its folder under `ignore`: `scaffold\/unit\/\*\*`/,
          "plan scaffold/unit: runs ← scaffold/unit/terragrunt.hcl",
        ],
        pushed: [
          "apply scaffold/unit: runs ← scaffold/unit/terragrunt.hcl",
          /^not-evaluated scaffold\/unit\/terragrunt.hcl:2 .* name its folder under `ignore`: `scaffold\/unit\/\*\*`/,
        ],
      },
    ],
  },
];
