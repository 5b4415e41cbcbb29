import { environmentLookup } from "@pipelines/core/configuration/environments";
import { Configuration } from "@pipelines/core/configuration/schema";
import { Assessment } from "@pipelines/core/contracts/assessment";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, expect, it } from "vitest";
import { placedBy } from "../../test/placed.ts";
import { assess } from "../assess.ts";
import { classifyChanges, RULES } from "../classify/classify.ts";
import { affectedUnits } from "../decide/affect.ts";
import { refuseDeletes } from "../decide/refuse.ts";
import { emptySnapshot, type Link, type Snapshot, type UnitFacts } from "../discover/snapshot.ts";
import { explain } from "../explain/text.ts";
import { matricesOf } from "./matrix.ts";
import { packJobs } from "./pack.ts";

const [base, head] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];
const UNITS = 11_000;
const ACCOUNTS = 40;

const configuration = Configuration.parse({
  environments: Object.fromEntries(
    Array.from({ length: ACCOUNTS }, (_unused, account) => [
      `account-${account}`,
      { paths: [`account-${account}/**`] },
    ]),
  ),
});

/** Units of many accounts that all include the root; each tenth depends on the one before it. */
function snapshotOf(commit: CommitSha, files: ReadonlyMap<string, string>): Snapshot {
  const facts = new Map<UnitPath, UnitFacts>();
  for (let index = 0; index < UNITS; index += 1) {
    const name = (number: number): UnitPath =>
      UnitPath.parse(`account-${index % ACCOUNTS}/eu-central-1/service-${number}/database`);
    const path = name(index);
    const reads = new Map<string, readonly Link[]>([["root.hcl", [{ relation: "included by", path }]]]);
    const before = index - ACCOUNTS;
    const dependencies = index % 10 === 0 && before >= 0 ? [name(before)] : [];
    facts.set(path, {
      path,
      places: new Map(),
      dependencies,
      reads,
      located: new Set(),
      notEvaluated: null,
      exclusion: null,
    });
  }
  return { ...emptySnapshot(commit), files, units: new Set(facts.keys()), facts };
}

function assessment(mode: "plan" | "apply", diff: readonly ChangedFile[]): Assessment {
  const before = snapshotOf(base, new Map([["root.hcl", "1"]]));
  const now = snapshotOf(head, new Map([["root.hcl", "2"]]));
  const commits = {
    base: before,
    head: now,
    configuration,
    addedAccounts: null,
    accountsEdited: false,
    reconfigured: [],
  };
  const classified = classifyChanges(diff, commits, RULES);
  const lookup = environmentLookup(configuration);
  const affected = affectedUnits(classified.changes, before, now, {
    mode,
    requested: null,
    writes: mode === "apply",
    environmentOf: lookup,
    environmentOnceMerged: lookup,
    environmentNow: lookup,
    existsNow: () => false,
    includeDependents: false,
    isIgnored: () => false,
    moves: new Map(),
    holdMoves: true,
    applyAccountDeletions: false,
  });
  const refused = refuseDeletes(affected.units, before, now, mode);
  const dependenciesOf = (unit: UnitPath) => now.facts.get(unit)?.dependencies ?? [];
  const packed = packJobs({
    units: refused.units,
    dependenciesAtHead: dependenciesOf,
    dependenciesAtBase: dependenciesOf,
    accounts: { added: [], requested: [], factory: null },
    head,
    mode,
    limits: { unitsPerJob: 8, parallelism: 4, timeoutMinutes: 60 },
  });
  return assess({
    look: null,
    comparison: {
      version: 1,
      mode,
      base,
      head,
      event: { name: "push", ref: "refs/heads/main", actor: null },
      deployBranch: "main",
    },
    governing: configuration,
    classified,
    units: refused.units,
    jobs: packed.jobs,
    problems: [...affected.problems, ...refused.problems, ...packed.problems],
    living: [],
    untouched: [],
    notices: [],
    promotions: [],
    discovery: { snapshots: 2, terragruntCalls: 2, seconds: 60 },
  });
}

const root: ChangedFile[] = [{ path: "root.hcl", status: "modified" }];
const own = [...snapshotOf(head, new Map()).units.keys()].map((path): ChangedFile => {
  return { path: `${path}/terragrunt.hcl`, status: "modified" };
});

describe.each(["plan", "apply"] as const)("%s of eleven thousand affected units", (mode) => {
  it.each([
    ["one shared file", root, 1],
    ["a file of each", own, UNITS],
  ])("by a change of %s is complete, and each output stays below a megabyte", (_what, diff, changes) => {
    const document: Assessment = Assessment.parse(JSON.parse(JSON.stringify(assessment(mode, diff))));
    expect([document.units.length, document.changes.length, document.problems]).toEqual([UNITS, changes, []]);
    const packed = document.jobs.flatMap((job) => job.units.map(({ path }) => path));
    expect([packed.length, new Set(packed).size]).toEqual([UNITS, UNITS]);
    for (const [, matrix] of matricesOf(placedBy(document.jobs, configuration))) {
      expect(matrix.length).toBeLessThanOrEqual(256);
      expect(Buffer.byteLength(JSON.stringify(matrix))).toBeLessThan(1_000_000);
    }
    expect(explain(document, { verbose: false, rest: "", commands: [], asides: [] }).split("\n").length).toBeLessThan(
      150,
    );
  });
});
