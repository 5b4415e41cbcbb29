import { readFileSync } from "node:fs";
import { environmentsOf } from "@pipelines/core/configuration/environments";
import { readConfiguration } from "@pipelines/core/configuration/read";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuthSettings, authAnswer, sessionName } from "./auth-answer.ts";
import { variablesOf } from "./environment.ts";
import { roleArn } from "./kinds.ts";

const configuration = readConfiguration(
  `environments:
  prod:
    paths: ["prod/**"]
    aws: { account: prod, region: eu-west-1, plan_role: plan, apply_role: apply }
    env: { TEAM: core }
  shared:
    paths: ["shared/**"]
    aws: { account: "222222222222", region: cn-north-1, plan_role: "arn:aws-cn:iam::222222222222:role/reader", apply_role: writer }
  azure:
    paths: ["azure/**"]
    identity:
      audience: api://AzureADTokenExchange
      env: { ARM_USE_OIDC: "true", ARM_OIDC_TOKEN_FILE_PATH: "${"${token_file}"}" }
      plan: { ARM_CLIENT_ID: reader }
      apply: { ARM_CLIENT_ID: writer }
  plain:
    paths: ["plain/**"]
    secrets: [API_KEY]
  twice:
    paths: ["prod/twice"]
`,
  "config.yml",
);
const settings: AuthSettings = {
  version: 1,
  treeFolder: "/tree",
  configuration,
  accounts: { prod: "111111111111" },
  tokenFiles: { "sts.amazonaws.com": "/job/token", "api://AzureADTokenExchange": "/job/azure-token" },
  sessionName: "robin-via-pipelines@PR-12",
  applying: [UnitPath.parse("prod/vpc")],
};
const arnFor = (folder: string) => authAnswer(settings, folder).envs["AWS_ROLE_ARN"];

describe("the credentials for a folder", () => {
  it.each([
    ["a unit that is applied gets the apply role", "/tree/prod/vpc", "arn:aws:iam::111111111111:role/apply"],
    ["a unit that is only read gets the plan role", "/tree/prod/other", "arn:aws:iam::111111111111:role/plan"],
    ["a role can be an ARN", "/tree/shared/dns", "arn:aws-cn:iam::222222222222:role/reader"],
    ["an environment without a role gets none", "/tree/plain/x", undefined],
  ])("%s", (_, folder, arn) => {
    expect(arnFor(folder)).toBe(arn);
  });

  it("come with a token file, a session name, the region and the environment's variables", () => {
    expect(authAnswer(settings, "/tree/prod/vpc").envs).toEqual({
      TEAM: "core",
      AWS_ROLE_ARN: "arn:aws:iam::111111111111:role/apply",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/job/token",
      AWS_ROLE_SESSION_NAME: "robin-via-pipelines@PR-12",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
    });
  });

  it.each([
    ["azure/net", "writer"],
    ["azure/other", "reader"],
  ])("lead another cloud's tools to the token, as who may do it: %s is %s", (unit, client) => {
    const applying = [UnitPath.parse("azure/net")];
    expect(authAnswer({ ...settings, applying }, `/tree/${unit}`).envs).toEqual({
      ARM_USE_OIDC: "true",
      ARM_OIDC_TOKEN_FILE_PATH: "/job/azure-token",
      ARM_CLIENT_ID: client,
    });
  });

  it("lead to the token in each example of the documentation, as text that the cloud's tools can read", () => {
    const guide = readFileSync(new URL("../../../../docs/azure-google.md", import.meta.url), "utf8");
    const examples = [...guide.matchAll(/```yaml\n(environments:[\s\S]*?)```/g)].map(([, text = ""]) => text);
    const answers = examples.map((text) => {
      const documented = readConfiguration(text, "docs/azure-google.md");
      const tokenFiles = Object.fromEntries(
        environmentsOf(documented).map(({ identity }) => [identity?.audience ?? "", "/job/token"]),
      );
      return authAnswer({ ...settings, configuration: documented, tokenFiles }, "/tree/prod/vpc").envs;
    });
    expect(answers[0]).toMatchObject({ ARM_USE_OIDC: "true", ARM_OIDC_TOKEN_FILE_PATH: "/job/token" });
    expect(JSON.parse(answers[1]?.["GOOGLE_CREDENTIALS"] ?? "")).toMatchObject({
      type: "external_account",
      credential_source: { file: "/job/token" },
      service_account_impersonation_url: expect.stringContaining("pipelines-apply@"),
    });
    expect(answers).toHaveLength(2);
  });

  it.each([
    ["/tree/nowhere/x", "no environment"],
    ["/tree/prod/twice", "several environments (prod, twice)"],
    ["/elsewhere", "outside of the repository"],
  ])("are refused for %s", (folder, why) => {
    expect(() => authAnswer(settings, folder)).toThrow(why);
  });

  it("are refused for an account that has no id", () => {
    expect(() => roleArn("plan", "stage", "eu-west-1", {})).toThrow("account stage");
    expect(roleArn("/team/plan", "111111111111", "us-gov-west-1", {})).toBe(
      "arn:aws-us-gov:iam::111111111111:role/team/plan",
    );
  });
});

describe("a session name", () => {
  it("is what AWS takes, and ends in what the run is about", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.nat(999_999), (actor, number) => {
        const name = sessionName(actor, `PR-${number}`);
        expect(name).toMatch(/^[\w+=,.@-]{2,64}$/);
        expect(name.endsWith(`-via-pipelines@PR-${number}`)).toBe(true);
      }),
    );
  });

  it.each([
    ["robin", "robin-via-pipelines@PR-12"],
    ["dependabot[bot]", "dependabot-bot--via-pipelines@PR-12"],
    [null, "nobody-via-pipelines@PR-12"],
  ])("of %s is %s", (actor, name) => {
    expect(sessionName(actor, "PR-12")).toBe(name);
  });
});

describe("a unit's variables", () => {
  const environmentOf = (name: string) => {
    const found = environmentsOf(configuration).find((environment) => environment.name === name);
    if (found === undefined) throw new Error(name);
    return found;
  };
  const job = {
    AWS_ACCESS_KEY_ID: "AKIA1",
    AWS_SECRET_ACCESS_KEY: "hush",
    API_KEY: "key",
    GITHUB_TOKEN: "t",
    GITHUB_ACTIONS: "true",
  };

  it("hold the runner's own cloud credentials only where the environment names no role", () => {
    expect(variablesOf(environmentOf("prod"), job)).toEqual({ variables: { TEAM: "core" }, secrets: [], missing: [] });
    expect(variablesOf(environmentOf("plain"), job)).toEqual({
      variables: { AWS_ACCESS_KEY_ID: "AKIA1", AWS_SECRET_ACCESS_KEY: "hush", API_KEY: "key" },
      secrets: ["key", "AKIA1", "hush"],
      missing: [],
    });
  });

  it("do without a secret that is not there where a job can, as plans can, and name it where it can't", () => {
    const environment = environmentOf("plain");
    expect(() => variablesOf(environment, {})).toThrow("API_KEY");
    expect(variablesOf(environment, {}, "secrets that are there")).toEqual({
      ...{ variables: {}, secrets: [], missing: ["API_KEY"] },
    });
  });

  it("hold a person's own cloud credentials outside of GitHub Actions", () => {
    const { variables } = variablesOf(environmentOf("prod"), { AWS_PROFILE: "robin" });
    expect(variables).toEqual({ TEAM: "core", AWS_PROFILE: "robin" });
  });
});
