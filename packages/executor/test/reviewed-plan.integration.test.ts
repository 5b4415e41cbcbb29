import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ask, type Finished, makeWorld, passing, unitAt, type World } from "./world.ts";

/** One repository for all cases: each has units of its own. */
let world: World;
let ready: string;

const thing = (name: string) => `resource "terraform_data" "${name}" {\n  input = "${name}"\n}\n`;
const forgetting = (name: string) =>
  `removed {\n  from = terraform_data.${name}\n  lifecycle {\n    destroy = false\n  }\n}\n`;
/** One thing, and another that can't be made before a file is there. The failure is found in the apply. */
const inTwoParts = () => `${thing("one")}
resource "terraform_data" "two" {
  lifecycle {
    precondition {
      condition     = terraform_data.one.id == "" || fileexists("${ready}")
      error_message = "not ready yet"
    }
  }
}
`;

beforeAll(async () => {
  world = await makeWorld({});
  ready = join(world.folder, "ready");
  await world.commit({
    ...unitAt("none", thing("a") + thing("b")),
    ...unitAt("forget", thing("a") + thing("b")),
    ...unitAt("several", thing("a") + thing("b") + thing("c")),
    ...unitAt("manual", thing("a") + thing("b")),
    ...unitAt("app", thing("gone")),
  });
  const units = ["none", "forget", "several", "manual", "app"];
  const { outcome } = await world.run({ action: "apply", units });
  expect(outcome.units.map(({ end }) => end.kind)).toEqual(units.map(() => "changed"));
});
afterAll(() => world[Symbol.asyncDispose]());

/** A folder for the reviewed plans that a push finds. */
const findings = (name: string) => join(world.folder, "found", name);

/** Puts a plan's reviewed plans where a push finds them: below the commit that was planned. */
async function found(name: string, planned: Finished): Promise<string> {
  const to = join(findings(name), planned.outcome.at, planned.outcome.job);
  await mkdir(to, { recursive: true });
  await cp(join(planned.folder, "reviewed-plans"), to, { recursive: true });
  return findings(name);
}

/** Plans the newest commit as a pull request's. */
async function review(units: Ask["units"], added: readonly string[] = []): Promise<Finished> {
  const headSha = (await world.execution({ action: "plan", units: [] })).job.at;
  return world.run({ action: "plan", units, added, pullRequest: { number: 7, headSha } });
}

test("none: a direct push, or a review whose artifacts have expired, may create and change, and ends nothing", async () => {
  await world.commit(unitAt("none", thing("a").replace('"a"\n', '"changed"\n') + thing("new")));
  await mkdir(findings("expired"), { recursive: true });
  for (const reviewedPlansFolder of [undefined, findings("expired")]) {
    const ask = { action: "apply", units: ["none"] } as const;
    const { ends } = await world.run(reviewedPlansFolder === undefined ? ask : { ...ask, reviewedPlansFolder });
    expect(ends).toMatchObject({
      none: {
        kind: "withheld",
        stop: {
          unseen: [{ address: "terraform_data.b", action: "delete" }],
          message: expect.stringContaining("There is no reviewed plan of it."),
        },
      },
    });
  }
  await world.commit(unitAt("none", thing("a").replace('"a"\n', '"changed"\n') + thing("b") + thing("new")));
  const pushed = await world.run({ action: "apply", units: ["none"] });
  expect(pushed.unit("none")).toMatchObject({ end: { kind: "changed" }, plan: { add: 1, change: 1, destroy: 0 } });
  expect(pushed.unit("none").differsFromReviewed).toBeUndefined();
});

test("unseen forget: a `removed` block that nobody reviewed is withheld; reviewed, it is applied and the resource lives on", async () => {
  await world.commit(unitAt("forget", thing("a") + forgetting("b")));
  const { ends } = await world.run({ action: "apply", units: ["forget"] });
  expect(ends).toMatchObject({
    forget: { kind: "withheld", stop: { unseen: [{ address: "terraform_data.b", action: "forget" }] } },
  });
  const reviewedPlansFolder = await found("forget", await review(["forget"]));
  const seen = await world.run({ action: "apply", units: ["forget"], reviewedPlansFolder });
  expect(seen.unit("forget")).toMatchObject({
    ...{ end: { kind: "changed" }, differsFromReviewed: false },
    plan: { forget: 1, destroy: 0 },
  });
  expect(Object.keys(await world.stateOf("forget"))).toEqual(["terraform_data.a"]);
});

