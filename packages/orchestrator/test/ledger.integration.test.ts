import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { LedgerLook } from "@pipelines/core/contracts/ledger-look";
import { describe, expect, it } from "vitest";
import { orchestrate, orchestratorEdges } from "../src/orchestrate.ts";
import { makeRepository } from "./repository.ts";

const unit = (text: string): string => `terraform {\n  source = "."\n}\ninputs = {\n  text = "${text}"\n}\n`;
const FILES = Object.fromEntries(
  ["a", "b", "c"].flatMap((name) => [
    [`${name}/terragrunt.hcl`, unit("one")],
    [`${name}/main.tf`, ""],
  ]),
);
const time = "2026-11-25T12:00:00Z";
const run = (id: number) => ({ id, number: id, attempt: 1 });

type Repository = Awaited<ReturnType<typeof makeRepository>>;

/** A unit that run 1 left due. */
function due(path: string, commit: string, more: object = {}) {
  return {
    ...{ version: 1, unit: path, claim: 1 },
    due: {
      ...{ action: "apply", commit, commits: [commit], environment: "default", why: "failed", message: "no" },
      ...{ owner: run(1), dependsOn: [], byHand: false, ahead: false, since: time },
      ...more,
    },
  };
}

/** Determines a push, or a dispatch, of the branch's tip with a ledger. */
async function assess(
  repository: Repository,
  ledger: { determined: string | null; units?: readonly object[]; ended?: readonly number[] },
  event: { name: string; payload: object } | null = null,
): Promise<Assessment> {
  const head = CommitSha.parse(await repository.git("rev-parse", "HEAD"));
  const before = await repository.git("rev-parse", "HEAD~1");
  const look = LedgerLook.parse({
    ...{ version: 1, run: run(2), tip: head, otherBranch: null, units: ledger.units ?? [], ended: ledger.ended ?? [1] },
    determined: { version: 1, commit: ledger.determined, branch: "main", claim: 4, reached: 4, run: run(1), time },
  });
  const edges = await orchestratorEdges(repository.folder, process.env, null, look);
  const payload = event?.payload ?? { ref: "refs/heads/main", before, after: head };
  const name = event?.name ?? "push";
  return Assessment.parse(
    await orchestrate(edges, {
      kind: "event",
      event: { name, ref: "refs/heads/main", actor: "robin", sha: head, payload },
    }),
  );
}
const brief = ({ units }: Assessment): string[] =>
  units.map(({ path, action, due: owed, withheld }) =>
    [
      action,
      path,
      ...(owed === undefined ? [] : [`due since run ${owed.owner}`]),
      ...(withheld ? [withheld.by] : []),
    ].join(" "),
  );

describe("a push", () => {
  it("covers what runs before it were to determine and did not", async () => {
    await using repository = await makeRepository(FILES);
    const determined = await repository.git("rev-parse", "HEAD");
    await repository.commit({ "a/terragrunt.hcl": unit("two"), "c/terragrunt.hcl": null, "c/main.tf": null });
    await repository.commit({ "b/terragrunt.hcl": unit("two") });
    const assessment = await assess(repository, { determined });
    expect(brief(assessment)).toEqual(["apply a", "apply b", "destroy c"]);
    expect(assessment.comparison).toMatchObject({ base: determined, ledgerClaim: 4 });
  });

  it("takes along what is due and whose run has ended, and leaves what another run has", async () => {
    await using repository = await makeRepository(FILES);
    const old = await repository.git("rev-parse", "HEAD");
    await repository.commit({ "a/terragrunt.hcl": unit("two") });
    const determined = old;
    const units = [due("b", old), due("c", old, { owner: run(9) })];
    const assessment = await assess(repository, { determined, units });
    expect(brief(assessment)).toEqual(["apply a", "apply b due since run 1"]);
    expect(assessment.notices.join("\n")).toContain("`c` stays due: its run goes on (run 9)");
    expect(assessment.jobs.flatMap((job) => job.units.map(({ path }) => path))).toEqual(["a", "b"]);
  });

  it("runs what is due although it changes nothing itself", async () => {
    await using repository = await makeRepository(FILES);
    const head = await repository.commit({ "README.md": "# live\n" });
    const assessment = await assess(repository, { determined: head, units: [due("b", head)] });
    expect(brief(assessment)).toEqual(["apply b due since run 1"]);
    expect(brief(await assess(repository, { determined: head }))).toEqual([]);
  });

  it("destroys what is due to be destroyed at the commit that had it, and never what came back", async () => {
    await using repository = await makeRepository(FILES);
    const had = await repository.git("rev-parse", "HEAD");
    const head = await repository.commit({ "c/terragrunt.hcl": null, "c/main.tf": null });
    const units = [due("c", had, { action: "destroy", commits: [head] }), due("b", had, { action: "destroy" })];
    const assessment = await assess(repository, { determined: head, units });
    expect(brief(assessment)).toEqual(["apply b due since run 1", "destroy c due since run 1"]);
    const destroy = assessment.jobs.find(({ action }) => action === "destroy");
    expect(destroy).toMatchObject({ at: had, units: [{ path: "c" }] });
  });

  it("goes on withholding a held move, and a destroy that the branch now forbids", async () => {
    await using repository = await makeRepository(FILES);
    const had = await repository.git("rev-parse", "HEAD");
    const config = 'environments:\n  all: { paths: ["**"], protect: ["b"] }\n';
    const head = await repository.commit({
      ...{ "c/terragrunt.hcl": null, "c/main.tf": null, "b/terragrunt.hcl": null, "b/main.tf": null },
      ".pipelines/config.yml": config,
    });
    const destroy = { action: "destroy", commits: [head], environment: null };
    const units = [due("c", had, { ...destroy, why: "held-move" }), due("b", had, destroy)];
    const assessment = await assess(repository, { determined: head, units });
    expect(brief(assessment)).toEqual(["destroy b due since run 1 protected", "destroy c due since run 1 move"]);
    expect(assessment.jobs).toEqual([]);
  });
});

