import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import process from "node:process";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Edits, makeRepository, type TestRepository } from "./repository.ts";

/**
 * Whatever a unit's configuration is made of, it must be affected when Terragrunt renders it differently at the two
 * commits. Terragrunt itself is the judge here, not a model of it.
 */
const REPOSITORIES = Number(process.env["GENERATED_REPOSITORIES"] ?? 6);
const UNITS = ["prod/eu/a", "prod/eu/b", "prod/us/c", "dev/d"];
const STAGES = ["blue", "green"];

/** Ways in which a unit comes by a value, by the unit's folder. */
const WAYS: readonly ((folder: string, pick: number) => string)[] = [
  (_folder, pick) => `jsondecode(file("\${get_repo_root()}/data/d${pick}.json"))`,
  (_folder, pick) => `read_terragrunt_config("\${get_repo_root()}/shared/s${pick}.hcl").locals.value`,
  () => 'try(read_terragrunt_config(find_in_parent_folders("env.hcl")).locals.value, "none")',
  (_folder, pick) => `templatefile("\${get_parent_terragrunt_dir("root")}/templates/t${pick}.tpl", { name = "x" })`,
  () => 'try(file("${get_repo_root()}/names/${basename(get_terragrunt_dir())}.txt"), "none")',
  (_folder, pick) => `[for name in ["d${pick}"] : file("\${get_repo_root()}/data/\${name}.json")][0]`,
  () => 'join(",", fileset("${get_repo_root()}/data", "*.json"))',
  (_folder, pick) => `file("\${get_repo_root()}/link/d${pick}.json")`,
  () => 'file("${get_repo_root()}/stages/${get_env("STAGE")}.txt")',
  () => 'fileexists("${get_repo_root()}/flag") ? "on" : "off"',
  () => 'dirname(find_in_parent_folders("env.hcl", "none"))',
  (folder, pick) => `filesha256("${posix.relative(folder, `data/d${pick}.json`)}")`,
  () => 'yamldecode(file(find_in_parent_folders("region.yml", "${get_repo_root()}/region.yml")))',
  () => 'read_tfvars_file("${get_repo_root()}/shared/x.tfvars")',
  () => "include.root.locals.note",
  (_folder, pick) => `local.path == "" ? "" : file("\${local.path}/d${pick}.json")`,
];

/** Files that may be there or not, and what they hold when their value is `value`. */
const FILES: Readonly<Record<string, (value: number) => string>> = {
  "data/d0.json": (value) => `{"value": ${value}}\n`,
  "data/d1.json": (value) => `{"value": ${value}}\n`,
  "shared/s0.hcl": (value) => `locals {\n  value = ${value}\n}\n`,
  "shared/s1.hcl": (value) => `locals {\n  value = read_terragrunt_config("s0.hcl").locals.value + ${value}\n}\n`,
  "shared/x.tfvars": (value) => `value = ${value}\n`,
  "templates/t0.tpl": (value) => `hello $\{name} ${value}\n`,
  "templates/t1.tpl": (value) => `bye $\{name} ${value}\n`,
  "stages/blue.txt": (value) => `${value}`,
  "stages/green.txt": (value) => `${value}`,
  "notes/note.txt": (value) => `${value}`,
  "region.yml": (value) => `value: ${value}\n`,
};
const OPTIONAL: Readonly<Record<string, (value: number) => string>> = {
  "env.hcl": (value) => `locals {\n  value = ${value}\n}\n`,
  "prod/env.hcl": (value) => `locals {\n  value = ${value}\n}\n`,
  "prod/eu/env.hcl": (value) => `locals {\n  value = ${value}\n}\n`,
  "prod/region.yml": (value) => `value: ${value}\n`,
  "names/a.txt": (value) => `${value}`,
  "names/d.txt": (value) => `${value}`,
  "data/d2.json": (value) => `{"value": ${value}}\n`,
  flag: (value) => `${value}`,
};

