import { environmentsOf } from "@pipelines/core/configuration/environments";
import type { Ran } from "@pipelines/core/process/run";
import { z } from "zod";
import type { CheckoutFacts, RoleFacts } from "./facts.ts";
import { type Look, refused, seen } from "./look.ts";

/** Starts the AWS command with these arguments and the person's own credentials. */
export type Aws = (args: readonly string[]) => Promise<Ran>;

const Identity = z.looseObject({ Account: z.string() });
const OneOrMore = z.union([z.string().transform((value) => [value]), z.array(z.string())]);
const Statement = z.looseObject({
  Effect: z.string(),
  Action: OneOrMore,
  Condition: z.record(z.string(), z.record(z.string(), OneOrMore)).default({}),
});
const Role = z.looseObject({
  Role: z.looseObject({
    AssumeRolePolicyDocument: z.looseObject({
      Statement: z.union([z.array(Statement), Statement.transform((one) => [one])]),
    }),
  }),
});

/**
 * Reads the trust policies of the roles that the configuration names, in the one account that the credentials belong to.
 * No role is taken, nothing is changed.
 */
export async function readRoles(aws: Aws, { configuration, accounts }: CheckoutFacts): Promise<RoleFacts[]> {
  if (configuration.kind !== "read") return [];
  const wanted = environmentsOf(configuration.value).flatMap(({ name, aws: settings }) =>
    settings === undefined
      ? []
      : (["plan", "apply"] as const).map((use) => {
          const role = use === "plan" ? settings.plan_role : settings.apply_role;
          const [, ofArn, nameOfArn] = /^arn:[^:]+:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(role) ?? [];
          const account = ofArn ?? accounts?.ids.get(settings.account) ?? settings.account;
          return { environment: name, use, role, account, name: nameOfArn ?? role };
        }),
  );
  if (wanted.length === 0) return [];
  const own = await ownAccount(aws);
  return Promise.all(
    wanted.map(async ({ account, name, ...role }) => ({ ...role, trust: await trustOf(aws, own, account, name) })),
  );
}

async function ownAccount(aws: Aws): Promise<Look<string>> {
  const ran = await aws(["sts", "get-caller-identity", "--output", "json"]);
  const identity = ran.exitCode === 0 ? Identity.safeParse(parsed(ran.stdout)) : null;
  return identity?.success === true
    ? seen(identity.data.Account)
    : refused("the AWS command and credentials that it accepts", saidBy(ran));
}

async function trustOf(aws: Aws, own: Look<string>, account: string, name: string): Promise<RoleFacts["trust"]> {
  if (own.kind !== "seen") return own;
  if (own.value !== account) {
    return refused(`credentials of account ${account}`, `the credentials belong to account ${own.value}`);
  }
  const ran = await aws(["iam", "get-role", "--output", "json", `--role-name=${name}`]);
  if (/\(NoSuchEntity\)/.test(ran.stderr)) return { kind: "absent" };
  const role = ran.exitCode === 0 ? Role.safeParse(parsed(ran.stdout)) : null;
  if (role?.success !== true) return refused("`iam:GetRole`", saidBy(ran));
  return seen(trustIn(role.data.Role.AssumeRolePolicyDocument.Statement));
}

/** Who a trust policy lets in with a token of a web identity. A policy that asks for no subject lets in everybody. */
export function trustIn(
  statements: readonly z.infer<typeof Statement>[],
): Extract<RoleFacts["trust"], { kind: "seen" }>["value"] {
  const ours = statements.filter(
    ({ Effect, Action }) =>
      Effect === "Allow" && Action.some((action) => /^(?:\*|sts:\*|sts:AssumeRoleWithWebIdentity)$/i.test(action)),
  );
  const values = (of: readonly (typeof statements)[number][], suffix: string, operators: RegExp): string[] =>
    of.flatMap(({ Condition }) =>
      Object.entries(Condition).flatMap(([operator, keys]) =>
        operators.test(operator)
          ? Object.entries(keys).flatMap(([key, list]) => (key.toLowerCase().endsWith(suffix) ? list : []))
          : [],
      ),
    );
  const exact = /^(?:ForAnyValue:|ForAllValues:)?StringEquals(?:IgnoreCase)?$/i;
  const like = /^(?:ForAnyValue:|ForAllValues:)?StringLike(?:IfExists)?$|IfExists$/i;
  const patterns = values(ours, ":sub", like);
  return {
    subjects: [...values(ours, ":sub", exact), ...patterns],
    // `ForAllValues` and `…IfExists` also hold for a token without the claim, but GitHub's tokens always have it.
    hasWildcard:
      patterns.some((pattern) => /[*?]/.test(pattern)) ||
      ours.some((one) => values([one], ":sub", exact).length + values([one], ":sub", like).length === 0),
    audiences: values(ours, ":aud", /^(?:ForAnyValue:|ForAllValues:)?String(?:Equals|Like)/i),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const saidBy = ({ stderr, failure, exitCode }: Ran): string =>
  stderr.trim().split("\n").at(-1)?.slice(0, 300) || failure || `aws ended with ${exitCode}`;
