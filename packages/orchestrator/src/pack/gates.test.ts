import { comesFirst } from "@pipelines/core/configuration/comes-first";
import { promotionOf } from "@pipelines/core/configuration/promotion";
import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import type { Job } from "@pipelines/core/contracts/job";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { strictStagesOf } from "./matrix.ts";
import { packJobs } from "./pack.ts";

const [base, head] = [CommitSha.parse("a".repeat(40)), CommitSha.parse("b".repeat(40))];
const promotion = promotionOf({
  environments: { dev: {}, stage: { after: ["dev"] }, prod: { after: ["stage"] }, net: {} },
});

type Given = { deleted?: boolean; dependsOn?: string[]; commits?: string[] };

/** Jobs of units that are named `<environment>/<name>`, of one change unless their commits say otherwise. */
function pack(given: Record<string, Given>, mode: "plan" | "apply" = "apply") {
  const units = Object.entries(given).map(([path, { deleted = false, dependsOn = [] }]) =>
    AffectedUnit.parse({
      ...{ path, status: deleted ? "deleted" : "changed", action: deleted ? "destroy" : "apply", dependsOn },
      ...{ at: deleted ? base : head, environment: path.split("/", 1)[0] },
      because: [{ change: "ModuleChanged", file: path, links: [] }],
    }),
  );
  const dependencies = (path: UnitPath) => (given[path]?.dependsOn ?? []).map((name) => UnitPath.parse(name));
  return packJobs({
    ...{
      units,
      accounts: { added: [], requested: [], factory: null },
      head,
      mode,
      limits: { unitsPerJob: 8, parallelism: 2, timeoutMinutes: 60 },
    },
    ...{ dependenciesAtHead: dependencies, dependenciesAtBase: dependencies },
    promoted: { promotion, commitsOf: ({ path }) => given[path]?.commits ?? ["change"] },
  });
}
const placed = (jobs: readonly Job[]): string[] =>
  jobs.flatMap(({ stage, units }) => units.map(({ path }) => `${stage} ${path}`)).toSorted();
const waits = (jobs: readonly Job[], path: string) =>
  jobs.flatMap(({ units }) => units.filter((unit) => unit.path === path).map(({ waitsFor }) => waitsFor))[0];