const values = fc.record(Object.fromEntries(Object.keys(FILES).map((file) => [file, fc.nat(2)])));
const optional = fc.record(Object.fromEntries(Object.keys(OPTIONAL).map((file) => [file, fc.option(fc.nat(2))])));
const inputs = fc.array(fc.tuple(fc.nat(WAYS.length - 1), fc.nat(1)), { minLength: 2, maxLength: 5 });
const trees = fc.record({ values, optional });

/** Two commits of the same units; of the values some differ. */
const scenario = fc.record({
  units: fc.tuple(...UNITS.map(() => inputs)),
  before: trees,
  after: trees,
  kept: fc.uniqueArray(fc.constantFrom(...Object.keys(FILES), ...Object.keys(OPTIONAL)), { minLength: 12 }),
});
type Tree = typeof trees extends fc.Arbitrary<infer T> ? T : never;

function filesOf({ values: required, optional: more }: Tree): Map<string, string> {
  const files = new Map<string, string>();
  for (const [file, value] of Object.entries(required)) files.set(file, FILES[file]?.(value) ?? "");
  for (const [file, value] of Object.entries(more)) if (value !== null) files.set(file, OPTIONAL[file]?.(value) ?? "");
  return files;
}

function unitText(folder: string, ways: readonly (readonly [number, number])[]): string {
  const lines = ways.map(([way, pick], index) => `  i${index} = ${WAYS[way]?.(folder, pick)}`);
  const root = 'include "root" {\n  path   = find_in_parent_folders("root.hcl")\n  expose = true\n}\n';
  return `${root}locals {\n  path = "\${get_repo_root()}/data"\n}\ninputs = {\n${lines.join("\n")}\n}\n`;
}

async function rendered(repository: TestRepository, revision: string): Promise<Map<string, string>> {
  await repository.git("checkout", "--quiet", revision);
  const result = new Map<string, string>();
  for (const [index, stage] of STAGES.entries()) {
    const folder = join(repository.folder, index === 0 ? "prod" : "dev");
    const env = { ...toolEnvironment(process.env), STAGE: stage };
    const ran = await run("terragrunt", ["render", "--all", "--json", "--write"], { cwd: folder, env });
    if (ran.exitCode !== 0) throw new Error(ran.stderr);
  }
  for (const unit of UNITS) {
    result.set(unit, await readFile(join(repository.folder, unit, "terragrunt.rendered.json"), "utf8"));
  }
  await repository.git("clean", "--quiet", "-fdx");
  return result;
}

it(
  "affects every unit that Terragrunt renders differently at the two commits",
  async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ units, before, after, kept }) => {
        const old = filesOf(before);
        const now = filesOf(after);
        for (const file of kept) {
          const text = old.get(file);
          if (text === undefined) now.delete(file);
          else now.set(file, text);
        }
        await using repository = await makeRepository({
          ".pipelines/config.yml":
            'environments:\n  prod:\n    paths: ["prod/**"]\n    env: { STAGE: blue }\n  dev:\n    paths: ["dev/**"]\n    env: { STAGE: green }\n',
          "root.hcl": 'locals {\n  note = file("notes/note.txt")\n}\n',
          link: { link: "data" },
          ...Object.fromEntries(
            UNITS.map((unit, index) => [`${unit}/terragrunt.hcl`, unitText(unit, units[index] ?? [])]),
          ),
          ...Object.fromEntries(old),
        });
        const edits: Record<string, string | null> = {};
        for (const file of new Set([...old.keys(), ...now.keys()])) {
          if (old.get(file) !== now.get(file)) edits[file] = now.get(file) ?? null;
        }
        const head = await repository.commit(edits as Edits);
        const [at, was] = [await rendered(repository, head), await rendered(repository, "HEAD~1")];
        await repository.git("checkout", "--quiet", head);
        const assessment = await repository.assess();
        expect(assessment.problems).toEqual([]);
        const affected = assessment.units.map(({ path }) => path as string);
        expect(affected).toEqual(expect.arrayContaining(UNITS.filter((unit) => at.get(unit) !== was.get(unit))));
      }),
      { numRuns: REPOSITORIES },
    );
  },
  REPOSITORIES * 30_000,
);
