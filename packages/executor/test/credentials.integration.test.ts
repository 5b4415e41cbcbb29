import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Cloud, rootOnS3, startCloud } from "./cloud.ts";
import { installSlowProvider, slowThings } from "./slow-provider/install.ts";
import { somebodysLock } from "./state-server.ts";
import { type Ask, makeWorld, passing, unitAt, type World } from "./world.ts";

const program = [process.execPath, fileURLToPath(new URL("../src/main.ts", import.meta.url))];
const role = (account: string, name: string) => `arn:aws:iam::${account.repeat(12)}:role/${name}`;

const config = (env: object = {}) => `environments:
  prod:
    paths: ["prod/**"]
    aws: { account: prod, region: eu-west-1, plan_role: prod-plan, apply_role: prod-apply }
    env: ${JSON.stringify({ AWS_EC2_METADATA_DISABLED: "true", ...env })}
  shared:
    paths: ["shared/**"]
    aws: { account: shared, region: eu-west-1, plan_role: shared-plan, apply_role: shared-apply }
    env: { AWS_EC2_METADATA_DISABLED: "true" }
`;

async function worldIn(cloud: Cloud, files: Readonly<Record<string, string>>): Promise<World> {
  return makeWorld({
    "accounts.yml": `prod: { id: "${"1".repeat(12)}", email: a@example.com }\nshared: { id: "${"2".repeat(12)}", email: b@example.com }\n`,
    "root.hcl": rootOnS3(cloud.url),
    ".pipelines/config.yml": config(),
    ...files,
  });
}

