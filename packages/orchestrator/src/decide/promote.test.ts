import { environmentLookup } from "@pipelines/core/configuration/environments";
import { promotionOf } from "@pipelines/core/configuration/promotion";
import { Configuration } from "@pipelines/core/configuration/schema";
import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { CommitSha, type Comparison } from "@pipelines/core/contracts/comparison";
import { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import type { Problem } from "@pipelines/core/contracts/problem";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { describe, expect, it } from "vitest";
import { type PromotionFacts, promotionsOf, withPromotion } from "./promote.ts";

const head = CommitSha.parse("b".repeat(40));
const configuration = Configuration.parse({
  environments: {
    dev: { paths: ["dev/**"] },
    stage: { paths: ["stage/**"], after: ["dev"] },
    prod: { paths: ["prod/**"], after: ["stage"] },
  },
});
const promotion = promotionOf(configuration);
const unit = (path: string, given: object = {}): AffectedUnit =>
  AffectedUnit.parse({
    ...{ path, status: "changed", action: "apply", at: head, environment: path.split("/", 1)[0], dependsOn: [] },
    because: [{ change: "ModuleChanged", file: path, links: [] }],
    ...given,
  });
const paused = { by: "paused", message: "It is paused.", next: "Wait." };

function withheld(
  units: readonly AffectedUnit[],
  given: Partial<PromotionFacts> = {},
  mode: Comparison["mode"] = "apply",
) {
  const event = { name: "push", ref: "refs/heads/main", actor: null };
  const found = withPromotion(units, {
    promoted: { promotion, commitsOf: ({ due }) => due?.commits ?? [head] },
    comparison: { version: 1, mode, base: null, head, event, deployBranch: "main" },
    ...{ problems: [], look: null, takesDueAlone: false, environmentOf: environmentLookup(configuration) },
    ...{ dependenciesAtHead: () => [], dependenciesAtBase: () => [] },
    ...given,
  });
  return found.flatMap((one) => {
    const rule = one.withheld ?? one.willBeWithheld;
    return rule?.by === "promotion" ? [`${one.path}: ${rule.message}`] : [];
  });
}
const problem = (path: string | null): Problem => {
  return { kind: "other", path: path === null ? null : UnitPath.parse(path), file: null, line: null, message: "" };
};

describe("what comes after a part of its change that the run does not do", () => {
  it("is withheld by name, and what comes after that in turn", () => {
    expect(withheld([unit("dev/a", { withheld: paused }), unit("stage/a"), unit("prod/a")])).toEqual([
      "stage/a: `stage/a` comes after `dev`, and of the same change `dev/a` is not done.",
      expect.stringMatching(/^prod\/a: .*`dev\/a`/),
    ]);
    const [, stage] = withheld([unit("dev/a"), unit("stage/a", { withheld: paused }), unit("prod/a")]);
    expect(stage).toBeUndefined();
  });

  it("is shown in the pull request, before it is merged", () => {
    const plan = { action: "plan" };
    expect(withheld([unit("dev/a", { ...plan, willBeWithheld: paused }), unit("prod/a", plan)], {}, "plan")).toEqual([
      "prod/a: `prod/a` comes after `dev`, and of the same change `dev/a` will not be done by this merge.",
    ]);
  });

  it("is free of what Terragrunt is told not to run, and of what needs it", () => {
    expect(withheld([unit("dev/a", { withheld: { ...paused, by: "excluded" } }), unit("prod/a")])).toEqual([]);
    const needing = (path: UnitPath) => (path === "dev/a" ? [UnitPath.parse("prod/a")] : []);
    const units = [unit("dev/a", { withheld: paused }), unit("prod/a")];
    expect(withheld(units, { dependenciesAtHead: needing })).toEqual([]);
  });

  it("waits for a unit that can't be determined, and for all that a problem may hide", () => {
    expect(withheld([unit("prod/a")], { problems: [problem("dev/a")] })).toHaveLength(1);
    expect(withheld([unit("prod/a")], { problems: [problem("prod/b")] })).toEqual([]);
    expect(withheld([unit("dev/a"), unit("prod/a")], { problems: [problem(null)] })).toEqual([
      expect.stringContaining("could not be determined"),
    ]);
  });

  it("waits for what is due of the same change, where somebody asks for what is due of it alone", () => {
    const commits = [head];
    const run = { id: 7, number: 7, attempt: 1 };
    const due = {
      ...{ action: "apply", commit: head, commits, environment: "dev", why: "failed", message: "", owner: run },
      ...{ dependsOn: [], byHand: false, ahead: false, since: "2026-11-25T12:00:00.000Z" },
    };
    const look = LedgerLook.parse({
      ...{ version: 1, run, determined: null, otherBranch: null, tip: head, ended: [7] },
      units: [{ version: 1, unit: "dev/a", claim: 1, due }],
    });
    const asked = { look, takesDueAlone: true };
    const own = { due: { owner: 7, since: "2026-11-25T12:00:00.000Z", why: "promotion", commits } };
    expect(withheld([unit("prod/a", own)], asked, "manual")).toHaveLength(1);
    expect(withheld([unit("prod/a", own)], { look }, "manual")).toEqual([]);
    const other = { due: { ...own.due, commits: ["c".repeat(40)] } };
    expect(withheld([unit("prod/a", other)], asked, "manual")).toEqual([]);
  });
});

it("the environments of a run are told in steps, chain by chain; one alone is no order", () => {
  expect(promotionsOf([unit("dev/a"), unit("prod/a"), unit("prod/b")], promotion)).toEqual([[["dev"], ["prod"]]]);
  expect(promotionsOf([unit("prod/a")], promotion)).toEqual([]);
});
