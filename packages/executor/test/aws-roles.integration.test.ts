import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installProvider } from "./slow-provider/install.ts";

/** The module that makes the roles which the executor takes, against the schema of the AWS provider. */
const module = resolve(import.meta.dirname, "../../../infra/aws-oidc");

let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipelines-aws-roles-"));
  const source = fileURLToPath(new URL("aws-schema/provider.ts", import.meta.url));
  const provider = { address: "registry.opentofu.org/hashicorp/aws", version: "6.20.0", source };
  env = { ...toolEnvironment(process.env), ...(await installProvider(folder, provider)) };
  await cp(module, join(folder, "module"), { recursive: true });
  const ready = await tofu("init", "-input=false");
  expect(ready.stderr).toBe("");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const tofu = (...args: string[]) =>
  run("tofu", [...args, "-no-color"], { cwd: join(folder, "module"), env, timeoutMs: 60_000 });

test("its resources fit the provider's schema", async () => {
  const validated = await tofu("validate");
  expect([validated.exitCode, validated.stdout.trim()]).toEqual([0, "Success! The configuration is valid."]);
});

test("an argument that the provider does not know would be noticed", async () => {
  const main = join(folder, "module/main.tf");
  const text = await readFile(main, "utf8");
  await writeFile(main, text.replace("max_session_duration", "longest_session"));
  const { exitCode, stderr } = await tofu("validate");
  await writeFile(main, text);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining("longest_session")]);
});

test("each role gets its own trust, policies and boundary, and an account that has the provider gets no second one", async () => {
  const { exitCode, stdout, stderr } = await tofu("test");
  expect([stderr, stdout, exitCode]).toEqual(["", expect.stringContaining("Success! 3 passed, 0 failed."), 0]);
});