test("several pull requests in one push: each deletes what its own review showed, and no more", async () => {
  await world.commit(unitAt("several", thing("b") + thing("c")));
  await found("several", await review(["several"]));
  await world.commit(unitAt("several", thing("a") + thing("c")));
  const reviewedPlansFolder = await found("several", await review(["several"]));
  const push = { action: "apply", units: ["several"], reviewedPlansFolder } as const;
  await world.commit(unitAt("several", thing("d")));
  expect((await world.run(push)).ends).toMatchObject({
    several: { kind: "withheld", stop: { unseen: [{ address: "terraform_data.c", action: "delete" }] } },
  });
  await world.commit(unitAt("several", thing("c")));
  const merged = await world.run(push);
  expect(merged.unit("several")).toMatchObject({ end: { kind: "changed" }, plan: { destroy: 2 } });
  expect(Object.keys(await world.stateOf("several"))).toEqual(["terraform_data.c"]);
});

test("mocked: a review on made-up outputs shows which resources end, and none of the values", async () => {
  const mocks = '  mock_outputs = { value = "made-up" }';
  await world.commit({
    ...unitAt("vpc", passing("vpc")),
    ...unitAt("app", passing("app"), { dependencies: ["vpc"], mocks }),
  });
  const units = ["vpc", { path: "app", after: ["vpc"] }];
  const planned = await review(units, ["vpc"]);
  expect(planned.unit("app").plan).toMatchObject({ mocked: ["vpc"], destroy: 1, add: 1 });
  const applied = await world.run({ action: "apply", units, reviewedPlansFolder: await found("mocked", planned) });
  expect(applied.unit("vpc")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: false });
  expect(applied.unit("app")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: true });
  expect(await world.stateOf("app")).toMatchObject({
    "terraform_data.it": [{ attributes: { output: { value: "vpc+app" } } }],
  });
});

test("waiting: a unit that could not be planned has no reviewed plan; it is created after the one that it waited for", async () => {
  await world.commit({
    ...unitAt("net", passing("net")),
    ...unitAt("host", passing("host"), { dependencies: ["net"] }),
  });
  const units = ["net", { path: "host", after: ["net"] }];
  const planned = await review(units, ["net", "host"]);
  expect(planned.ends).toEqual({ net: { kind: "changed" }, host: { kind: "waiting", for: ["net"] } });
  expect(await readdir(join(planned.folder, "reviewed-plans"))).toEqual([expect.stringMatching(/^net-/)]);
  const applied = await world.run({ action: "apply", units, reviewedPlansFolder: await found("waiting", planned) });
  expect(applied.ends).toEqual({ net: { kind: "changed" }, host: { kind: "changed" } });
  expect(applied.unit("host").differsFromReviewed).toBeUndefined();
});

test("rerun: a second attempt plans anew, finishes what was reviewed, and finds what is done unchanged", async () => {
  await world.commit({
    ...unitAt("parts", inTwoParts()),
    ...unitAt("done", passing("done")),
    ".pipelines/config.yml": "reviewed_plan: exact\n",
  });
  const reviewedPlansFolder = await found("rerun", await review(["parts", "done"]));
  const push = { action: "apply", units: ["parts", "done"], reviewedPlansFolder } as const;
  const first = await world.run(push);
  expect(first.ends).toMatchObject({
    parts: { kind: "failed", at: "apply", cause: { message: expect.stringContaining("not ready yet") } },
    done: { kind: "changed" },
  });
  expect((await world.stateOf("parts"))["terraform_data.two"] ?? []).toEqual([]);
  await writeFile(ready, "");
  const second = await world.run({ ...push, attempt: 2 });
  expect(second.ends).toEqual({ parts: { kind: "changed" }, done: { kind: "unchanged" } });
  expect(second.unit("parts")).toMatchObject({ plan: { add: 1 }, differsFromReviewed: true });
  expect(await second.text(second.unit("parts").planText)).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
  // No attempt leaves a plan that another could act on.
  const left = await readdir(world.documents, { recursive: true });
  expect(left.filter((name) => name.includes("tfplan"))).toEqual([]);
  await world.commit({ ".pipelines/config.yml": "reviewed_plan: no-unseen-destroy\n" });
});

test("approved run: a manual apply takes the manual plan of the same commit, and of no other", async () => {
  const planned = await world.commit(unitAt("manual", thing("a")));
  const plan = await world.run({ action: "plan", mode: "manual", units: ["manual"] });
  await rm(findings("manual"), { recursive: true, force: true });
  await mkdir(findings("manual"), { recursive: true });
  await cp(join(plan.folder, "reviewed-plans"), findings("manual"), { recursive: true });
  const approved = { action: "apply", mode: "manual", units: ["manual"] } as const;
  await world.commit({});
  const other = await world.run({ ...approved, reviewedPlansFolder: findings("manual") });
  expect(other.ends).toMatchObject({
    manual: {
      kind: "withheld",
      stop: { message: expect.stringContaining(`one is of the commit ${planned.slice(0, 7)}`) },
    },
  });
  const same = await world.run({ ...approved, at: planned, reviewedPlansFolder: findings("manual") });
  expect(same.unit("manual")).toMatchObject({ end: { kind: "changed" }, differsFromReviewed: false });
  expect(Object.keys(await world.stateOf("manual"))).toEqual(["terraform_data.a"]);
});
