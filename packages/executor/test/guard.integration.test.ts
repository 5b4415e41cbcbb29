import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { ReviewedPlan } from "@pipelines/core/contracts/reviewed-plan";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, test } from "vitest";
import { type Ask, makeWorld, passing, unitAt, type World } from "./world.ts";

const two = `${passing("a")}\nresource "terraform_data" "two" {\n  input = "two"\n}`;
const replaced = (by: string) => `
resource "terraform_data" "it" {
  input            = "v"
  triggers_replace = "${by}"
}
`;

/** Plans for a pull request; answers the folder of the reviewed plans, as a run's artifacts lie in it. */
async function review(world: World, ask: Pick<Ask, "action" | "units" | "at" | "base">): Promise<string> {
  const headSha = (await world.execution({ action: "plan", units: [] })).comparison.head;
  const planned = await world.run({ ...ask, pullRequest: { number: 3, headSha } });
  const folder = join(world.folder, "approved", headSha, planned.outcome.job);
  await mkdir(folder, { recursive: true });
  await cp(join(planned.folder, "reviewed-plans"), folder, { recursive: true }).catch(() => undefined);
  return join(world.folder, "approved");
}

/** Changes every document in a folder. */
async function alter(folder: string, change: (plan: ReviewedPlan) => unknown): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    await writeFile(file, JSON.stringify(change(ReviewedPlan.parse(JSON.parse(await readFile(file, "utf8"))))));
  }
}

const config = (rule: string) => ({ ".pipelines/config.yml": `reviewed_plan: ${rule}\n` });

test("what was reviewed is applied, also when it deletes; without a review the delete is withheld", async () => {
  await using world = await makeWorld(unitAt("a", two));
  await world.run({ action: "apply", units: ["a"] });
  await world.commit(unitAt("a", passing("a")));
  const unseen = await world.run({ action: "apply", units: ["a"] });
  expect(unseen.ends).toMatchObject({
    a: {
      kind: "withheld",
      stop: { guard: "reviewed-plan", unseen: [{ address: "terraform_data.two", action: "delete" }] },
    },
  });
  expect(Object.keys(await world.stateOf("a"))).toContain("terraform_data.two");
  const reviewedPlansFolder = await review(world, { action: "plan", units: ["a"] });
  const seen = await world.run({ action: "apply", units: ["a"], reviewedPlansFolder });
  expect(seen.unit("a")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: false });
  expect(Object.keys(await world.stateOf("a"))).toEqual(["terraform_data.it"]);
});

test("one environment asks for the very plan that was reviewed, while the others go by what is said for all", async () => {
  const environments = (a: string) =>
    `environments:\n  strict: { paths: ["${a}"], reviewed_plan: exact }\n  other: { paths: ["${a === "a" ? "b" : "a"}"] }\n`;
  await using world = await makeWorld({ ...unitAt("a", passing("one")), ".pipelines/config.yml": environments("a") });
  const stopped = await world.run({ action: "apply", units: ["a"], environment: "strict" });
  expect(stopped.ends).toMatchObject({ a: { kind: "withheld", stop: { guard: "reviewed-plan" } } });
  await world.commit({ ".pipelines/config.yml": environments("b") });
  const applied = await world.run({ action: "apply", units: ["a"], environment: "other" });
  expect(applied.ends).toEqual({ a: { kind: "changed" } });
});

test("a change that was not reviewed is applied by default and told as different; `exact` stops it", async () => {
  await using world = await makeWorld({ ...unitAt("a", passing("one")), ...config("no-unseen-destroy") });
  const reviewedPlansFolder = await review(world, { action: "plan", units: ["a"] });
  await world.commit({ ...unitAt("a", passing("two")), ...config("exact") });
  const stopped = await world.run({ action: "apply", units: ["a"], reviewedPlansFolder });
  expect(stopped.ends).toMatchObject({
    a: { kind: "withheld", stop: { message: expect.stringContaining("exactly like this") } },
  });
  await world.commit(config("no-unseen-destroy"));
  const applied = await world.run({ action: "apply", units: ["a"], reviewedPlansFolder });
  expect(applied.unit("a")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: true });
});