describe("environments that come one after the other", () => {
  it("are applied in as many stages, though none of their units depend on each other", () => {
    const { jobs, problems } = pack({ "dev/a": {}, "stage/a": {}, "prod/a": {}, "net/a": {} });
    expect(placed(jobs)).toEqual(["1 dev/a", "1 net/a", "2 stage/a", "3 prod/a"]);
    expect([waits(jobs, "prod/a"), waits(jobs, "stage/a"), waits(jobs, "dev/a")]).toEqual([
      ["dev", "stage"],
      ["dev"],
      undefined,
    ]);
    expect(problems).toEqual([]);
  });

  it("wait through one that the change does not touch, and not for another change", () => {
    const { jobs } = pack({ "dev/a": {}, "prod/a": {}, "prod/b": { commits: ["another"] } });
    expect(placed(jobs)).toEqual(["1 dev/a", "1 prod/b", "2 prod/a"]);
  });

  it("let a unit go before what needs it; what else comes first it still waits for", () => {
    const { jobs, problems } = pack({
      ...{ "dev/a": { dependsOn: ["prod/dns"] }, "dev/b": {}, "prod/dns": {}, "prod/a": {} },
    });
    expect(placed(jobs)).toEqual(["1 dev/b", "2 prod/dns", "3 dev/a", "4 prod/a"]);
    expect(problems).toEqual([]);
  });

  it("destroy in the same order, but a unit of prod before what it uses of dev", () => {
    const old = { deleted: true };
    expect(placed(pack({ "dev/old": old, "prod/old": old }).jobs)).toEqual(["5 dev/old", "6 prod/old"]);
    const uses = { ...old, dependsOn: ["dev/old"] };
    expect(placed(pack({ "dev/old": old, "prod/old": uses }).jobs)).toEqual(["5 prod/old", "6 dev/old"]);
  });

  const circle = { "dev/a": { dependsOn: ["prod/p"] }, "dev/b": { dependsOn: ["prod/q"] }, "prod/p": {}, "prod/q": {} };

  it("are refused by name in a pull request where units wait for each other, which can be split", () => {
    expect(pack(circle, "plan").problems).toMatchObject([
      { units: ["dev/a", "dev/b", "prod/p", "prod/q"], message: expect.stringContaining("wait for each other") },
    ]);
  });

  it("leave it to dependencies who goes first among merged units that wait for each other, and to nobody else", () => {
    const { jobs, problems } = pack({ ...circle, "dev/c": {}, "prod/r": {} });
    expect(placed(jobs)).toEqual(["1 dev/c", "2 prod/p", "2 prod/q", "3 dev/a", "3 dev/b", "4 prod/r"]);
    expect(problems).toEqual([]);
    const old = (...dependsOn: string[]) => ({ deleted: true, dependsOn });
    const gone = pack({ "dev/a": old(), "dev/b": old(), "prod/c": old("dev/b"), "prod/e": old("dev/a") });
    expect(placed(gone.jobs)).toEqual(["5 prod/c", "5 prod/e", "6 dev/a", "6 dev/b"]);
    expect(gone.problems).toEqual([]);
  });

  it("are refused by name where a run has no stages for so many", () => {
    const deep = pack({
      ...{ "net/a": {}, "net2/a": { dependsOn: ["net/a"] }, "dev/a": { dependsOn: ["net2/a"] } },
      ...{ "stage/a": {}, "prod/a": {} },
    });
    expect(deep.problems).toMatchObject([{ kind: "too-many-stages", units: ["prod/a"] }]);
    expect(placed(deep.jobs)).toEqual(["1 net/a", "2 net2/a", "3 dev/a", "4 stage/a"]);
  });

  it("make a stage strict exactly when each of its units waits for all that comes before", () => {
    const strict = (given: Record<string, Given>): string[] => strictStagesOf(pack(given).jobs);
    expect(strict({ "dev/a": {}, "dev/b": {}, "prod/a": {} })).toEqual(["apply_2"]);
    expect(strict({ "dev/a": {}, "stage/a": {}, "prod/a": {} })).toEqual(["apply_2", "apply_3"]);
    expect(strict({ "dev/a": {}, "net/a": {}, "prod/a": {} })).toEqual([]);
    expect(strict({ "dev/a": {}, "dev/b": { commits: ["another"] }, "prod/a": {} })).toEqual([]);
    expect(strict({ "dev/a": {}, "net/a": { dependsOn: ["dev/a"] }, "prod/a": {} })).toEqual([]);
  });

  it("whatever is to be done: no unit is lost, and each comes in a later stage than all that comes first", () => {
    const environments = ["dev", "stage", "prod", "net"];
    const given = fc
      .array(
        fc.record({
          environment: fc.constantFrom(...environments),
          deleted: fc.boolean(),
          commits: fc.uniqueArray(fc.constantFrom("one", "two", "three"), { minLength: 1, maxLength: 2 }),
          to: fc.array(fc.nat(12), { maxLength: 2 }),
        }),
        { maxLength: 12 },
      )
      .map((rows) => {
        const names = rows.map(({ environment }, index) => `${environment}/u${index}`);
        return Object.fromEntries(
          rows.map(({ deleted, commits, to }, index) => {
            const dependsOn = to.filter((target) => target < index).flatMap((target) => names[target] ?? []);
            return [names[index] ?? "", { deleted, commits, dependsOn }] as const;
          }),
        );
      });
    fc.assert(
      fc.property(given, (units) => {
        const { jobs, problems } = pack(units);
        const stages = new Map(jobs.flatMap(({ stage, units: members }) => members.map(({ path }) => [path, stage])));
        const refused = new Set(problems.flatMap(({ units: named = [] }) => named));
        const paths = Object.keys(units).map((path) => UnitPath.parse(path));
        expect([...stages.keys(), ...refused].toSorted()).toEqual(paths.toSorted());
        const needs = (path: string): Set<string> => {
          const all = new Set([path]);
          for (const one of all) for (const next of units[one]?.dependsOn ?? []) all.add(next);
          return all;
        };
        const of = (path: UnitPath) => ({
          ...{ path, environments: [path.split("/", 1)[0] ?? ""], removes: units[path]?.deleted === true },
          commits: units[path]?.commits ?? [],
        });
        // Also through others: what waits for a unit itself can't go before it.
        const waitsFor = (path: UnitPath): Set<UnitPath> => {
          const all = new Set([path]);
          for (const one of all) {
            const before = (other: UnitPath): boolean =>
              of(other).removes === of(one).removes &&
              (comesFirst(of(other), of(one), promotion) ||
                (of(one).removes ? needs(other).has(one) : needs(one).has(other)));
            for (const other of paths) if (before(other)) all.add(other);
          }
          return all;
        };
        for (const then of paths) {
          for (const first of paths.filter((path) => path !== then && comesFirst(of(path), of(then), promotion))) {
            const [a, b] = [stages.get(first), stages.get(then)];
            const sameKind = of(first).removes === of(then).removes;
            const exempt = sameKind && waitsFor(first).has(then);
            if (a !== undefined && b !== undefined && !exempt) expect(a).toBeLessThan(b);
          }
        }
      }),
    );
  });
});
