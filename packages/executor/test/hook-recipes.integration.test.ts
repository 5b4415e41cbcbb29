import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { failing, makeWorld, passing, unitAt } from "./world.ts";

/**
 * The recipes of `examples/hooks`, each run as a hook is. The tools are stand-ins that cite what they stand for, or the real
 * ones from the folder `PIPELINES_HOOK_TOOLS`: none is to be had quickly enough for each run of the tests.
 */
const recipes = resolve(import.meta.dirname, "../../../examples/hooks");
const standIns = resolve(import.meta.dirname, "hook-tools");
const real = process.env["PIPELINES_HOOK_TOOLS"];

let folder: string;
let tools: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "pipelines-recipes-")));
  tools = join(folder, "tools");
  await mkdir(tools);
  for (const name of ["conftest", "checkov", "trivy", "infracost"]) {
    const own = real === undefined ? null : join(real, name);
    await symlink(own !== null && existsSync(own) ? own : join(standIns, `${name}.sh`), join(tools, name));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const path = (): string => [tools, process.env["PATH"] ?? ""].join(delimiter);
const change = (type: string, actions: readonly string[], after: object | null) => {
  const address = `${type}.this`;
  return {
    address,
    mode: "managed",
    type,
    name: "this",
    provider_name: "registry.opentofu.org/hashicorp/aws",
    change: { actions, before: null, after },
  };
};
/** A plan's JSON, as far as the tools read it. */
const planOf = (...changes: ReturnType<typeof change>[]) => ({
  format_version: "1.2",
  terraform_version: "1.12.6",
  planned_values: {
    root_module: {
      resources: changes.flatMap(({ change: { after }, ...resource }) =>
        after === null ? [] : [{ ...resource, schema_version: 0, values: after }],
      ),
    },
  },
  resource_changes: changes,
  configuration: {
    root_module: {
      resources: changes.map(({ address, mode, type, name }) => ({ address, mode, type, name, expressions: {} })),
    },
  },
});
const PUBLIC = planOf(change("aws_s3_bucket_acl", ["create"], { bucket: "b", acl: "public-read" }));
const PRIVATE = planOf(change("aws_s3_bucket_acl", ["create"], { bucket: "b", acl: "private" }));
const OPEN = planOf(change("aws_db_instance", ["create"], { publicly_accessible: true }));
const GONE = planOf(change("aws_s3_bucket_acl", ["delete"], null));

const Answer = z.object({ result: z.string(), summary: z.string() });

/** Runs a recipe on plans; `null` where it answered by its exit code. */
async function recipe(
  name: string,
  plans: readonly object[],
  options: { args?: string[]; env?: Record<string, string>; outcome?: object } = {},
) {
  const place = await mkdtemp(join(folder, "run-"));
  await mkdir(join(place, "plans"));
  for (const [index, plan] of plans.entries())
    await writeFile(join(place, "plans", `unit-${index}.json`), JSON.stringify(plan));
  const outcomeFile = join(place, "outcome.json");
  if (options.outcome !== undefined) await writeFile(outcomeFile, JSON.stringify(options.outcome));
  const ran = await run("bash", [join(recipes, `${name}.sh`), ...(options.args ?? [])], {
    cwd: place,
    env: {
      ...{
        PATH: path(),
        HOME: folder,
        PIPELINES_PLANS: join(place, "plans"),
        PIPELINES_RESULT: join(place, "result.json"),
      },
      ...(options.outcome === undefined ? {} : { PIPELINES_OUTCOME: outcomeFile }),
      ...options.env,
    },
    timeoutMs: 120_000,
  });
  const text = await readFile(join(place, "result.json"), "utf8").catch(() => null);
  return {
    exitCode: ran.exitCode,
    said: ran.stderr,
    answer: text === null || text === "" ? null : Answer.parse(JSON.parse(text)),
  };
}

const policy = { args: [join(recipes, "policy")] };

test("conftest denies what a policy denies, warns of what it warns of, and says how much passed", async () => {
  expect((await recipe("conftest", [PRIVATE, PUBLIC], policy)).answer).toEqual({
    result: "deny",
    summary: "Denied:\n\n- aws_s3_bucket_acl.this would make a bucket public (`unit-1.json`)\n",
  });
  expect((await recipe("conftest", [GONE], policy)).answer).toEqual({
    result: "warn",
    summary: "Warnings:\n\n- aws_s3_bucket_acl.this would be deleted (`unit-0.json`)",
  });
  expect((await recipe("conftest", [PRIVATE], policy)).answer).toEqual({ result: "pass", summary: "2 checks passed." });
});

test("conftest that can't read its policies has failed, which is no denial", async () => {
  const { exitCode, answer } = await recipe("conftest", [PRIVATE], { args: ["nowhere"] });
  expect([exitCode, answer]).toEqual([2, null]);
});

test("Checkov's findings are named by resource and rule", async () => {
  const { answer, exitCode } = await recipe("checkov", [planOf(), OPEN]);
  expect(exitCode).toBe(0);
  expect(answer?.result).toBe("deny");
  expect(answer?.summary).toMatch(/^- `aws_db_instance\.this`: .* not publicly accessible \(CKV_AWS_17\)$/m);
  expect((await recipe("checkov", [planOf()])).answer).toEqual({ result: "pass", summary: "Nothing was found." });
});

test("Trivy's findings are named by severity, resource and check", async () => {
  const { answer, exitCode } = await recipe("trivy", [PUBLIC]);
  expect(exitCode).toBe(0);
  expect(answer?.result).toBe("deny");
  expect(answer?.summary).toMatch(/^- HIGH `aws_s3_bucket_acl\.this`: .* \(A(?:VD-A)?WS-0092\)$/m);
  expect((await recipe("trivy", [planOf()])).answer).toEqual({ result: "pass", summary: "Nothing was found." });
});

test("infracost adds up what plans cost, warns above a limit, and says nothing right before an apply", async () => {
  const env = { INFRACOST_API_KEY: "key" };
  const reviewed = { env, outcome: { units: [] } };
  expect((await recipe("infracost", [PUBLIC, PRIVATE, GONE], reviewed)).answer).toEqual({
    result: "pass",
    summary: "**+24.69 USD** a month, 24.69 USD in all.",
  });
  const limited = { ...reviewed, env: { ...env, INFRACOST_WARN_ABOVE: "20" } };
  expect((await recipe("infracost", [PUBLIC, PRIVATE], limited)).answer?.result).toBe("warn");
  expect(await recipe("infracost", [PUBLIC], { env })).toMatchObject({ exitCode: 0, answer: null });
  expect((await recipe("infracost", [PUBLIC], { outcome: { units: [] } })).exitCode).not.toBe(0);
});

async function withServer(handle: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(handle).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  try {
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.close();
  }
}

test("Slack is told how each unit of an apply ended; a channel that can't be told makes no apply a failure", async () => {
  const told: string[] = [];
  let [status, answer] = [200, "ok"];
  const hook =
    "hooks:\n  after_apply:\n    - name: Slack\n      run: [bash, .pipelines/hooks/slack.sh]\n      on: [plans, failure]\n";
  await using world = await makeWorld({
    ...unitAt("a", passing("a")),
    ...unitAt("b", failing),
    ".pipelines/config.yml": `environments:\n  prod: { paths: ["**"], secrets: [SLACK_WEBHOOK_URL] }\n${hook}`,
  });
  await cp(recipes, join(world.repository, ".pipelines/hooks"), { recursive: true });
  await world.commit({});
  // As Slack answers: 200 and `ok`, or a status and a word (https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks).
  const slack: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      told.push(Buffer.concat(chunks).toString("utf8"));
      response.writeHead(status).end(answer);
    });
  };
  await withServer(slack, async (url) => {
    const environment = {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      SLACK_WEBHOOK_URL: `${url}/services/secret`,
    };
    const ask = { action: "apply", units: ["a", "b"], environment: "prod" } as const;
    const { outcome } = await world.run(ask, { environment });
    expect(outcome.hooks).toEqual([{ name: "Slack", result: "pass", summary: "" }]);
    const { text } = z.object({ text: z.string() }).parse(JSON.parse(told[0] ?? ""));
    expect(text).toMatch(/^\*apply in prod\*/);
    expect(text).toContain("• `a` changed");
    expect(text).toContain("• `b` failed");
    [status, answer] = [404, "channel_not_found"];
    const again = await world.run(ask, { environment });
    expect(again.outcome.hooks).toMatchObject([
      { result: "warn", summary: expect.stringContaining("channel_not_found") },
    ]);
    expect(JSON.stringify(again.outcome)).not.toContain("services/secret");
  });
});