/** Runs a job as on GitHub's runner. */
const onRunner = (world: World, cloud: Cloud, ask: Ask, more: Record<string, string> = {}) =>
  world.run(ask, {
    program,
    environment: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      GITHUB_ACTIONS: "true",
      GITHUB_REF: "refs/heads/main",
      GITHUB_EVENT_NAME: "push",
      ACTIONS_ID_TOKEN_REQUEST_URL: `${cloud.url}/token?api-version=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
      AWS_ACCESS_KEY_ID: "of-the-runner",
      AWS_SECRET_ACCESS_KEY: "of-the-runner",
      ...more,
    },
  });

test("each unit runs with its environment's role for what is done; a dependency in another account is read with that account's plan role", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, {
    ...unitAt("shared/dns", passing("dns")),
    ...unitAt("prod/app", passing("app"), { dependencies: ["shared/dns"] }),
  });
  const shared = await onRunner(world, cloud, { action: "apply", units: ["shared/dns"], environment: "shared" });
  expect(shared.ends).toEqual({ "shared/dns": { kind: "changed" } });
  expect(new Set(cloud.requests.map((request) => request.split(" ")[0]))).toEqual(new Set(["shared-apply"]));

  cloud.assumed.splice(0);
  cloud.requests.splice(0);
  const headSha = (await world.execution({ action: "plan", units: [] })).comparison.head;
  const pullRequest = { number: 12, headSha };
  const planned = await onRunner(world, cloud, {
    action: "plan",
    units: ["prod/app"],
    environment: "prod",
    pullRequest,
  });
  expect(planned.ends).toEqual({ "prod/app": { kind: "changed" } });
  expect(new Set(cloud.assumed.map(({ role }) => role))).toEqual(
    new Set([role("1", "prod-plan"), role("2", "shared-plan")]),
  );
  expect(new Set(cloud.assumed.map(({ session }) => session))).toEqual(new Set(["robin-via-pipelines@PR-12"]));
  expect(cloud.requests.filter((request) => / (PUT|DELETE) /.test(request))).toEqual([]);

  cloud.assumed.splice(0);
  cloud.requests.splice(0);
  const applied = await onRunner(world, cloud, { action: "apply", units: ["prod/app"], environment: "prod" });
  expect(applied.ends).toEqual({ "prod/app": { kind: "changed" } });
  expect(new Set(cloud.assumed.map(({ role }) => role))).toEqual(
    new Set([role("1", "prod-apply"), role("2", "shared-plan")]),
  );
  expect(
    new Set(
      cloud.requests.filter((request) => request.includes("state-shared/")).map((request) => request.split(" ")[0]),
    ),
  ).toEqual(new Set(["shared-plan"]));
  // Locked and unlocked.
  expect(cloud.requests).toContain("prod-apply PUT state-prod/prod/app/terraform.tfstate.tflock");
  expect([...cloud.objects.keys()].toSorted()).toEqual([
    "state-prod/prod/app/terraform.tfstate",
    "state-shared/shared/dns/terraform.tfstate",
  ]);
});

test("a role that can't be assumed is named, and not asked for again and again; a throttled one is asked again", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, unitAt("prod/app", passing("app")));
  const ask = { action: "apply", units: ["prod/app"], environment: "prod" } as const;
  cloud.refuse(role("1", "prod-apply"), "AccessDenied", 1000);
  const refused = await onRunner(world, cloud, ask);
  expect(refused.ends).toMatchObject({
    "prod/app": { kind: "failed", cause: { kind: "credentials", role: role("1", "prod-apply") } },
  });
  expect(cloud.assumed.length).toBeLessThan(4);
  cloud.refuse(role("1", "prod-apply"), "Throttling", 1);
  expect((await onRunner(world, cloud, ask)).ends).toEqual({ "prod/app": { kind: "changed" } });
});

test("an apply that outlives its credentials and its token assumes the role again with a fresh token", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, {});
  const provider = await installSlowProvider(world.folder);
  await mkdir(join(world.folder, "cloud"));
  await world.commit({
    ...unitAt("prod/app", slowThings(join(world.folder, "cloud"), [{ name: "x", seconds: 5 }])),
    ".pipelines/config.yml": config(provider),
  });
  cloud.lifetime(3, 2);
  const done = await onRunner(world, cloud, { action: "apply", units: ["prod/app"], environment: "prod" });
  expect(done.ends).toEqual({ "prod/app": { kind: "changed" } });
  expect(new Set(cloud.assumed.map(({ token }) => token)).size).toBeGreaterThan(1);
  expect(cloud.tokens()).toBeGreaterThan(2);
  const last = JSON.parse(Buffer.from(cloud.assumed.at(-1)?.token.split(".")[1] ?? "", "base64url").toString());
  expect(last.aud).toBe("sts.amazonaws.com");
});

test("an environment without a role uses the runner's own credentials, and asks for no role", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, {
    ...unitAt("plain/app", passing("app")),
    ".pipelines/config.yml": `${config()}  plain:\n    paths: ["plain/**"]\n`,
  });
  const own = { AWS_ACCESS_KEY_ID: "KEY-own", AWS_EC2_METADATA_DISABLED: "true" };
  const done = await onRunner(world, cloud, { action: "apply", units: ["plain/app"], environment: "plain" }, own);
  expect(done.ends).toEqual({ "plain/app": { kind: "changed" } });
  expect(cloud.assumed).toEqual([]);
  expect(new Set(cloud.requests.map((request) => request.split(" ")[0]))).toEqual(new Set(["own"]));
});

test("a lock file that somebody left in the state's bucket is reported with who holds it, and stays", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, {
    ...unitAt("prod/app", passing("app")),
    ".pipelines/config.yml": `${config()}jobs:\n  lock_timeout: 1s\n`,
  });
  const lock = "state-prod/prod/app/terraform.tfstate.tflock";
  cloud.objects.set(lock, somebodysLock);
  const done = await onRunner(world, cloud, { action: "apply", units: ["prod/app"], environment: "prod" });
  expect(done.ends).toMatchObject({
    "prod/app": {
      ...{ kind: "failed", at: "plan" },
      cause: { kind: "locked", lock: { id: JSON.parse(somebodysLock).ID, who: "mona@laptop" } },
    },
  });
  expect([...cloud.objects.keys()]).toEqual([lock]);
});

test("a lock that somebody left is given back on demand, by its id only, with the role of applies", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, unitAt("prod/app", passing("app")));
  const lock = "state-prod/prod/app/terraform.tfstate.tflock";
  cloud.objects.set(lock, somebodysLock);
  const unlock = { action: "unlock", mode: "manual", units: ["prod/app"], environment: "prod" } as const;
  const dispatched = { GITHUB_EVENT_NAME: "workflow_dispatch" };
  const id: string = JSON.parse(somebodysLock).ID;
  const wrong = await onRunner(world, cloud, { ...unlock, lockId: id.replace("1", "2") }, dispatched);
  expect(wrong.ends).toMatchObject({
    "prod/app": {
      kind: "failed",
      at: "unlock",
      cause: { message: expect.stringMatching(/lock ID.*does not match/is) },
    },
  });
  expect([...cloud.objects.keys()]).toEqual([lock]);
  const right = await onRunner(world, cloud, { ...unlock, lockId: id }, dispatched);
  expect(right.ends).toEqual({ "prod/app": { kind: "changed" } });
  expect([...cloud.objects.keys()]).toEqual([]);
  expect(new Set(cloud.requests.map((request) => request.split(" ")[0]))).toEqual(new Set(["prod-apply"]));
});

test.each([
  ["a pull request", { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/1/merge" }],
  ["another branch", { GITHUB_EVENT_NAME: "workflow_dispatch", GITHUB_REF: "refs/heads/other" }],
])("nothing is unlocked for %s", async (_, run) => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, unitAt("prod/app", passing("app")));
  const lock = "state-prod/prod/app/terraform.tfstate.tflock";
  cloud.objects.set(lock, somebodysLock);
  const ask = { action: "unlock", mode: "manual", units: ["prod/app"], environment: "prod" } as const;
  const done = await onRunner(world, cloud, { ...ask, lockId: JSON.parse(somebodysLock).ID }, run);
  expect(done.outcome.failure).toContain("`unlock` runs for refs/heads/main only");
  expect([...cloud.objects.keys()]).toEqual([lock]);
});

test("a job that may not ask for tokens says which permission it needs", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, unitAt("prod/app", passing("app")));
  const ask = { action: "plan", units: ["prod/app"], environment: "prod" } as const;
  const without = await onRunner(world, cloud, ask, { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "another" });
  expect(without.outcome.failure).toContain("`permissions: id-token: write`");
  expect(JSON.stringify(without.outcome)).not.toContain("of-the-runner");
});

test("a state bucket that is not there is reported as the backend's failure", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, unitAt("prod/app", passing("app")));
  cloud.withoutBucket("state-prod");
  const done = await onRunner(world, cloud, { action: "plan", units: ["prod/app"], environment: "prod" });
  expect(done.ends).toMatchObject({ "prod/app": { kind: "failed", cause: { kind: "backend" } } });
});

test("a dependency in no environment has no role, and the message says where that is decided", async () => {
  await using cloud = await startCloud();
  await using world = await worldIn(cloud, {
    ...unitAt("nowhere/dns", passing("dns")),
    ...unitAt("prod/app", passing("app"), { dependencies: ["nowhere/dns"] }),
  });
  const done = await onRunner(world, cloud, { action: "plan", units: ["prod/app"], environment: "prod" });
  expect(done.ends).toMatchObject({ "prod/app": { kind: "failed" } });
  expect(await done.text(done.unit("prod/app").log)).toContain("nowhere/dns is in no environment");
});

test("units of another cloud find GitHub's token for its audience where their tools look, and not the runner's own credentials", async () => {
  await using cloud = await startCloud();
  await using seen = await makeWorld({});
  const command = `cat \\"$ARM_OIDC_TOKEN_FILE_PATH\\" > '${seen.folder}/token'; env > '${seen.folder}/env'`;
  const show = `resource "terraform_data" "seen" {\n  provisioner "local-exec" {\n    command = "${command}"\n  }\n}\n`;
  await using world = await makeWorld({
    ".pipelines/config.yml": `environments:
  azure:
    paths: ["azure/**"]
    identity:
      audience: api://AzureADTokenExchange
      env: { ARM_OIDC_TOKEN_FILE_PATH: "\${token_file}" }
      plan: { ARM_CLIENT_ID: reader }
      apply: { ARM_CLIENT_ID: writer }
`,
    ...unitAt("azure/net", show),
  });
  const ask = { action: "apply", units: ["azure/net"], environment: "azure" } as const;
  const { ends } = await onRunner(world, cloud, ask, { ARM_CLIENT_SECRET: "of-the-runner" });
  expect(ends).toEqual({ "azure/net": { kind: "changed" } });
  const token = await readFile(join(seen.folder, "token"), "utf8");
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(claims.aud).toBe("api://AzureADTokenExchange");
  const variables = await readFile(join(seen.folder, "env"), "utf8");
  expect(variables).toContain("ARM_CLIENT_ID=writer");
  expect(variables).not.toContain("of-the-runner");
});

test("a stack is generated with its environment's plan role: it is only read, also when its units are applied", async () => {
  await using cloud = await startCloud();
  const asks = 'run_cmd("--terragrunt-quiet", "sh", "-c", "printenv AWS_ROLE_ARN")';
  await using world = await worldIn(cloud, {
    "prod/terragrunt.stack.hcl": `unit "a" {\n  source = "../catalog"\n  path   = "a"\n  values = { role = ${asks} }\n}\n`,
    "catalog/terragrunt.hcl":
      'include "root" {\n  path = find_in_parent_folders("root.hcl")\n}\ninputs = { upstream = [values.role] }\n',
    "catalog/main.tf": passing("a"),
  });
  const unit = "prod/.terragrunt-stack/a";
  const { ends } = await onRunner(world, cloud, { action: "apply", units: [unit], environment: "prod" });
  expect(ends).toEqual({ [unit]: { kind: "changed" } });
  expect(cloud.objects.get(`state-prod/${unit}/terraform.tfstate`)).toContain(`${role("1", "prod-plan")}+a`);
  expect(new Set(cloud.assumed.map(({ role }) => role))).toEqual(new Set([role("1", "prod-apply")]));
});