test("a replacement that drift brought is withheld, and says what was seen and what goes on", async () => {
  await using world = await makeWorld(unitAt("a", replaced("1")));
  await world.run({ action: "apply", units: ["a"] });
  const reviewedPlansFolder = await review(world, { action: "plan", units: ["a"] });
  await world.commit(unitAt("a", replaced("2")));
  const { ends } = await world.run({ action: "apply", units: ["a"], reviewedPlansFolder });
  const end = ends["a"];
  if (end?.kind !== "withheld") throw new Error(JSON.stringify(end));
  expect(end.stop.message).toMatch(
    /^It would replace terraform_data\.it, which nobody reviewed\. The plan reviewed at \w{7} showed: nothing\.$/,
  );
  expect(end.stop.next).toMatch(/action `plan`, unit `a` and commit `\w{40}`.*`approved_run`/);
});

test.each<[what: string, change: (plan: ReviewedPlan) => unknown, why: string]>([
  ["another repository", (plan) => ({ ...plan, repository: "evil/live" }), "repository evil/live"],
  ["another commit", (plan) => ({ ...plan, headSha: "0".repeat(40) }), "commit 0000000"],
  ["another unit", (plan) => ({ ...plan, unit: "b" }), "unit b"],
  ["another action", (plan) => ({ ...plan, action: "plan-destroy" }), "action plan-destroy"],
  [
    "another tool's version",
    (plan) => ({ ...plan, toolVersions: { ...plan.toolVersions, tofu: "tofu 1.12.0" } }),
    "made by Terragrunt",
  ],
  ["another version of the document", (plan) => ({ ...plan, version: 2 }), "another version"],
])("a reviewed plan of %s counts as none, and the message says why", async (_, change, why) => {
  await using world = await makeWorld(unitAt("a", two));
  await world.run({ action: "apply", units: ["a"] });
  await world.commit(unitAt("a", passing("a")));
  const reviewedPlansFolder = await review(world, { action: "plan", units: ["a"] });
  await alter(reviewedPlansFolder, change);
  const { ends } = await world.run({ action: "apply", units: ["a"], reviewedPlansFolder });
  expect(ends).toMatchObject({ a: { kind: "withheld", stop: { message: expect.stringContaining(why) } } });
});

test("a rerun after half an apply finishes what was reviewed: what is done is no change", async () => {
  const half = (command: string) => `${replaced("1")}
resource "terraform_data" "then" {
  depends_on = [terraform_data.it]
  provisioner "local-exec" {
    command = "${command}"
  }
}`;
  await using world = await makeWorld({ ...unitAt("a", half("test -e ../../ready-$$ || false")), ...config("exact") });
  const reviewedPlansFolder = await review(world, { action: "plan", units: ["a"] });
  const ask = { action: "apply", units: ["a"], reviewedPlansFolder } as const;
  expect((await world.run(ask)).ends).toMatchObject({ a: { kind: "failed", at: "apply" } });
  const again = await world.run({ ...ask, attempt: 2 });
  // The half-made resource would be replaced now, which the review did not show.
  expect(again.ends).toMatchObject({
    a: { kind: "withheld", stop: { unseen: [{ address: "terraform_data.then", action: "replace" }] } },
  });
});

