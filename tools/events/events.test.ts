import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { callerWorkflow } from "@pipelines/cli/init/caller-workflow";
import { describe, expect, it } from "vitest";
import { fill, holds } from "./expression.ts";
import { interpret, type Scenario, type Workflows } from "./interpret.ts";
import { eventsPage } from "./page.ts";
import { scenarios } from "./scenarios.ts";
import { outputsOf, readCalled, readCaller } from "./workflow.ts";

const root = resolve(import.meta.dirname, "../..");
const pipelines = readFileSync(resolve(root, ".github/workflows/pipelines.yml"), "utf8");
const caller = callerWorkflow({ repository: "OWNER/pipelines", ref: "v1" }, "main");
const workflows = (called = pipelines, from = caller): Workflows => ({
  caller: readCaller(from),
  called: readCalled(called),
  outputsOf: (uses) => outputsOf(uses, root),
});
const page = eventsPage(workflows());
const ran = (scenario: Scenario, of = workflows()): string[] =>
  (interpret(of, scenario).jobs ?? []).map(({ job, result }) => (result === "success" ? job : `${job} ${result}`));
const push: Scenario = { title: "", event: "push", due: ["apply_1", "apply_2"] };

describe("the table of events", () => {
  it("is the one that is committed", () => {
    expect(readFileSync(resolve(root, "docs/events.md"), "utf8")).toContain(page);
  });

  it("has each job of the workflow, and each trigger of the caller", () => {
    const { called, caller: from } = workflows();
    const told = new Set(
      scenarios.flatMap((scenario) => interpret(workflows(), scenario).jobs ?? []).map(({ job }) => job),
    );
    expect([...told].toSorted()).toEqual(Object.keys(called.jobs).toSorted());
    expect(new Set(scenarios.map(({ event }) => event))).toEqual(new Set(Object.keys(from.on)));
  });

  it.each([
    [
      "a stage that no longer goes on after a failure",
      "${{ !cancelled() && needs.claim.result == 'success' && startsWith(needs.orchestrate.outputs.apply_2,",
      "${{ success() && needs.claim.result == 'success' && startsWith(needs.orchestrate.outputs.apply_2,",
    ],
    ["a stage that runs in a cancelled run", "if: ${{ !cancelled() && needs.claim", "if: ${{ always() && needs.claim"],
    ["a stage that does not ask for the claim", "needs.claim.result == 'success' && ", ""],
    [
      "a claim that asks for no event",
      `contains(fromJSON('["push", "workflow_dispatch", "schedule"]'), github.event_name)`,
      "success()",
    ],
    [
      "a record that a failure skips",
      "always() && needs.claim.result != 'skipped'",
      "success() && needs.claim.result != 'skipped'",
    ],
    [
      "a report that does not run always",
      "    if: always()\n    runs-on: ${{ inputs.runner }}\n    timeout-minutes: 15",
      "    if: success()\n    runs-on: ${{ inputs.runner }}\n    timeout-minutes: 15",
    ],
    ["a plan of forks", "github.event.pull_request.head.repo.full_name == github.repository && ", ""],
    ["a plan of Dependabot's", " && github.actor != 'dependabot[bot]'", ""],
    ["a plan of the merge queue", "github.event_name != 'merge_group'\n      && ", ""],
    ["a need that is gone", "needs: [orchestrate, claim, apply_1]", "needs: [orchestrate, claim]"],
    [
      "a permission more",
      "    permissions:\n      contents: read\n      actions: read # which",
      "    permissions:\n      id-token: write\n      contents: read\n      actions: read # which",
    ],
    ["a permission less", "      issues: write # an issue per failed apply or destroy\n", ""],
    ["another pattern of artifacts", "pattern: pipelines-outcome-*", "pattern: pipelines-*"],
    [
      "another name of an artifact",
      "name: pipelines-assessment-${{ github.run_attempt }}",
      "name: pipelines-assessment",
    ],
    ["a job without its environment", "    environment: ${{ matrix.job.github_environment }}\n", ""],
    ["another queue", "group: pipelines-unlock-", "group: pipelines-deploy-"],
    ["an output that is not handed on", "      apply_2: ${{ steps.orchestrate.outputs.apply_2 }}\n", ""],
    ["outcomes that every job lists", "if: matrix.job.follows", "if: always()"],
    [
      "a collect that a cancel skips",
      "        if: always()\n        id: collect",
      "        if: success()\n        id: collect",
    ],
    [
      "a secret for the job that opens pull requests",
      "token: ${{ steps.app.outputs.token || github.token }}",
      "token: ${{ steps.app.outputs.token || secrets.PIPELINES_SECRETS }}",
    ],
    ["a key for a job that needs none", "if: inputs.app_id != ''", "if: always()"],
    [
      "pushes that replace each other",
      "cancel-in-progress: ${{ github.event_name == 'pull_request' }}",
      "cancel-in-progress: true",
    ],
  ])("shows %s", (_what, before, after) => {
    expect(pipelines).toContain(before);
    expect(eventsPage(workflows(pipelines.replaceAll(before, after)))).not.toBe(page);
  });

  it.each([
    [
      "an event more",
      "types: [opened, synchronize, reopened, edited]",
      "types: [opened, synchronize, reopened, edited, closed]",
    ],
    ["runs for a new title", " || github.event.changes.base.ref.from != ''", " || true"],
    ["pushes to every branch", 'branches: ["main"]', 'branches: ["main", "other"]'],
  ])("shows in the caller %s", (_what, before, after) => {
    expect(caller).toContain(before);
    expect(eventsPage(workflows(pipelines, caller.replace(before, after)))).not.toBe(page);
  });
});

