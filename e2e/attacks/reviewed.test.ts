import { cp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { JobOutcome } from "@pipelines/core/contracts/outcome";
import { readDocument, writeDocument } from "@pipelines/core/documents/document";
import { OUTCOME_FILE } from "@pipelines/core/documents/layout";
import { afterAll, describe, expect, it } from "vitest";
import { CONFIGURATION, clearWorlds, makeWorld, unit } from "./world.ts";

/** Ways round what people have to see or approve, played by the three components with real Terragrunt, OpenTofu and git. */
afterAll(clearWorlds);

const gone = { "c/terragrunt.hcl": null, "c/main.tf": null };
const configuration = (more = ""): string => `environments:\n  prod: { paths: ["**"]${more} }\n`;
const base = { [CONFIGURATION]: configuration(), ...unit("a", "1"), ...unit("c", "1") };

/** Two things that happen one after the other do so in different seconds of GitHub's clock. */
const aSecond = () => sleep(1_100);

describe("a delete", () => {
  it("is carried out when the pull request's plan showed it before the merge", async () => {
    await using world = await makeWorld(base);
    const pullRequest = await world.propose("c-goes", gone);
    const planned = await world.onPullRequest(pullRequest, "opened");
    expect(await planned.finish(), await planned.log()).toBe(true);
    const run = await world.onPush(await world.merge(pullRequest));
    expect(await run.finish(), await run.log()).toBe(true);
    expect(await world.alive("c")).toBeNull();
    expect(world.playground.github.violations).toEqual([]);
  });

  it("is not reviewed by a plan that was run again after the merge", async () => {
    await using world = await makeWorld(base);
    const pullRequest = await world.propose("c-goes", gone);
    const planned = await world.onPullRequest(pullRequest, "opened");
    await planned.determine();
    planned.end();
    await aSecond();
    const push = await world.merge(pullRequest);
    await aSecond();
    planned.rerun();
    expect(await planned.jobs(), await planned.log()).toBe(true);
    planned.end();
    const run = await world.onPush(push);
    expect(await run.finish()).toBe(false);
    expect(await world.alive("c")).toBe("1");
    expect(await run.log()).toContain("which nobody reviewed");
  });

  it("is not reviewed by a pull request that had another base, while an update goes on", async () => {
    await using world = await makeWorld(base);
    const { github } = world.playground;
    await world.playground.push("release", "A branch of its own", { "release.md": "" });
    const pullRequest = await world.propose("c-goes", { ...gone, ...unit("a", "2") }, "release");
    const planned = await world.onPullRequest(pullRequest, "opened");
    expect(await planned.finish(), await planned.log()).toBe(true);
    const pull = github.state.issues.get(pullRequest)?.pull;
    if (pull == null) throw new Error("it is a pull request");
    pull.baseRef = "main";
    const run = await world.onPush(await world.merge(pullRequest));
    expect(await run.finish()).toBe(false);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "1"]);
  });

  it("is not approved by a run of another branch, whose workflow says what its author likes", async () => {
    await using world = await makeWorld(base);
    const commit = await world.tip();
    await world.playground.push("evil", "An edited workflow", { "evil.md": "" });
    const asked = { units: "c", commit, destroy_existing: "true" };
    const evil = await world.onDispatch({ ...asked, action: "plan-destroy" }, "evil");
    expect(await evil.finish(), await evil.log()).toBe(true);
    const stopped = await world.onDispatch({ ...asked, action: "destroy", approved_run: String(evil.id) });
    expect(await stopped.finish()).toBe(false);
    expect(await world.alive("c")).toBe("1");
    expect(await stopped.log()).toContain("started by hand from `main`");

    const seen = await world.onDispatch({ ...asked, action: "plan-destroy" });
    expect(await seen.finish(), await seen.log()).toBe(true);
    const done = await world.onDispatch({ ...asked, action: "destroy", approved_run: String(seen.id) });
    await done.finish();
    expect(await world.alive("c"), await done.log()).toBeNull();
  });
});

describe("an approved run", () => {
  it("shows what one commit would destroy, and nothing of another one", async () => {
    await using world = await makeWorld(base);
    const old = await world.tip();
    const more = { "c/terragrunt.hcl": unit("c", "2")["c/terragrunt.hcl"] ?? "" };
    const pushed = await world.onPush(await world.push("c changes", more));
    expect(await pushed.finish(), await pushed.log()).toBe(true);
    const asked = { units: "c", destroy_existing: "true" };
    const seen = await world.onDispatch({ ...asked, action: "plan-destroy", commit: old });
    expect(await seen.finish(), await seen.log()).toBe(true);
    const run = await world.onDispatch({ ...asked, action: "destroy", approved_run: String(seen.id) });
    expect(await run.finish()).toBe(false);
    expect(await world.alive("c")).toBe("2");
    expect(await run.log()).toContain(`one is of the commit ${old.slice(0, 7)}`);
  });
});

