import { Configuration } from "@pipelines/core/configuration/schema";
import type { Ran } from "@pipelines/core/process/run";
import { expect, test } from "vitest";
import { wellKept } from "../../test/doctor-facts.ts";
import { type Aws, readRoles } from "./read-roles.ts";

const ended = (exitCode: number, stdout: unknown, stderr = ""): Ran => ({
  exitCode,
  stdout: typeof stdout === "string" ? stdout : JSON.stringify(stdout),
  stderr,
  signal: null,
  timedOut: false,
  failure: null,
  seconds: 0,
});

/** The AWS command of account 222222222222 with one role `plan` that has this trust policy. */
const awsWith =
  (statement: unknown, asked: string[] = []): Aws =>
  async (args) => {
    asked.push(args.join(" "));
    if (args[0] === "sts") return ended(0, { Account: "222222222222" });
    return args.includes("--role-name=plan")
      ? ended(0, { Role: { AssumeRolePolicyDocument: { Statement: statement } } })
      : ended(254, "", "An error occurred (NoSuchEntity) when calling the GetRole operation");
  };
const statement = (condition: unknown) => ({
  Effect: "Allow",
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition: condition,
});
const SUB = "token.actions.githubusercontent.com:sub";

test("roles of the credentials' own account are read; one that is not there is absent", async () => {
  const asked: string[] = [];
  const roles = await readRoles(
    awsWith([statement({ StringEquals: { [SUB]: "repo:acme/live:pull_request" } })], asked),
    wellKept.checkout,
  );
  expect(roles).toMatchObject([
    {
      environment: "prod",
      use: "plan",
      trust: { kind: "seen", value: { subjects: ["repo:acme/live:pull_request"], hasWildcard: false } },
    },
    { environment: "prod", use: "apply", trust: { kind: "absent" } },
  ]);
  expect(asked.filter((line) => !/^(?:sts get-caller-identity|iam get-role) /.test(line))).toEqual([]);
});

test.each([
  ["a pattern", statement({ StringLike: { [SUB]: "repo:acme/*" } }), ["repo:acme/*"], true],
  [
    "a pattern's operator without a pattern",
    statement({ StringLike: { [SUB]: ["repo:acme/live:pull_request"] } }),
    ["repo:acme/live:pull_request"],
    false,
  ],
  ["no condition", statement(undefined), [], true],
  [
    "a condition on the audience alone",
    statement({ StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } }),
    [],
    true,
  ],
  [
    "one statement of two that asks for no subject",
    [statement({ StringEquals: { [SUB]: "a" } }), statement({})],
    ["a"],
    true,
  ],
  [
    "a statement for others",
    [{ Effect: "Allow", Action: "sts:AssumeRole" }, statement({ StringEquals: { [SUB]: "a" } })],
    ["a"],
    false,
  ],
])("%s is read as it is meant", async (_, policy, subjects, hasWildcard) => {
  const [role] = await readRoles(awsWith(policy), wellKept.checkout);
  expect(role?.trust).toMatchObject({ kind: "seen", value: { subjects, hasWildcard } });
});

test("a role of another account, and a command that is not there, are not seen", async () => {
  const other = Configuration.parse({
    environments: {
      a: {
        paths: ["**"],
        aws: {
          account: "x",
          region: "eu-west-1",
          plan_role: "arn:aws:iam::333333333333:role/path/p",
          apply_role: "-x",
        },
      },
    },
  });
  const roles = await readRoles(awsWith([]), { ...wellKept.checkout, configuration: { kind: "read", value: other } });
  expect(roles).toMatchObject([
    { trust: { kind: "refused", needs: "credentials of account 333333333333" } },
    { trust: { kind: "refused", needs: "credentials of account x" } },
  ]);
  const none: Aws = async () => ({ ...ended(0, ""), exitCode: null, failure: "spawn aws ENOENT" });
  expect(await readRoles(none, wellKept.checkout)).toMatchObject([
    { trust: { kind: "refused", said: "spawn aws ENOENT" } },
    { trust: { kind: "refused" } },
  ]);
});
