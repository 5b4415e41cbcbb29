import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { Account } from "@pipelines/core/contracts/change";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PackInput, packJobs } from "./pack.ts";

const [base, head] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];

type Given = { environment: string; deleted: boolean; dependsOn: string[] };

function unitsOf(given: Record<string, Given>, mode: "plan" | "apply"): AffectedUnit[] {
  return Object.entries(given).map(([path, { environment, deleted, dependsOn }]) =>
    AffectedUnit.parse({
      path,
      status: deleted ? "deleted" : "changed",
      action: mode === "apply" ? (deleted ? "destroy" : "apply") : deleted ? "plan-destroy" : "plan",
      at: deleted ? base : head,
      environment,
      because: [{ change: deleted ? "ModuleDeleted" : "ModuleChanged", file: `${path}/terragrunt.hcl`, links: [] }],
      dependsOn,
    }),
  );
}

const INPUT: PackInput = {
  units: [],
  dependenciesAtHead: () => [],
  dependenciesAtBase: () => [],
  accounts: { added: [], requested: [], factory: null },
  head,
  mode: "plan",
  limits: { unitsPerJob: 3, parallelism: 2, timeoutMinutes: 60 },
};

function pack(given: Record<string, Given>, mode: "plan" | "apply") {
  const dependencies = (path: UnitPath) => (given[path]?.dependsOn ?? []).map((name) => UnitPath.parse(name));
  const units = unitsOf(given, mode);
  return packJobs({ ...INPUT, units, dependenciesAtHead: dependencies, dependenciesAtBase: dependencies, mode });
}

/** What a unit depends on, and what depends on it. */
function neighbours(given: Record<string, Given>, path: string): string[] {
  const dependents = Object.keys(given).filter((other) => given[other]?.dependsOn.includes(path));
  return [...(given[path]?.dependsOn ?? []), ...dependents];
}

const repositories = fc
  .array(
    fc.record({
      environment: fc.constantFrom("dev", "prod", "net"),
      deleted: fc.boolean(),
      to: fc.array(fc.nat(15), { maxLength: 3 }),
    }),
    { maxLength: 16 },
  )
  .map((rows) =>
    Object.fromEntries(
      rows.map(({ environment, deleted, to }, index): [string, Given] => [
        `u${index}`,
        { environment, deleted, dependsOn: to.filter((target) => target < index).map((target) => `u${target}`) },
      ]),
    ),
  );
const modes = fc.constantFrom("plan" as const, "apply" as const);
const jobOf = (jobs: readonly Job[], path: string): Job | undefined =>
  jobs.find(({ units }) => units.some((unit) => unit.path === path));