describe("the interpreter", () => {
  const now = { success: true, failure: false, cancelled: false };

  it("reads conditions as GitHub does: one without a status function wants success, an empty output is no list", () => {
    const failed = { success: false, failure: true, cancelled: false };
    expect(holds(undefined, {}, failed)).toBe(false);
    expect(holds("github.x == 'always()'", { github: { x: "always()" } }, failed)).toBe(false);
    expect(holds("github.x == 'always()'", { github: { x: "always()" } }, now)).toBe(true);
    expect(holds("${{ !cancelled() }}", {}, failed)).toBe(true);
    expect(holds("github.a.b.c != ''", { github: {} }, now)).toBe(false);
    expect(holds("startsWith(needs.o.outputs.x, '[{')", { needs: { o: { outputs: {} } } }, now)).toBe(false);
    expect(fill("a-${{ github.n && 'x' || 'y' }}-${{ github.n }}", { github: { n: 0 } }, now)).toBe("a-y-0");
  });

  it("goes on after a failed stage, and not in a cancelled run", () => {
    expect(ran({ ...push, ends: { apply_1: "failure" } })).toEqual([
      "orchestrate",
      "announce",
      "claim",
      "mark",
      "apply_1 failure",
      "apply_2",
      "stage_1",
      "record",
      "report",
    ]);
    const begun = ["orchestrate", "announce", "claim", "mark"];
    expect(ran({ ...push, cancelIn: "apply_1" })).toEqual([...begun, "apply_1 cancelled", "record", "report"]);
    expect(ran({ ...push, cancelIn: "apply_1", waiting: true })).toEqual([...begun, "record", "report"]);
  });

  it("applies nothing without a claim, and records what a claim that failed may have left", () => {
    for (const ends of [{ claim: "failure" }, { claim: "cancelled" }] as const) {
      const claim = `claim ${ends.claim}`;
      expect(ran({ ...push, ends })).toEqual(["orchestrate", "announce", claim, "mark", "record", "report"]);
    }
    const plans: Scenario = { title: "", event: "schedule", due: ["plan"], ends: { claim: "failure" } };
    expect(ran(plans)).toEqual(["orchestrate", "plan", "claim failure", "record", "report"]);
  });

  it("marks plans after a push that changed a unit of the deploy branch, and after no other", () => {
    const every = workflows(pipelines, caller.replace('branches: ["main"]', 'branches: ["main", "other"]'));
    const other: Scenario = { title: "", event: "push", branch: "other" };
    expect(ran(push, every)).toContain("mark");
    expect(ran(other, every)).toEqual(["orchestrate", "claim", "record", "report"]);
  });

  it("collects what a cancelled job leaves, and nothing of a job whose approval was refused", () => {
    const leaves = (scenario: Scenario): string | undefined =>
      interpret(workflows(), scenario).jobs?.find(({ job }) => job === "apply_1")?.leaves;
    expect(leaves({ ...push, cancelIn: "apply_1" })).toBe("pipelines-outcome-‹job›-1");
    expect(leaves({ ...push, refused: "apply_1" })).toBe("");
  });

  it("runs failed jobs again with all that needs them, on what the first attempt determined", () => {
    const scenario: Scenario = { ...push, ends: { apply_2: "failure" } };
    const answer = interpret(workflows(), { ...scenario, rerun: "failed" });
    expect(answer.jobs?.map(({ job }) => job)).toEqual(["apply_2", "record", "report"]);
    expect(answer.jobs?.[0]).toMatchObject({
      takes: "pipelines-assessment-1, pipelines-outcome-*",
      leaves: "pipelines-outcome-‹job›-2",
    });
    expect(ran({ ...scenario, rerun: "all" })).toEqual([
      ...["orchestrate", "announce", "claim", "mark", "apply_1", "apply_2", "stage_1", "record", "report"],
    ]);
  });

  it("gives forks a token that reads, no identity and no secret", () => {
    const open = pipelines.replaceAll("github.event.pull_request.head.repo.full_name == github.repository && ", "");
    const fork: Scenario = {
      title: "",
      event: "pull_request",
      payload: { action: "opened" },
      due: ["plan"],
      restricted: true,
    };
    const plan = interpret(workflows(open), fork).jobs?.find(({ job }) => job === "plan");
    expect(plan).toMatchObject({
      permissions: "contents: read, actions: read, pull-requests: read, id-token: none",
      secrets: "",
    });
  });
});