test("a tool comes from its release by its checksum, once; another checksum stops it", async () => {
  const program = "#!/bin/sh\necho a tool\n";
  const packed = join(folder, "packed");
  await mkdir(packed);
  await writeFile(join(packed, "atool"), program, { mode: 0o755 });
  await run("tar", ["-czf", "atool.tar.gz", "atool"], { cwd: packed, env: { PATH: path() }, timeoutMs: 10_000 });
  const archive = await readFile(join(packed, "atool.tar.gz"));
  let asked = 0;
  const release: RequestListener = (_, response) => {
    asked += 1;
    response.end(archive);
  };
  await withServer(release, async (url) => {
    const bring = (name: string, sum: string) =>
      run("bash", [join(recipes, "tool.sh"), name, `${url}/atool.tar.gz`, sum], {
        ...{ cwd: folder, timeoutMs: 30_000 },
        env: { PATH: path(), HOME: folder, RUNNER_TOOL_CACHE: join(folder, "cache") },
      });
    const sum = createHash("sha256").update(archive).digest("hex");
    for (const _ of ["first", "second"]) {
      const { stdout, exitCode } = await bring("atool", sum);
      expect(exitCode).toBe(0);
      expect((await run(join(stdout.trim(), "atool"), [], { cwd: folder, env: {}, timeoutMs: 10_000 })).stdout).toBe(
        "a tool\n",
      );
    }
    expect(asked).toBe(1);
    const wrong = await bring("atool", "0".repeat(64));
    expect([wrong.exitCode === 0, wrong.stdout]).toEqual([false, ""]);
    expect((await bring("conftest", "unused")).stdout.trim()).toBe(tools);
  });
});