describe("packing", () => {
  it("loses no unit and doubles none: what is in no job is named by a problem", () => {
    fc.assert(
      fc.property(repositories, modes, (given, mode) => {
        const { jobs, problems } = pack(given, mode);
        const packed = jobs.flatMap(({ units }) => units.map(({ path }) => path as string));
        expect(new Set(packed).size).toBe(packed.length);
        const named = problems.map(({ message }) => message).join("\n");
        for (const path of Object.keys(given)) {
          if (!packed.includes(path)) expect(named).toContain(`\`${path}\``);
        }
      }),
    );
  });

  it("never mixes environments, actions or commits in a job", () => {
    fc.assert(
      fc.property(repositories, modes, (given, mode) => {
        for (const job of pack(given, mode).jobs) {
          for (const { path } of job.units) {
            expect(given[path]?.environment).toBe(job.environment);
            expect(job.at).toBe(given[path]?.deleted === true ? base : head);
          }
        }
      }),
    );
  });

  it("runs a dependency in the same job or in an earlier stage, and destroys it later", () => {
    fc.assert(
      fc.property(repositories, (given) => {
        const { jobs } = pack(given, "apply");
        const edges = Object.entries(given).flatMap(([path, { dependsOn }]) =>
          dependsOn.map((to) => [path, to] as const),
        );
        for (const [path, dependency] of edges) {
          const [own, other] = [jobOf(jobs, path), jobOf(jobs, dependency)];
          if (own === undefined || other === undefined || own === other) continue;
          const deletes = [given[path], given[dependency]].filter((unit) => unit?.deleted);
          // Every destroy follows all applies, whichever way they depend.
          if (deletes.length === 1) continue;
          const [earlier, later] = deletes.length === 2 ? [own, other] : [other, own];
          expect(earlier.stage).toBeLessThan(later.stage);
        }
      }),
    );
  });

  it("destroys a unit only after the applies of all that depended on it, directly or through units that do not run", () => {
    fc.assert(
      fc.property(repositories, (given) => {
        const { jobs } = pack(given, "apply");
        const afterOf = (path: string): string[] => [
          ...(jobOf(jobs, path)?.units.find((unit) => unit.path === path)?.after ?? []),
        ];
        for (const [path, { dependsOn, deleted }] of Object.entries(given)) {
          if (deleted) continue;
          for (const used of dependsOn) {
            if (given[used]?.deleted !== true || jobOf(jobs, used) === undefined) continue;
            expect(afterOf(used)).toContain(path);
          }
        }
      }),
    );
    const between = new Map([
      ["app", ["between"]],
      ["between", ["vpc"]],
    ]);
    const { jobs } = packJobs({
      ...INPUT,
      units: unitsOf(
        {
          app: { environment: "prod", deleted: false, dependsOn: [] },
          vpc: { environment: "net", deleted: true, dependsOn: [] },
        },
        "apply",
      ),
      dependenciesAtBase: (path) => (between.get(path) ?? []).map((name) => UnitPath.parse(name)),
      mode: "apply",
    });
    expect(jobs.map(({ units, stage }) => [stage, units])).toEqual([
      [1, [{ path: "app", after: [] }]],
      [5, [{ path: "vpc", after: ["app"] }]],
    ]);
  });

  it("does not destroy what a unit used whose apply is refused", () => {
    const chain = Array.from({ length: 5 }, (_unused, index): [string, Given] => [
      `u${index}`,
      { environment: `e${index}`, deleted: false, dependsOn: index === 0 ? [] : [`u${index - 1}`] },
    ]);
    const given = {
      ...Object.fromEntries(chain),
      old: { environment: "e0", deleted: true, dependsOn: [] },
      u4: { environment: "e4", deleted: false, dependsOn: ["u3", "old"] },
    };
    const { jobs, problems } = pack(given, "apply");
    expect(jobOf(jobs, "u4")).toBeUndefined();
    expect(jobOf(jobs, "old")).toBeUndefined();
    expect(problems.flatMap(({ units }) => units)).toEqual(["u4", "old"]);
  });

  it("keeps to four stages of applies, then four of destroys", () => {
    fc.assert(
      fc.property(repositories, (given) => {
        for (const { stage, action } of pack(given, "apply").jobs) {
          expect(stage).toBeGreaterThanOrEqual(action === "destroy" ? 5 : 1);
          expect(stage).toBeLessThanOrEqual(action === "destroy" ? 8 : 4);
        }
      }),
    );
  });

  it("puts units joined by a dependency into one job of a plan, where they share an environment", () => {
    fc.assert(
      fc.property(repositories, (given) => {
        const { jobs } = pack(given, "plan");
        for (const [path, { dependsOn, environment, deleted }] of Object.entries(given)) {
          for (const to of dependsOn) {
            if (given[to]?.environment !== environment || given[to]?.deleted !== deleted) continue;
            expect(jobOf(jobs, path)).toBe(jobOf(jobs, to));
          }
        }
      }),
    );
  });

  it("fills jobs up to `units_per_job`, and goes beyond only for units that dependencies join", () => {
    fc.assert(
      fc.property(repositories, modes, (given, mode) => {
        const { jobs } = pack(given, mode);
        const parts = (job: Job): Set<string>[] => {
          const sets: Set<string>[] = [];
          for (const { path } of job.units) {
            const near = new Set([path as string, ...neighbours(given, path)]);
            const touching = sets.filter((set) => [...near].some((name) => set.has(name)));
            for (const set of touching) sets.splice(sets.indexOf(set), 1);
            sets.push(new Set([...near, ...touching.flatMap((set) => [...set])]));
          }
          return sets;
        };
        for (const job of jobs) if (job.units.length > 3) expect(parts(job)).toHaveLength(1);
        for (const [job, next] of jobs.map((one, index) => [one, jobs[index + 1]] as const)) {
          if (next?.environment !== job.environment || next.action !== job.action || next.stage !== job.stage) continue;
          // What comes next did not fit any more.
          expect(job.units.length + next.units.length).toBeGreaterThan(3);
        }
      }),
    );
  });

  it("leaves units that are withheld out of every job", () => {
    const given = { a: { environment: "prod", deleted: true, dependsOn: [] } };
    const [unit] = unitsOf(given, "apply");
    if (unit === undefined) throw new Error("there is one");
    const withheld: AffectedUnit = { ...unit, withheld: { by: "destroy-denied", message: "no", next: "none" } };
    expect(packJobs({ ...INPUT, units: [withheld], mode: "apply" })).toEqual({ jobs: [], problems: [] });
  });

  it("gives a job the time that its units take level by level, as many at once as may run, and not above GitHub's limit", () => {
    const alone = (count: number): Record<string, Given> =>
      Object.fromEntries(
        Array.from({ length: count }, (_unused, index) => [
          `u${index}`,
          { environment: "prod", deleted: false, dependsOn: [] },
        ]),
      );
    const minutes = (given: Record<string, Given>): number[] =>
      pack(given, "apply").jobs.map(({ timeoutMinutes }) => timeoutMinutes);
    // Two side by side, an hour each at the most, and ten minutes to set up.
    expect(minutes(alone(2))).toEqual([70]);
    expect(minutes(alone(3))).toEqual([130]);
    expect(minutes({ ...alone(1), v: { environment: "prod", deleted: false, dependsOn: ["u0"] } })).toEqual([130]);
    const chain = Object.fromEntries(
      Array.from({ length: 12 }, (_unused, index): [string, Given] => [
        `c${index}`,
        { environment: "prod", deleted: false, dependsOn: index === 0 ? [] : [`c${index - 1}`] },
      ]),
    );
    expect(minutes(chain)).toEqual([350]);
  });

  it("leaves room in the matrix of plans for the previews of accounts", () => {
    const account = (name: string) => Account.parse({ name, id: "111111111111", email: `${name}@example.com` });
    const given = Object.fromEntries(
      Array.from({ length: 256 * 3 }, (_unused, index): [string, Given] => [
        `u${index}`,
        { environment: "prod", deleted: false, dependsOn: [] },
      ]),
    );
    const accounts = { added: [account("a"), account("b")], requested: [], factory: null };
    const packed = packJobs({ ...INPUT, units: unitsOf(given, "plan"), accounts });
    expect(packed.problems).toEqual([]);
    expect(packed.jobs.length).toBeLessThanOrEqual(256);
    const previews = packed.jobs.filter(({ action }) => action === "preview-account");
    expect(previews.map(({ name, accounts: of }) => [name, of?.added.map((one) => one.name)])).toEqual([
      ["Plan · account · a, b", ["a", "b"]],
    ]);
    expect(packJobs({ ...INPUT, accounts, mode: "apply" }).jobs).toMatchObject([
      { stage: 9, action: "provision-account" },
    ]);
  });

  it("proposes the accounts that are asked for where their factory runs, and nowhere else", () => {
    const requested = [{ name: "qa", file: "_new-account-requests/qa.yml", email: "" }];
    const given = { factory: { environment: "management", deleted: false, dependsOn: [] } };
    const accounts = { added: [], requested, factory: "factory" };
    const jobsWith = (units: PackInput["units"]) => packJobs({ ...INPUT, units, accounts, mode: "apply" }).jobs;
    expect(jobsWith(unitsOf(given, "apply"))).toMatchObject([
      { stage: 1, action: "apply" },
      { stage: 9, action: "provision-account", accounts: { added: [], requested }, changes: ["AccountRequested"] },
    ]);
    expect(jobsWith([])).toEqual([]);
  });

  it("refuses more than four environments in a row, and names every unit that is too deep", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 8 }), fc.boolean(), (length, deleted) => {
        const given = Object.fromEntries(
          Array.from({ length }, (_unused, index): [string, Given] => [
            `u${index}`,
            { environment: `e${index}`, deleted, dependsOn: index === 0 ? [] : [`u${index - 1}`] },
          ]),
        );
        const { jobs, problems } = pack(given, "apply");
        const left = Object.keys(given).filter((path) => jobOf(jobs, path) === undefined);
        expect(problems).toMatchObject([{ kind: "too-many-stages", units: left }]);
        expect(left).toHaveLength(length - 4);
      }),
    );
  });

  it("packs more than 256 jobs denser, dropping none", () => {
    const sizes = fc.integer({ min: 0, max: 3000 });
    const shapes = fc.record({ sizes: fc.array(sizes, { minLength: 1, maxLength: 4 }), chain: fc.nat(40) });
    fc.assert(
      fc.property(shapes, modes, ({ sizes: counts, chain }, mode) => {
        const given: Record<string, Given> = {};
        for (const [environment, units] of counts.entries()) {
          for (let index = 0; index < units; index += 1) {
            const dependsOn = index % 50 < chain && index > 0 ? [`e${environment}/u${index - 1}`] : [];
            given[`e${environment}/u${index}`] = { environment: `e${environment}`, deleted: false, dependsOn };
          }
        }
        const { jobs, problems } = pack(given, mode);
        expect(problems).toEqual([]);
        expect(jobs.length).toBeLessThanOrEqual(256);
        expect(jobs.flatMap(({ units }) => units)).toHaveLength(Object.keys(given).length);
        for (const { environment, units } of jobs) {
          expect(units.every(({ path }) => path.startsWith(`${environment}/`))).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("runs nothing, and names all, when more environments than a matrix has jobs would run side by side", () => {
    const given = Object.fromEntries(
      Array.from({ length: 257 }, (_unused, index): [string, Given] => [
        `u${index}`,
        { environment: `e${index}`, deleted: false, dependsOn: [] },
      ]),
    );
    for (const mode of ["plan", "apply"] as const) {
      const { jobs, problems } = pack(given, mode);
      expect(jobs).toEqual([]);
      expect(problems).toMatchObject([{ kind: "other", units: Object.keys(given).toSorted() }]);
    }
  });

  it("gives the same jobs with the same ids for the same input in any order", () => {
    fc.assert(
      fc.property(repositories, modes, (given, mode) => {
        const turned = Object.fromEntries(Object.entries(given).toReversed());
        expect(pack(turned, mode)).toEqual(pack(given, mode));
      }),
    );
  });

  it("orders a unit after a dependency that it has only through units that do not run", () => {
    const given = {
      app: { environment: "prod", deleted: false, dependsOn: ["between"] },
      vpc: { environment: "prod", deleted: false, dependsOn: [] },
    };
    const dependencies = new Map([
      ["app", ["between"]],
      ["between", ["vpc"]],
    ]);
    const { jobs } = packJobs({
      ...INPUT,
      units: unitsOf(given, "apply"),
      dependenciesAtHead: (path) => (dependencies.get(path) ?? []).map((name) => UnitPath.parse(name)),
      mode: "apply",
    });
    expect(jobs.map(({ units }) => units)).toEqual([
      [
        { path: "app", after: ["vpc"] },
        { path: "vpc", after: [] },
      ],
    ]);
  });

  it("names a job by what happens", () => {
    const { jobs } = pack({ "prod/vpc": { environment: "prod", deleted: false, dependsOn: [] } }, "apply");
    expect(jobs.map(({ name }) => name)).toEqual(["Apply · prod · ModuleChanged prod/vpc"]);
  });
});