describe("the rule about reviewed plans", () => {
  const off = { [CONFIGURATION]: `${configuration()}reviewed_plan: "off"\n` };

  it("is the branch's, where that asks for more since the run was determined", async () => {
    await using world = await makeWorld({ ...base, ...off });
    // It deletes a resource of a unit that stays: a unit that goes would wait for more than the rule, since a newer
    // configuration may have given the others another state.
    const renamed = (unit("c", "2")["c/main.tf"] ?? "").replaceAll(/"it"|\.it\./g, (name) =>
      name.replace("it", "that"),
    );
    const run = await world.onPush(await world.push("c has another", { ...unit("a", "2"), "c/main.tf": renamed }));
    await run.determine();
    await run.claim();
    await world.push("Nothing goes unseen", { [CONFIGURATION]: configuration() });
    expect(await run.finish()).toBe(false);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["2", "1"]);
    expect((await world.ledgerOf("c"))?.due, await run.log()).toMatchObject({ action: "apply", why: "withheld" });
    expect(await run.log()).toContain("which nobody reviewed");
  });

  it("is the branch's for an older commit that asked for less", async () => {
    await using world = await makeWorld({ ...base, ...off });
    const old = await world.tip();
    await (await world.onPush(await world.push("Nothing goes unseen", { [CONFIGURATION]: configuration() }))).finish();
    const asked = { action: "destroy", units: "c", commit: old, destroy_existing: "true" };
    const run = await world.onDispatch(asked);
    expect(await run.finish()).toBe(false);
    expect(await world.alive("c")).toBe("1");
    expect(await run.log()).toContain("which nobody reviewed");
  });
});

describe("an approval", () => {
  it("stays needed for the change that takes it away", async () => {
    await using world = await makeWorld({ ...base, [CONFIGURATION]: configuration(", github_environment: live") });
    const push = await world.push("No approvals", { ...gone, ...unit("a", "2"), [CONFIGURATION]: configuration() });
    const run = await world.onPush(push);
    expect(await run.determine(), await run.log()).toBe(true);
    expect(run.matrix.map(({ output, github_environment }) => `${output} ${github_environment}`)).toEqual([
      "apply_1 live",
      "destroy_1 live",
    ]);
  });
});

describe("a policy", () => {
  it("that denies a plan in the pull request denies the apply of its merge", async () => {
    const hooks = "hooks:\n  after_plan:\n    - name: no forbidden values\n      run: [sh, policy.sh]\n";
    const policy = '! grep -q forbidden "$PIPELINES_PLANS"/*.json\n';
    await using world = await makeWorld({
      ...base,
      [CONFIGURATION]: `${configuration()}${hooks}`,
      "policy.sh": policy,
    });
    const pullRequest = await world.propose("a-changes", { ...unit("a", "forbidden"), ...unit("c", "2") });
    expect(await (await world.onPullRequest(pullRequest, "opened")).finish()).toBe(false);
    const run = await world.onPush(await world.merge(pullRequest));
    expect(await run.finish()).toBe(false);
    expect([await world.alive("a"), await world.alive("c")]).toEqual(["1", "2"]);
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ why: "withheld" });
  });
});

describe("documents", () => {
  it("of a pull request's run close no issue of the deploy branch, whatever they say", async () => {
    await using world = await makeWorld(base);
    const failed = await world.onPush(await world.push("a breaks", unit("a", "broken")));
    expect(await failed.finish()).toBe(false);
    expect(await world.issues()).toMatchObject([{ state: "open" }]);

    const forger = await world.onPullRequest(await world.propose("forged", { "forged.md": "" }), "opened");
    await forger.determine();
    const mine = [...forger.artifacts.values()][0] ?? "";
    const theirs = await failed.assessment();
    // What it says of its own commit is true: nothing but the event tells that it is no run of the deploy branch.
    const { head } = (await forger.assessment()).comparison;
    await writeDocument(mine, Assessment.parse({ ...theirs, comparison: { ...theirs.comparison, head } }));
    for (const [name, content] of failed.artifacts) {
      if (!name.startsWith("pipelines-outcome-")) continue;
      const copy = join(world.playground.folder, "forged", name);
      await cp(content, copy, { recursive: true });
      const outcome = await readDocument(join(copy, OUTCOME_FILE), JobOutcome);
      const units = outcome.units.map(({ path }) => ({ path, end: { kind: "changed" as const }, seconds: 1 }));
      await writeDocument(join(copy, OUTCOME_FILE), { ...outcome, units });
      forger.artifacts.set(name, copy);
    }
    await forger.report();
    expect(await world.issues()).toMatchObject([{ state: "open" }]);
    expect((await world.ledgerOf("a"))?.due).toMatchObject({ why: "failed" });
  });
});