test("nothing that is sensitive is in a reviewed plan, and no plan at all leaves the runner", async () => {
  const secret = `
variable "password" {
  default   = "correct horse battery staple"
  sensitive = true
}
resource "terraform_data" "it" {
  input = var.password
}
`;
  await using world = await makeWorld(unitAt("a", secret));
  await review(world, { action: "plan", units: ["a"] });
  const files = (await readdir(world.documents, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  expect(files.map(({ name }) => name).toSorted()).toEqual([
    expect.stringMatching(/^a-\w+\.json$/),
    expect.stringMatching(/^a-\w+\.json$/),
    expect.stringMatching(/^a-\w+\.txt$/),
    expect.stringMatching(/^a-\w+\.txt$/),
    "outcome.json",
  ]);
  for (const { parentPath, name } of files) {
    expect(await readFile(join(parentPath, name), "utf8")).not.toContain("correct horse");
  }
});

test.each([
  ["drift or a branch that is not deployed", { headRef: "x", baseRef: "release", untrusted: false }],
  ["a fork", { headRef: "x", baseRef: "main", untrusted: true }],
])("a plan for %s is no reviewed plan", async (_, pullRequest) => {
  await using world = await makeWorld(unitAt("a", passing("a")));
  const execution = await world.execution({ action: "plan", units: ["a"] });
  const { reviewedPlanOf } = await import("../src/guard/reviewed-plans.ts");
  const { PlanJson } = await import("../src/tofu/plan-json.ts");
  const comparison = { ...execution.comparison, pullRequest: { ...pullRequest, number: 1, headSha: execution.job.at } };
  const plan = PlanJson.parse({ format_version: "1.2" });
  const [unit] = execution.job.units;
  if (unit === undefined) throw new Error("the job has a unit");
  expect(
    reviewedPlanOf(
      { ...execution, comparison },
      unit.path,
      execution.job.units && { terragrunt: null, tofu: null },
      plan,
      false,
    ),
  ).toBeNull();
});

test("a destroy is withheld when another unit of the run was applied to the same state, or to a copy of it", async () => {
  await using world = await makeWorld(unitAt("old", passing("old")));
  await world.run({ action: "apply", units: ["old"] });
  const base = await world.commit({});
  const key =
    'remote_state {\n  backend = "local"\n  generate = {\n    path = "backend.tf"\n    if_exists = "overwrite"\n  }\n  config = {\n    path = "STATE"\n  }\n}';
  await world.commit({
    old: null,
    "same/terragrunt.hcl": key.replace("STATE", join(world.state, "old.tfstate")),
    "same/main.tf": passing("old"),
    ...config("off"),
  });
  await world.run({ action: "apply", units: ["same"] });
  const same = await world.run({ action: "destroy", units: ["old"], at: base, base });
  expect(same.ends).toMatchObject({
    old: {
      kind: "withheld",
      stop: { guard: "same-state", message: expect.stringContaining("the very state of same") },
    },
  });

  await using copied = await makeWorld({ ...unitAt("old", passing("old")), ...config("off") });
  await copied.run({ action: "apply", units: ["old"] });
  await cp(join(copied.state, "old.tfstate"), join(copied.state, "new.tfstate"));
  await copied.commit(unitAt("new", passing("old")));
  await copied.run({ action: "apply", units: ["new"] });
  const copy = await copied.run({ action: "destroy", units: ["old"] });
  expect(copy.ends).toMatchObject({
    old: { kind: "withheld", stop: { message: expect.stringContaining("a copy of the state of new") } },
  });
  expect(Object.keys(await copied.stateOf("old"))).toEqual(["terraform_data.it"]);
});

test.each([
  ["destroy: deny", "destroy", "destroy-denied"],
  ['protect: ["**/a"]', "destroy", "protected"],
  ["apply: paused", "destroy", "paused"],
  ["apply: paused", "apply", "paused"],
] as const)("`%s` withholds a %s, whatever the job's document says", async (setting, action, guard) => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    ${setting}\n`,
  });
  const { ends } = await world.run({ action, units: ["a"], environment: "prod" });
  expect(ends).toMatchObject({ a: { kind: "withheld", stop: { guard } } });
});

test.each([
  ["apply: paused", "apply", "paused"],
  ["destroy: deny", "destroy", "destroy-denied"],
] as const)("`%s` of the deploy branch withholds a %s by hand of an older commit without it", async (...given) => {
  const [setting, action, guard] = given;
  const configuration = (more: string) => ({
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n${more}`,
  });
  await using world = await makeWorld({ ...unitAt("a", passing("a")), ...configuration("") });
  const at = await world.commit({});
  const tip = await world.commit(configuration(`    ${setting}\n`));
  const { ends } = await world.run({ action, mode: "manual", units: ["a"], environment: "prod", at, tip });
  expect(ends).toMatchObject({ a: { kind: "withheld", stop: { guard } } });
});

test("a destroy is withheld when an apply that it needs failed, and nothing of the unit is touched", async () => {
  await using world = await makeWorld(unitAt("vpc", passing("vpc")));
  await world.run({ action: "apply", units: ["vpc"] });
  const app = UnitPath.parse("app");
  const ends = new Map<UnitPath, UnitEnd>([[app, { kind: "unknown", why: "its job left no outcome" }]]);
  const done = await world.run(
    { action: "destroy", units: [{ path: "vpc", after: ["app"] }] },
    { earlier: { ends, applies: new Set([app]) } },
  );
  expect(done.ends).toMatchObject({
    vpc: { kind: "withheld", stop: { guard: "needed-apply", next: expect.stringContaining("the apply of `app`") } },
  });
  expect(Object.keys(await world.stateOf("vpc"))).toEqual(["terraform_data.it"]);
});

test("a unit of another environment is refused, whatever the job's document says", async () => {
  await using world = await makeWorld({
    ...unitAt("dev/a", passing("a")),
    ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["prod/**"]\n  dev:\n    paths: ["dev/**"]\n`,
  });
  const { ends } = await world.run({ action: "apply", units: ["dev/a"], environment: "prod" });
  expect(ends).toMatchObject({
    "dev/a": {
      kind: "failed",
      cause: { kind: "configuration", message: expect.stringContaining("the environment dev") },
    },
  });
});
