import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = resolve(import.meta.dirname, "../../.tools/bin/tofu");
const infra = resolve(import.meta.dirname, "../../infra");

/** The part of the AWS module that decides who may do what needs no provider, so it is run here; the rest is resources. */
describe("infra/aws-oidc", () => {
  let folder: string;
  const tofu = (cwd: string, ...args: string[]) =>
    execa(program, args, {
      cwd,
      all: true,
      reject: false,
      env: { TF_CLI_CONFIG_FILE: join(folder, "tofurc"), NO_COLOR: "1" },
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pipelines-aws-"));
    await writeFile(join(folder, "tofurc"), "");
    await cp(join(infra, "aws-oidc/policies"), join(folder, "policies"), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("is formatted", async () => {
    const { exitCode, all } = await tofu(infra, "fmt", "-check", "-recursive", "-diff");
    expect([exitCode, all]).toEqual([0, ""]);
  });

  it("trusts exactly one repository, in both forms of the subject, and lets plans write nothing", async () => {
    const policies = join(folder, "policies");
    expect((await tofu(policies, "init", "-input=false", "-no-color")).exitCode).toBe(0);
    const { all } = await tofu(policies, "test", "-no-color");
    expect(all).toContain("Success! 8 passed, 0 failed.");
  });
});