describe("dismiss", () => {
  it("runs nothing, and names the units for the ledger", async () => {
    await using repository = await makeRepository(FILES);
    const head = await repository.commit({ "README.md": "# live\n" });
    const event = { name: "workflow_dispatch", payload: { inputs: { action: "dismiss", units: "b c/**" } } };
    const assessment = await assess(repository, { determined: head, units: [due("b", head)] }, event);
    expect([assessment.jobs, assessment.comparison.dismiss]).toEqual([[], ["b", "c/**"]]);
  });
});

describe("a schedule", () => {
  const CONFIGURED = { ".pipelines/config.yml": 'apply_due_at: "30 5 * * 1-5"\n' };
  const clock = (schedule: string) => ({ name: "schedule", payload: { schedule } });

  it("does what is due at the line that the configuration names, but for what a person set back", async () => {
    await using repository = await makeRepository({ ...FILES, ...CONFIGURED });
    const head = await repository.commit({ "README.md": "# live\n" });
    const units = [due("a", head), due("b", head, { why: "set-back" }), due("c", head, { owner: run(9) })];
    const assessment = await assess(repository, { determined: head, units }, clock("30 5  * * 1-5"));
    expect(brief(assessment)).toEqual(["apply a due since run 1"]);
    expect(assessment.comparison).toMatchObject({ mode: "manual", ledgerClaim: 4, event: { name: "schedule" } });
    expect(assessment.jobs.map(({ action }) => action)).toEqual(["apply"]);
    expect(assessment.notices).toContainEqual(expect.stringContaining("`b` stays due: somebody has to ask for it"));
  });

  it("looks for drift at every other line, and applies nothing", async () => {
    await using repository = await makeRepository({ ...FILES, ...CONFIGURED });
    const head = await repository.commit({ "README.md": "# live\n" });
    const assessment = await assess(repository, { determined: head, units: [due("a", head)] }, clock("0 5 * * 1-5"));
    expect(assessment.comparison.mode).toBe("drift");
    expect(new Set(assessment.jobs.map(({ action }) => action))).toEqual(new Set(["plan"]));
  });
});

describe("apply-due", () => {
  const dispatch = (inputs: object) => ({ name: "workflow_dispatch", payload: { inputs } });

  it("runs what is due of the units that it names, and nothing else", async () => {
    await using repository = await makeRepository(FILES);
    const head = await repository.commit({ "README.md": "# live\n" });
    const ledger = { determined: head, units: [due("a", head), due("b", head)] };
    const assessment = await assess(repository, ledger, dispatch({ action: "apply-due", units: "b c" }));
    expect(brief(assessment)).toEqual(["apply b due since run 1"]);
    expect(assessment.comparison.mode).toBe("manual");
    expect(assessment.jobs.map(({ action }) => action)).toEqual(["apply"]);
  });
});
