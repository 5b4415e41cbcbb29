import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packJobs } from "./pack.ts";

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

function pack(given: Record<string, Given>, mode: "plan" | "apply") {
  const dependencies = (path: UnitPath) => (given[path]?.dependsOn ?? []).map((name) => UnitPath.parse(name));
  return packJobs({
    units: unitsOf(given, mode),
    dependenciesAtHead: dependencies,
    dependenciesAtBase: dependencies,
    accounts: [],
    head,
    mode,
    limits: { unitsPerJob: 3, parallelism: 2, timeoutMinutes: 60 },
  });
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
          // An apply and a destroy are not ordered by their dependency: every destroy follows all applies.
          if (deletes.length === 1) continue;
          const [earlier, later] = deletes.length === 2 ? [own, other] : [other, own];
          expect(earlier.stage).toBeLessThan(later.stage);
        }
      }),
    );
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
      units: unitsOf(given, "apply"),
      dependenciesAtHead: (path) => (dependencies.get(path) ?? []).map((name) => UnitPath.parse(name)),
      dependenciesAtBase: () => [],
      accounts: [],
      head,
      mode: "apply",
      limits: { unitsPerJob: 3, parallelism: 2, timeoutMinutes: 60 },
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
