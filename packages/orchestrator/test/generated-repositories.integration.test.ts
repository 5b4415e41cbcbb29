import { posix } from "node:path";
import type { Assessment } from "@pipelines/core/contracts/assessment";
import fc from "fast-check";
import { expect, it } from "vitest";
import { makeRepository } from "./repository.ts";

/**
 * Repositories made at random, whose reads are known since they were made. The expectation is computed from the model
 * alone, without any shortcut: a unit is affected when one of the files that it reads at base or head has changed.
 */
type UnitModel = {
  readonly folder: string;
  readonly common: number | null;
  readonly module: number | null;
  readonly data: number | null;
  readonly lookup: boolean;
  readonly after: readonly number[];
};
type Model = {
  readonly units: readonly UnitModel[];
  /** Folders with an `account.hcl`; the nearest above a unit is the one it reads. */
  readonly accounts: readonly string[];
  /** Modules that call their next neighbour by `../`. */
  readonly calls: readonly boolean[];
};

const FOLDERS = ["prod/eu/a", "prod/eu/b", "prod/us/a", "prod/us/a/nested", "dev/eu/a", "dev/b c"];
const ACCOUNTS = ["prod", "prod/eu", "dev", "dev/eu"];
const MODULES = 3;

const modelOf = (folders: readonly string[], accounts: readonly string[]): fc.Arbitrary<Model> =>
  fc
    .tuple(
      fc.tuple(
        ...folders.map((_, index) =>
          fc.record({
            common: fc.option(fc.nat(1)),
            module: fc.option(fc.nat(MODULES - 1)),
            data: fc.option(fc.nat(1)),
            lookup: fc.boolean(),
            after: index === 0 ? fc.constant([]) : fc.uniqueArray(fc.nat(index - 1), { maxLength: 2 }),
          }),
        ),
      ),
      fc.array(fc.boolean(), { minLength: MODULES, maxLength: MODULES }),
    )
    .map(([units, calls]) => ({
      units: units.map((unit, index) => ({ ...unit, folder: folders[index] ?? "" })),
      accounts,
      calls,
    }));

const anyModel = fc
  .tuple(fc.subarray(FOLDERS, { minLength: 1 }), fc.subarray(ACCOUNTS))
  .chain(([folders, accounts]) => modelOf(folders, accounts));

const commonFile = (index: number): string => `_envcommon/c${index}.hcl`;
const dataFile = (index: number): string => `data/d${index}.yml`;

/** The files of a model, each with its text. */
function filesOf(model: Model): Map<string, string> {
  const files = new Map<string, string>([["root.hcl", "locals {}\n"]]);
  for (const index of [0, 1]) {
    files.set(commonFile(index), `locals { common = "${index}" }\n`);
    files.set(dataFile(index), `value: ${index}\n`);
  }
  for (let index = 0; index < MODULES; index += 1) {
    const call = model.calls[index] === true && index + 1 < MODULES;
    files.set(`modules/m${index}/main.tf`, call ? `module "next" {\n  source = "../m${index + 1}"\n}\n` : "");
    files.set(`modules/m${index}/policy.json`, "{}\n");
  }
  for (const folder of model.accounts) files.set(`${folder}/account.hcl`, `locals { account = "${folder}" }\n`);
  for (const unit of model.units) files.set(`${unit.folder}/terragrunt.hcl`, unitText(unit, model));
  return files;
}

function unitText(unit: UnitModel, model: Model): string {
  const up = posix.relative(unit.folder, ".");
  const blocks = ['include "root" {\n  path = find_in_parent_folders("root.hcl")\n}'];
  if (unit.common !== null) {
    blocks.push(`include "common" {\n  path = "\${get_repo_root()}/${commonFile(unit.common)}"\n}`);
  }
  if (unit.module !== null) blocks.push(`terraform {\n  source = "${up}/modules/m${unit.module}"\n}`);
  const locals: string[] = [];
  if (unit.data !== null) locals.push(`data = yamldecode(file("\${get_repo_root()}/${dataFile(unit.data)}"))`);
  if (unit.lookup) {
    locals.push('account = try(read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.account, "none")');
  }
  blocks.push(`locals {\n  ${locals.join("\n  ")}\n}`);
  for (const index of unit.after) {
    const target = model.units[index];
    if (target === undefined) continue;
    const path = posix.relative(unit.folder, target.folder);
    blocks.push(`dependency "d${index}" {\n  config_path  = "${path}"\n  mock_outputs = {}\n}`);
  }
  return `${blocks.join("\n\n")}\n`;
}

