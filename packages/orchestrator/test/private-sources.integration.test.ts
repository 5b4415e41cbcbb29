import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@pipelines/core/process/run";
import { type GitServer, startGitServer } from "@pipelines/local-github/git/private-repositories";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeRepository, type TestRepository } from "./repository.ts";

const TOKEN = "t0ken-of-the-catalogue";
let folder: string;
let server: GitServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "orchestrator-private-"));
  await using catalog = await makeRepository({
    "units/it/terragrunt.hcl": "inputs = { said = values.said }\n",
    "units/it/main.tf": 'variable "said" {}\n',
  });
  await mkdir(join(folder, "served/acme"), { recursive: true });
  const bare = join(folder, "served/acme/catalog.git");
  const cloned = await run("git", ["clone", "--quiet", "--bare", catalog.folder, bare], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder },
  });
  if (cloned.exitCode !== 0) throw new Error(cloned.stderr);
  server = await startGitServer(folder, join(folder, "served"), TOKEN);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const stack = (said: string): string =>
  `unit "a" {\n  source = "git::https://${server.host}/acme/catalog.git//units/it?ref=main"\n  path   = "a"\n  values = { said = "${said}" }\n}\n`;

const configuration = (hosts: readonly string[]): string =>
  JSON.stringify({
    environments: {
      live: { paths: ["live/**"], env: { GIT_SSL_CAINFO: server.certificate, XDG_CACHE_HOME: join(folder, "cache") } },
    },
    ...(hosts.length === 0 ? {} : { module_access: { hosts, secret: "MODULES" } }),
  });

async function changing(config: string, edits: Record<string, string> = {}): Promise<TestRepository> {
  const repository = await makeRepository({
    ".pipelines/config.yml": config,
    "live/terragrunt.stack.hcl": stack("one"),
  });
  await repository.commit({ "live/terragrunt.stack.hcl": stack("two"), ...edits });
  return repository;
}

const assessed = async (repository: TestRepository, token: string) => {
  const { units, problems } = await repository.assess("pull_request", "affected", {
    HOME: folder,
    PIPELINES_MODULE_TOKEN: token,
  });
  return { units: units.map(({ path }) => path), problems: problems.map(({ message }) => message) };
};

test("a stack of a private catalogue is generated with the token, and its units are planned", async () => {
  await using repository = await changing(configuration([server.host]));
  expect(await assessed(repository, TOKEN)).toEqual({ units: ["live/.terragrunt-stack/a"], problems: [] });
});

test.each([
  ["no token", () => configuration([server.host]), "", "secret PIPELINES_MODULE_TOKEN"],
  [
    "a token that may not read it",
    () => configuration([server.host]),
    "another",
    "Can the token PIPELINES_MODULE_TOKEN read it",
  ],
  ["no `module_access`", () => configuration([]), TOKEN, "read with `module_access`"],
])(
  "with %s it is a problem that says what to look at, and never nothing to do",
  async (_what, config, token, advice) => {
    await using repository = await changing(config());
    const { units, problems } = await assessed(repository, token);
    expect(units).toEqual([]);
    expect(problems).toEqual([expect.stringContaining("can't generate the stack")]);
    expect(problems[0]).toContain(advice);
    expect(problems[0]).not.toContain(TOKEN);
  },
);

test("a change can't have the token sent to a host of its own choice", async () => {
  await using repository = await changing(configuration(["git.example.com"]), {
    ".pipelines/config.yml": configuration([server.host]),
  });
  const { problems } = await assessed(repository, TOKEN);
  expect(problems).toEqual([expect.stringContaining("can't generate the stack")]);
});
