import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { expect, test } from "vitest";
import { installProvider } from "./slow-provider/install.ts";

/** The module that makes accounts, against the schema of the AWS provider, with a mocked provider. */
const module = resolve(import.meta.dirname, "../../../infra/account-factory");

test("the module of the account factory fits the provider's schema, and tells Pipelines every account that it made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-account-factory-"));
  const source = fileURLToPath(new URL("aws-schema/provider.ts", import.meta.url));
  const provider = { address: "registry.opentofu.org/hashicorp/aws", version: "6.20.0", source };
  const env = { ...toolEnvironment(process.env), ...(await installProvider(folder, provider)) };
  await cp(module, join(folder, "module"), { recursive: true });
  const tofu = (...args: string[]) =>
    run("tofu", [...args, "-no-color"], { cwd: join(folder, "module"), env, timeoutMs: 60_000 });
  await tofu("init", "-input=false");
  expect((await tofu("validate")).stdout.trim()).toBe("Success! The configuration is valid.");
  const { exitCode, stdout, stderr } = await tofu("test");
  expect([stderr, stdout, exitCode]).toEqual(["", expect.stringContaining("Success! 1 passed, 0 failed."), 0]);
  await rm(folder, { recursive: true, force: true });
});
