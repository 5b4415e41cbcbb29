import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeWorld, passing, unitAt, type World } from "./world.ts";

const hookConfig = (when: "after_plan" | "after_apply", more = "") =>
  `hooks:\n  ${when}:\n    - name: policy\n      run: [./hook.sh]\n${more}`;

async function worldWith(script: string, when: "after_plan" | "after_apply" = "after_plan"): Promise<World> {
  const world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", passing("b")),
    ".pipelines/config.yml": hookConfig(when),
    "hook.sh": `#!/bin/sh\n${script}\n`,
  });
  await chmod(join(world.repository, "hook.sh"), 0o755);
  await world.commit({});
  return world;
}

test.each<[what: string, script: string, outcome: object]>([
  [
    "passes by exit code 0, with what it prints",
    'ls "$PIPELINES_PLANS" | wc -l',
    { result: "pass", summary: "```\n2\n```" },
  ],
  [
    "denies by exit code 1",
    "echo 'no public buckets'; exit 1",
    { result: "deny", summary: "```\nno public buckets\n```" },
  ],
  [
    "warns by its result file, in Markdown",
    `echo '{"result": "warn", "summary": "**12 €** more"}' > "$PIPELINES_RESULT"`,
    { result: "warn", summary: "**12 €** more" },
  ],
  ["has failed by another exit code", "exit 127", { result: "failed" }],
  ["has failed by a result that is none", 'echo x > "$PIPELINES_RESULT"', { result: "failed" }],
  [
    "has failed when it wrote a pass and then broke",
    `echo '{"result": "pass", "summary": ""}' > "$PIPELINES_RESULT"; exit 3`,
    { result: "failed" },
  ],
])("a hook %s", async (_, script, outcome) => {
  await using world = await worldWith(script);
  const done = await world.run({ action: "plan", units: ["a", "b"] });
  expect(done.ends).toEqual({ a: { kind: "changed" }, b: { kind: "changed" } });
  expect(done.outcome.hooks).toEqual([{ name: "policy", summary: expect.any(String), ...outcome }]);
});

test("a hook reads the plans as JSON, and what they mark as sensitive is masked in its summary", async () => {
  await using world = await worldWith('grep -o "correct horse[a-z ]*" "$PIPELINES_PLANS"/*.json | head -1');
  await world.commit({
    "a/main.tf":
      'variable "p" {\n  default = "correct horse battery"\n  sensitive = true\n}\nresource "terraform_data" "it" {\n  input = var.p\n}',
  });
  const { outcome } = await world.run({ action: "plan", units: ["a"] });
  expect(outcome.hooks).toEqual([{ name: "policy", result: "pass", summary: "```\n***\n```" }]);
});

test("a pull request can change neither a hook nor whether it runs", async () => {
  await using world = await worldWith("echo strict; exit 1");
  const base = await world.commit({});
  await world.commit({ "hook.sh": "#!/bin/sh\nexit 0\n", ".pipelines/config.yml": "hooks: {}\n" });
  const { outcome } = await world.run({ action: "plan", units: ["a"], base });
  expect(outcome.hooks).toMatchObject([{ result: "deny", summary: "```\nstrict\n```" }]);
});

test("a hook after an apply runs after it, and not for a plan", async () => {
  await using world = await worldWith("echo done", "after_apply");
  expect((await world.run({ action: "plan", units: ["a"] })).outcome.hooks).toEqual([]);
  expect((await world.run({ action: "apply", units: ["a"] })).outcome.hooks).toMatchObject([{ result: "pass" }]);
});

test("a hook that judges plans binds applies and destroys, each unit by its own plan", async () => {
  const script = 'if grep -q forbidden "$PIPELINES_PLANS"/*.json; then echo "not this"; exit 1; fi';
  await using world = await worldWith(script);
  await world.commit(unitAt("b", passing("forbidden")));
  const { ends, outcome } = await world.run({ action: "apply", units: ["a", "b"] });
  expect(ends["a"]).toEqual({ kind: "changed" });
  expect(ends["b"]).toMatchObject({
    kind: "withheld",
    stop: { guard: "hook", message: expect.stringMatching(/^The hook `policy` denies .*:\n\n```\nnot this\n```$/s) },
  });
  expect(outcome.hooks).toEqual([]);
  expect([Object.keys(await world.stateOf("a")), Object.keys(await world.stateOf("b"))]).toEqual([
    ["terraform_data.it"],
    [],
  ]);
  await world.commit({
    "hook.sh": "#!/bin/sh\nexit 2\n",
    ".pipelines/config.yml": hookConfig("after_plan", 'reviewed_plan: "off"\n'),
  });
  expect((await world.run({ action: "destroy", units: ["a"] })).ends["a"]).toMatchObject({
    stop: { guard: "hook", message: expect.stringContaining("could not judge") },
  });
  expect(Object.keys(await world.stateOf("a"))).toEqual(["terraform_data.it"]);
});

test.each<[on: string, expected: string[]]>([
  ["[plans]", ["a", "a b"]],
  ["[failure]", ["b", "a b"]],
  ["[nothing]", ["none"]],
  ["[plans, failure]", ["a", "b", "a b"]],
  ["[failure, nothing]", ["b", "a b", "none"]],
])("a hook that is asked for %s follows the jobs that it names", async (on, expected) => {
  const refused = 'throw = run_cmd("false")\n';
  await using world = await worldWith(
    'jq -r ".units[].path" "$PIPELINES_OUTCOME" | sort | tr "\\n" " "',
    "after_apply",
  );
  await world.commit({
    ...unitAt("b", passing("b"), { body: `inputs = {\n${refused}}` }),
    ".pipelines/config.yml": hookConfig("after_apply").replace("name: policy", `name: policy\n      on: ${on}`),
  });
  const ran: string[] = [];
  for (const units of [["a"], ["b"], ["a", "b"], []]) {
    const { outcome } = await world.run({ action: "apply", units });
    ran.push(...outcome.hooks.map(({ summary }) => summary.replaceAll("`", "").trim() || "none"));
  }
  expect(ran).toEqual(expected);
});

test("a hook gets how each unit ended, and which file has its plan; what it writes there is nobody's outcome", async () => {
  const script = [
    `file="$PIPELINES_PLANS/$(jq -r '.units[0].planFile' "$PIPELINES_OUTCOME")"`,
    `jq -r '.units[0].end.kind' "$PIPELINES_OUTCOME"`,
    `jq -r '.resource_changes[0].address' "$file"`,
    'echo "{}" > "$PIPELINES_OUTCOME"',
  ].join("\n");
  await using world = await worldWith(script, "after_apply");
  const { outcome } = await world.run({ action: "apply", units: ["a"] });
  expect(outcome.hooks).toMatchObject([{ result: "pass", summary: "```\nchanged\nterraform_data.it\n```" }]);
  expect(outcome.units).toMatchObject([{ path: "a", end: { kind: "changed" } }]);
});

test("a hook that follows failures alone judges no plan before it is applied", async () => {
  await using world = await worldWith("exit 1");
  await world.commit({
    ".pipelines/config.yml": hookConfig("after_plan").replace("name: policy", "name: policy\n      on: [failure]"),
  });
  expect((await world.run({ action: "apply", units: ["a"] })).ends["a"]).toEqual({ kind: "changed" });
});
