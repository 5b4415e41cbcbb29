import { environmentLookup } from "@pipelines/core/configuration/environments";
import { Configuration } from "@pipelines/core/configuration/schema";
import type { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import type { ChangedFile } from "@pipelines/core/contracts/change";
import type { Mode } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, expect, it } from "vitest";
import { type Sketch, snapshotOf } from "../../test/snapshots.ts";
import { classifyChanges, RULES } from "../classify/classify.ts";
import { affectedUnits, type Policy } from "./affect.ts";

const UNITS: Sketch = {
  "prod/vpc": { included: ["root.hcl"] },
  "prod/db": { dependsOn: ["prod/vpc"] },
  "prod/app": { dependsOn: ["prod/db"] },
  factory: {},
};
const without = (...paths: string[]): Sketch =>
  Object.fromEntries(Object.entries(UNITS).filter(([path]) => !paths.includes(path)));

type Given = {
  readonly mode?: Mode;
  readonly requested?: Policy["requested"];
  readonly base?: Sketch;
  readonly head?: Sketch;
  readonly settings?: Record<string, unknown>;
  readonly atHead?: Record<string, unknown>;
  readonly moves?: readonly [string, string][];
  readonly ignored?: readonly string[];
};

function affect(diff: Readonly<Record<string, ChangedFile["status"]>>, given: Given = {}) {
  const configuration = Configuration.parse(given.settings ?? {});
  const [base, head] = [snapshotOf("a", given.base ?? UNITS), snapshotOf("b", given.head ?? UNITS)];
  const files = Object.entries(diff).map(([path, status]): ChangedFile => ({ path, status }));
  const { changes } = classifyChanges(
    files,
    { base, head, configuration, addedAccounts: null, accountsEdited: false, reconfigured: [] },
    RULES,
  );
  const atHead = environmentLookup(Configuration.parse(given.atHead ?? given.settings ?? {}));
  return affectedUnits(changes, base, head, {
    mode: given.mode ?? "plan",
    requested: given.requested ?? null,
    writes: given.mode === "apply",
    environmentOf: environmentLookup(configuration),
    environmentNow: atHead,
    existsNow: () => false,
    environmentOnceMerged: (unit, deleted) => (deleted ? environmentLookup(configuration) : atHead)(unit),
    includeDependents: configuration.include_dependents,
    isIgnored: (unit) => given.ignored?.includes(unit) ?? false,
    moves: new Map((given.moves ?? []).flatMap(([a, b]) => [[UnitPath.parse(a), UnitPath.parse(b)] as const])),
    holdMoves: configuration.moves === "hold",
    applyAccountDeletions: configuration.accounts.apply_deletions,
  });
}
const brief = ({ path, action, status, withheld, willBeWithheld }: AffectedUnit): string =>
  [
    `${action} ${path} ${status}`,
    ...(withheld === undefined ? [] : [`withheld: ${withheld.by}`]),
    ...(willBeWithheld === undefined ? [] : [`will be withheld: ${willBeWithheld.by}`]),
  ].join(", ");

const gone = { "prod/app/terragrunt.hcl": "deleted" } as const;
const head = without("prod/app");
const environment = (more: object) => ({ environments: { all: { paths: ["**"], ...more } } });