/** Everything that a unit reads, by the model's own word. */
function readsOf(unit: UnitModel, model: Model, files: ReadonlyMap<string, string>): Set<string> {
  const reads = new Set<string>(["root.hcl", `${unit.folder}/terragrunt.hcl`]);
  if (unit.common !== null) reads.add(commonFile(unit.common));
  if (unit.data !== null) reads.add(dataFile(unit.data));
  for (let module = unit.module; module !== null && module < MODULES; ) {
    for (const file of files.keys()) if (file.startsWith(`modules/m${module}/`)) reads.add(file);
    module = model.calls[module] === true ? module + 1 : null;
  }
  if (unit.lookup) {
    // `find_in_parent_folders` starts above the unit.
    for (let folder = posix.dirname(unit.folder); folder !== "."; folder = posix.dirname(folder)) {
      if (model.accounts.includes(folder)) {
        reads.add(`${folder}/account.hcl`);
        break;
      }
    }
  }
  return reads;
}

function changedBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Set<string> {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return new Set([...paths].filter((path) => before.get(path) !== after.get(path)));
}

/** Edits without meaning: a comment appended to some files, so that shared files change without their readers. */
function touch(files: ReadonlyMap<string, string>, picks: readonly number[]): Map<string, string> {
  const result = new Map(files);
  const paths = [...files.keys()].toSorted();
  for (const pick of picks) {
    const path = paths[pick % paths.length] ?? "";
    result.set(path, path.endsWith(".json") ? `${result.get(path)} ` : `${result.get(path)}# touched\n`);
  }
  return result;
}

const scenario = anyModel.chain((before) =>
  fc.record({
    before: fc.constant(before),
    // Half of the time the units stay and only files change; else the repository is made anew.
    after: fc.oneof(fc.constant(before), anyModel),
    touched: fc.array(fc.nat(100), { maxLength: 3 }),
  }),
);

/** The units that must be affected: brute force over both models. */
function expectedUnits(models: readonly Model[], trees: readonly ReadonlyMap<string, string>[], changed: Set<string>) {
  const expected = new Set<string>();
  for (const [index, model] of models.entries()) {
    for (const unit of model.units) {
      const reads = readsOf(unit, model, trees[index] ?? new Map());
      if ([...reads].some((file) => changed.has(file))) expected.add(unit.folder);
    }
  }
  return [...expected].toSorted();
}

type Kind = "added" | "deleted" | "there";

/** Whether a unit was there before, is there now, or both, by the models' own word. */
function kindOf(folder: string, [before, after]: readonly [Model, Model]): Kind {
  const has = (model: Model): boolean => model.units.some((unit) => unit.folder === folder);
  if (!has(after)) return "deleted";
  return has(before) ? "there" : "added";
}

function expectTrue(assessment: Assessment, models: readonly [Model, Model], changed: ReadonlySet<string>): void {
  const { base, head } = assessment.comparison;
  for (const unit of assessment.units) {
    const kind = kindOf(unit.path, models);
    expect(unit.status === "changed" || unit.status === "affected" ? "there" : unit.status).toBe(kind);
    expect(unit.at).toBe(kind === "deleted" ? base : head);
    expect(unit.because.length).toBeGreaterThan(0);
    for (const reason of unit.because) expect(changed.has(reason.file)).toBe(true);
  }
}

/** What a comparison comes to, however many units Terragrunt evaluated for it. */
function decided({ changes, units, jobs, problems, unmatched, ignored }: Assessment) {
  return { changes, units, jobs, problems, unmatched, ignored };
}

it("affects exactly the units whose reads at base or head meet what changed, and runs each in one job; as if all were evaluated", async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ before, after, touched }) => {
      const [filesBefore, filesAfter] = [filesOf(before), touch(filesOf(after), touched)];
      const changed = changedBetween(filesBefore, filesAfter);
      await using repository = await makeRepository(Object.fromEntries(filesBefore));
      await repository.commit(Object.fromEntries([...changed].map((path) => [path, filesAfter.get(path) ?? null])));
      const assessment = await repository.assess();
      expect(decided(assessment)).toEqual(decided(await repository.assess("pull_request", "all")));
      const expected = expectedUnits([before, after], [filesBefore, filesAfter], changed);
      expect(assessment.problems.filter(({ kind }) => kind !== "refused-delete")).toEqual([]);
      expect(assessment.units.map(({ path }) => path as string)).toEqual(expected);
      expect(assessment.jobs.flatMap((job) => job.units.map(({ path }) => path as string)).toSorted()).toEqual(
        expected,
      );
      expectTrue(assessment, [before, after], changed);
    }),
    { numRuns: Number(process.env["GENERATED_REPOSITORIES"] ?? 10) },
  );
});
