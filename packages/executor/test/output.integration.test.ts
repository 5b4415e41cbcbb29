import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { actionsLog } from "@pipelines/core/actions/log";
import { expect, test, vi } from "vitest";
import { logProgress } from "../src/progress.ts";
import { makeWorld, passing, unitAt } from "./world.ts";

/** Everything that a run left in its folder, and what it printed. */
async function everything(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(files)).join("\n");
}

/** Runs with what the executor prints caught. */
async function caught<T>(run: () => Promise<T>): Promise<{ value: T; printed: string }> {
  const printed: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => printed.push(String(chunk)) > 0);
  try {
    return { value: await run(), printed: printed.join("") };
  } finally {
    spy.mockRestore();
  }
}

const SECRET = "s3cret-datadog-key";
const environment = { ...process.env, DATADOG_API_KEY: SECRET, OTHER_SECRET: "not-for-this-unit" };

test("a declared secret reaches the unit and is masked wherever the unit shows it; other secrets do not reach it", async () => {
  const leaking = `
resource "terraform_data" "it" {
  input = "key=\${var.key}"
  provisioner "local-exec" {
    command = "echo \\"shown: $DATADOG_API_KEY other: $OTHER_SECRET\\"; echo \\"$DATADOG_API_KEY\\" >&2; exit 1"
  }
}
variable "key" {}
`;
  await using world = await makeWorld({
    ...unitAt("a", leaking, { body: 'inputs = {\n  key = get_env("DATADOG_API_KEY")\n}' }),
    ".pipelines/config.yml": 'environments:\n  prod:\n    paths: ["**"]\n    secrets: [DATADOG_API_KEY]\n',
  });
  const { printed } = await caught(async () => {
    const progress = logProgress(actionsLog, 1);
    await world.run(
      { action: "plan", units: ["a"], environment: "prod", pullRequest: { number: 1, headSha: "a".repeat(40) } },
      { environment, progress },
    );
    await world.run({ action: "apply", units: ["a"], environment: "prod" }, { environment, progress });
  });
  const left = await everything(world.documents);
  expect(left).toContain("key=***");
  expect(left).toContain("shown: *** other:");
  for (const sink of [left, printed]) {
    expect(sink).not.toContain(SECRET);
    expect(sink).not.toContain("not-for-this-unit");
  }
});

test("a secret that is declared and not there fails what is applied, and a plan does without it", async () => {
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ".pipelines/config.yml": 'environments:\n  prod:\n    paths: ["**"]\n    secrets: [MISSING_KEY]\n',
  });
  const applied = await world.run({ action: "apply", units: ["a"], environment: "prod" });
  expect(applied.outcome.failure).toContain("MISSING_KEY");
  const planned = await world.run({ action: "plan", units: ["a"], environment: "prod" });
  expect([planned.outcome.failure, planned.outcome.units[0]?.end.kind]).toEqual([null, "changed"]);
});

test("a job's own tokens do not reach a unit", async () => {
  const showing = 'resource "terraform_data" "it" {\n  provisioner "local-exec" {\n    command = "env"\n  }\n}';
  await using world = await makeWorld(unitAt("a", showing));
  const done = await world.run(
    { action: "apply", units: ["a"] },
    {
      environment: {
        ...process.env,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "id-token-request",
        GITHUB_TOKEN: "gh-token-value",
        PIPELINES_TOKEN: "pipelines-token-value",
      },
    },
  );
  const log = await done.text(done.unit("a").log);
  expect(log).toContain("TF_IN_AUTOMATION=1");
  for (const token of ["id-token-request", "gh-token-value", "pipelines-token-value"]) expect(log).not.toContain(token);
});

test("what a plan marks as sensitive is masked in every text", async () => {
  const sensitive = `
variable "password" {
  default   = "correct horse battery staple"
  sensitive = true
}
resource "terraform_data" "it" {
  input = var.password
}
resource "terraform_data" "leak" {
  input = nonsensitive("it is \${var.password}")
}
`;
  await using world = await makeWorld(unitAt("a", sensitive));
  await world.run({ action: "plan", units: ["a"] });
  const left = await everything(world.documents);
  expect(left).toContain("it is ***");
  expect(left).not.toContain("correct horse");
});

test("workflow commands, escape sequences and hidden characters in a tool's output have no effect", async () => {
  const hostile = String.raw`
resource "terraform_data" "it" {
  provisioner "local-exec" {
    command = "printf '::error::hostile\n  ::add-mask::x\n##[group]y\n::stop-commands::z\n\\033[31mred\\033[0m\\r::set-env name=A::b\n\\342\\200\\256txt\n'; exit 1"
  }
}
`;
  await using world = await makeWorld(unitAt("a", hostile));
  const { value, printed } = await caught(() =>
    world.run({ action: "apply", units: ["a"] }, { progress: logProgress(actionsLog, 1) }),
  );
  const log = await value.text(value.unit("a").log);
  expect(log).toContain("hostile");
  for (const text of [log, printed]) {
    const commands = text.split("\n").filter((line) => /^\s*::[a-z]/i.test(line) || line.includes("##["));
    expect(commands.filter((line) => !/^::(group::a|endgroup::)$/.test(line))).toEqual([]);
    expect(text).not.toContain("\u001B");
    expect(text).not.toContain("\u202E");
  }
});

test("an output of megabytes is kept whole, and memory stays bounded", async () => {
  const loud = `
resource "terraform_data" "it" {
  provisioner "local-exec" {
    command = "sh loud.sh"
  }
}
`;
  const script =
    "head -c 5000000 /dev/zero | tr '\\0' x\nyes \"$(head -c 900 /dev/zero | tr '\\0' y)\" | head -c 5000000\n";
  await using world = await makeWorld({ ...unitAt("a", loud), "a/loud.sh": script });
  const before = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const done = await world.run({ action: "apply", units: ["a"] }).finally(() => clearInterval(watch));
  expect(done.ends).toEqual({ a: { kind: "changed" } });
  const log = await done.text(done.unit("a").log);
  expect(log.split("\n").filter((line) => line.includes("y".repeat(900))).length).toBeGreaterThan(5000);
  // Not shown when it fails: it is long.
  expect([log.length > 5_000_000, log.includes("Apply complete!")]).toEqual([true, true]);
  expect((most - before) / 1e6).toBeLessThan(400);
});