describe("what happens to an affected unit", () => {
  it.each<[string, Parameters<typeof affect>[0], Given, string[]]>([
    ["a changed unit is planned", { "prod/vpc/main.tf": "modified" }, {}, ["plan prod/vpc changed"]],
    ["a changed unit is applied", { "prod/vpc/main.tf": "modified" }, { mode: "apply" }, ["apply prod/vpc changed"]],
    ["a new unit is planned", { "prod/app/terragrunt.hcl": "added" }, { base: head }, ["plan prod/app added"]],
    ["a unit is affected by what it reads", { "root.hcl": "modified" }, {}, ["plan prod/vpc affected"]],
    ["a deleted unit's destroy is planned", gone, { head }, ["plan-destroy prod/app deleted"]],
    ["a deleted unit is destroyed", gone, { head, mode: "apply" }, ["destroy prod/app deleted"]],
    [
      "`destroy: deny` withholds a destroy",
      gone,
      { head, mode: "apply", settings: environment({ destroy: "deny" }) },
      ["destroy prod/app deleted, withheld: destroy-denied"],
    ],
    [
      "`protect` withholds a destroy, whatever `destroy` says",
      gone,
      { head, mode: "apply", settings: environment({ destroy: "allow", protect: ["**/app"] }) },
      ["destroy prod/app deleted, withheld: protected"],
    ],
    [
      "`protect` does not withhold an apply",
      { "prod/app/main.tf": "modified" },
      { mode: "apply", settings: environment({ protect: ["**/app"] }) },
      ["apply prod/app changed"],
    ],
    [
      "`apply: paused` withholds applies",
      { "prod/vpc/main.tf": "modified" },
      { mode: "apply", settings: environment({ apply: "paused" }) },
      ["apply prod/vpc changed, withheld: paused"],
    ],
    [
      "`apply: paused` withholds destroys",
      gone,
      { head, mode: "apply", settings: environment({ apply: "paused" }) },
      ["destroy prod/app deleted, withheld: paused"],
    ],
    [
      "`apply: paused` does not withhold plans, which foretell that the merge waits",
      { "prod/vpc/main.tf": "modified" },
      { settings: environment({ apply: "paused" }) },
      ["plan prod/vpc changed, will be withheld: paused"],
    ],
    [
      "a pull request that pauses its environment foretells that",
      { "prod/vpc/main.tf": "modified" },
      { atHead: environment({ apply: "paused" }), settings: environment({}) },
      ["plan prod/vpc changed, will be withheld: paused"],
    ],
    [
      "a pull request that ends a pause foretells an apply",
      { "prod/vpc/main.tf": "modified" },
      { atHead: environment({}), settings: environment({ apply: "paused" }) },
      ["plan prod/vpc changed"],
    ],
    [
      "a pull request that allows destroys and removes a unit foretells that it stays: base governs what is removed",
      gone,
      { head, atHead: environment({ destroy: "allow" }), settings: environment({ destroy: "deny" }) },
      ["plan-destroy prod/app deleted, will be withheld: destroy-denied"],
    ],
    [
      "the plan of a destroy foretells that `destroy: deny` withholds it",
      gone,
      { head, settings: environment({ destroy: "deny" }) },
      ["plan-destroy prod/app deleted, will be withheld: destroy-denied"],
    ],
    [
      "the plan of a destroy foretells that `protect` withholds it",
      gone,
      { head, settings: environment({ protect: ["**/app"] }) },
      ["plan-destroy prod/app deleted, will be withheld: protected"],
    ],
    [
      "a plan that is asked for by hand is not paused; its apply will be",
      { "prod/vpc/main.tf": "modified" },
      { mode: "manual", requested: "plan", settings: environment({ apply: "paused", destroy: "deny" }) },
      ["plan prod/vpc changed, will be withheld: paused"],
    ],
    [
      "the plan of a destroy that is asked for by hand is not denied; its destroy will be",
      { "prod/vpc/main.tf": "modified" },
      { mode: "manual", requested: "plan-destroy", settings: environment({ destroy: "deny" }) },
      ["plan-destroy prod/vpc changed, will be withheld: destroy-denied"],
    ],
    [
      "a drift check foretells nothing",
      { "prod/vpc/main.tf": "modified" },
      { mode: "drift", settings: environment({ apply: "paused" }) },
      ["plan prod/vpc changed"],
    ],
    [
      "the plan of the old half of a move foretells that it stays",
      { ...gone, "prod/web/terragrunt.hcl": "added" },
      { head: { ...head, "prod/web": {} }, moves: [["prod/app", "prod/web"]] },
      ["plan-destroy prod/app deleted, will be withheld: move", "plan prod/web added"],
    ],
    [
      "a lock is given back while applies are paused",
      { "prod/vpc/main.tf": "modified" },
      { mode: "manual", requested: "unlock", settings: environment({ apply: "paused", protect: ["**"] }) },
      ["unlock prod/vpc changed"],
    ],
    [
      "an apply that is asked for by hand is paused",
      { "prod/vpc/main.tf": "modified" },
      { mode: "manual", requested: "apply", settings: environment({ apply: "paused" }) },
      ["apply prod/vpc changed, withheld: paused"],
    ],
    [
      "a destroy that is asked for by hand is denied",
      { "prod/vpc/main.tf": "modified" },
      { mode: "manual", requested: "destroy", settings: environment({ destroy: "deny" }) },
      ["destroy prod/vpc changed, withheld: destroy-denied"],
    ],
    [
      "the old half of a move is held",
      { ...gone, "prod/web/terragrunt.hcl": "added" },
      { head: { ...head, "prod/web": {} }, mode: "apply", moves: [["prod/app", "prod/web"]] },
      ["destroy prod/app deleted, withheld: move", "apply prod/web added"],
    ],
    [
      "`moves: destroy` destroys the old half of a move",
      { ...gone, "prod/web/terragrunt.hcl": "added" },
      {
        head: { ...head, "prod/web": {} },
        mode: "apply",
        moves: [["prod/app", "prod/web"]],
        settings: { moves: "destroy" },
      },
      ["destroy prod/app deleted", "apply prod/web added"],
    ],
    ["dependents stay out of it", { "prod/vpc/main.tf": "modified" }, {}, ["plan prod/vpc changed"]],
    [
      "`include_dependents` takes them in, at any distance",
      { "prod/vpc/main.tf": "modified" },
      { settings: { include_dependents: true } },
      ["plan prod/app affected", "plan prod/db affected", "plan prod/vpc changed"],
    ],
    [
      "`include_dependents` leaves units out that never run",
      { "prod/vpc/main.tf": "modified" },
      { settings: { include_dependents: true }, ignored: ["prod/db"] },
      ["plan prod/app affected", "plan prod/vpc changed"],
    ],
    [
      "a deleted request is planned, which foretells that it is not applied",
      { "_new-account-requests/x.yml": "deleted" },
      { settings: { accounts: { factory_unit: "factory" } } },
      ["plan factory affected, will be withheld: account-deletion"],
    ],
    [
      "a deleted request is not applied",
      { "_new-account-requests/x.yml": "deleted" },
      { mode: "apply", settings: { accounts: { factory_unit: "factory" } } },
      ["apply factory affected, withheld: account-deletion"],
    ],
    [
      "`apply_deletions` applies a deleted request",
      { "_new-account-requests/x.yml": "deleted" },
      { mode: "apply", settings: { accounts: { factory_unit: "factory", apply_deletions: true } } },
      ["apply factory affected"],
    ],
    [
      "a deleted request beside another change of the factory is applied with it",
      { "_new-account-requests/x.yml": "deleted", "factory/main.tf": "modified" },
      { mode: "apply", settings: { accounts: { factory_unit: "factory" } } },
      ["apply factory changed"],
    ],
  ])("%s", (_rule, diff, given, expected) => {
    const { units, problems } = affect(diff, given);
    expect([units.map(brief), problems]).toEqual([expected, []]);
  });

  it("names the other half of a move on both", () => {
    const { units } = affect(
      { ...gone, "prod/web/terragrunt.hcl": "added" },
      {
        head: { ...head, "prod/web": {} },
        moves: [
          ["prod/app", "prod/web"],
          ["prod/web", "prod/app"],
        ],
      },
    );
    expect(units.map(({ path, movedWith }) => [path, movedWith])).toEqual([
      ["prod/app", "prod/web"],
      ["prod/web", "prod/app"],
    ]);
  });

  it.each<[string, Given, string, RegExp]>([
    [
      "in no environment",
      { settings: { environments: { dev: { paths: ["dev/**"] } } } },
      "no-environment",
      /`prod\/vpc` is in no environment/,
    ],
    [
      "in two",
      { settings: { environments: { a: { paths: ["**"] }, b: { paths: ["prod/**"] } } } },
      "several-environments",
      /`a` and `b`/,
    ],
  ])("is none when it is %s, but a problem that says so", (_where, given, kind, message) => {
    const { units, problems } = affect({ "prod/vpc/main.tf": "modified" }, given);
    expect(units).toEqual([]);
    expect(problems).toMatchObject([{ kind, path: "prod/vpc", message: expect.stringMatching(message) }]);
  });

  it("waits for the merge in one that only this pull request's configuration has, which is no problem", () => {
    const given = {
      settings: { environments: { dev: { paths: ["dev/**"] } } },
      atHead: { environments: { dev: { paths: ["dev/**"] }, prod: { paths: ["prod/**"] } } },
    };
    const { units, problems } = affect({ "prod/vpc/main.tf": "modified" }, given);
    expect(problems).toEqual([]);
    expect(units).toMatchObject([{ path: "prod/vpc", environment: "prod", withheld: { by: "new-environment" } }]);
    const merged = affect({ "prod/vpc/main.tf": "modified" }, { settings: given.atHead, mode: "apply" });
    expect(merged.units.map(brief)).toEqual(["apply prod/vpc changed"]);
  });
});
