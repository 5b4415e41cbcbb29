import { describe, expect, it } from "vitest";
import { UnitPath } from "../contracts/unit-path.ts";
import { type CheckFacts, checkConfiguration } from "./check.ts";
import { readConfiguration } from "./read.ts";
import { unitsTouchedBy } from "./touched-units.ts";

const units = ["prod/vpc", "prod/app", "dev/vpc"].map((unit) => UnitPath.parse(unit));
const ACCOUNTS = 'prod:\n  id: "222222222222"\ndev:\n  id: "111111111111"\n';

/** The issues of a configuration as lines. */
function issues(text: string | null, facts: Partial<CheckFacts> = {}): string[] {
  return checkConfiguration({
    configuration: text === null ? null : { text, file: "c" },
    read: (file) => (file === "accounts.yml" ? ACCOUNTS : null),
    ...{ units, ...facts },
  }).map(({ severity, file, line, message }) => `${severity} ${file}:${line} ${message}`);
}

const PROD = 'environments:\n  prod:\n    paths: ["prod/**"]\n  dev:\n    paths: ["dev/**"]\n';
const AWS = (aws: string): string => `${PROD}    aws: { ${aws} }\n`;
const ROLES = "plan_role: p, apply_role: a";

describe("a configuration that fits", () => {
  it.each([
    ["none", null],
    ["an empty one", ""],
    ["one with a byte order mark", `\uFEFF${PROD}`],
    ["environments", PROD],
    ["an account by name", AWS(`account: dev, region: eu-west-1, ${ROLES}`)],
    ["an account by id", AWS(`account: "333333333333", region: us-gov-west-1, ${ROLES}`)],
    ["a region of a known area that is new", AWS(`account: dev, region: eu-west-9, ${ROLES}`)],
    ["a region of an area that is new", AWS(`account: dev, region: nz-middle-1, ${ROLES}`)],
    [
      "roles by ARN",
      AWS(
        'account: dev, region: eu-west-1, plan_role: "arn:aws:iam::111111111111:role/a/p", apply_role: "arn:aws-cn:iam::111111111111:role/a"',
      ),
    ],
    ["a glob with brackets in a name", `${PROD}ignore: ["a\\\\(b\\\\)/**", "[ab]/*.{md,txt}", "**/x"]\n`],
    ["exact versions", 'tools: { terragrunt: "1.1.3", opentofu: v1.12.6 }'],
    ["patterns", `${PROD}redact: ["acct-\\\\d+", "(?i)internal"]\n`],
    ["a file for a cloud's token", `${PROD}    identity: { audience: x, env: { F: "\${token_file}" } }\n`],
  ])("%s", (_, text) => {
    expect(issues(text)).toEqual([]);
  });
});

const FORTY: readonly (readonly [what: string, text: string, ...issues: string[]])[] = [
  ["an unknown key", "deploy_brnch: main", "1 unknown key `deploy_brnch`; did you mean `deploy_branch`?"],
  [
    "an unknown key inside",
    `${PROD}    runer: big`,
    "6 unknown key `runer` in `environments.dev`; did you mean `runner`?",
  ],
  ["a key twice", "moves: hold\nmoves: hold", "2 the key `moves` is given twice"],
  ["a key twice inside", `${PROD}    paths: [a]`, "6 the key `paths` is given twice"],
  ["a tab", "jobs:\n\tparallelism: 1", "2 a tab is no indentation"],
  ["a bracket that is left open", "ignore: [a, b", "1 the indentation does not fit, or a `]`"],
  ["a quote that is left open", 'deploy_branch: "x', "1 something is not closed"],
  ["an indentation too deep", "deploy_branch: main\n moves: hold", "1 a key needs a colon"],
  ["two documents", "moves: hold\n---\nmoves: hold", "2 a second document begins here"],
  ["a tag", "deploy_branch: !env BRANCH", "1 tags (`!name`) are not read"],
  ["an alias of nothing", "deploy_branch: *main", "1 an alias (`*name`) names no anchor"],
  ["an alias of itself", "ignore: &x [*x]", "1 aliases (`*name`) expand to more"],
  ["a reserved character", "deploy_branch: @main", "1 a text can't begin with this character"],
  ["a list", "- a\n- b", "1 the whole file is a list; it has to be a block with the keys deploy_branch"],
  ["a text", "hello", "1 the whole file is the text `hello`"],
  ["UTF-16, little end first", "m\0o\0v\0e\0s\0", "1 the file is written in UTF-16"],
  ["UTF-16, big end first, with its mark", "\uFFFD\uFFFD\0m\0o", "1 the file is written in UTF-16"],
  ["a NUL", "moves: hold\nignore: ['\0']", "2 the file holds a NUL character"],
  ["Latin-1", "moves: hold\n# gr\uFFFDn", "2 the file is not written in UTF-8"],
  ["nesting without end", "[".repeat(100_000), "1 the file is nested deeper than 100 levels"],
  ["a file of megabytes", `# ${"x".repeat(1_000_001)}`, "1 the file is longer than a million characters"],
  [
    "no paths",
    "environments:\n  prod: {}",
    '2 `environments.prod.paths` is missing; it has to be a list of texts, such as `["a", "b"]`',
  ],
  ["empty paths", "environments:\n  prod:\n    paths: []", "3 `environments.prod.paths` is an empty list"],
  [
    "a text for a list",
    "environments:\n  prod:\n    paths: prod/**",
    "3 `environments.prod.paths` is the text `prod/**`; it has to be a list of texts",
  ],
  ["a list for environments", "environments: [prod]", "1 `environments` is a list; it has to be a block of names"],
  [
    "an environment without anything",
    "environments:\n  prod:",
    "2 `environments.prod` is empty; it has to be a block with the keys paths, aws",
  ],
  [
    "a name with a blank",
    "environments:\n  my env:\n    paths: [x]",
    "2 `environments.my env` is no valid name: an environment's name is made of letters",
  ],
  [
    "a wrong choice",
    `${PROD}    destroy: alow`,
    "6 `environments.dev.destroy` is the text `alow`; it has to be one of `allow`, `deny`. Did you mean `allow`?",
  ],
  ["true for a choice", "moves: true", "1 `moves` is `true`; it has to be one of `hold`, `destroy`"],
  [
    "yes for a switch",
    'include_dependents: "yes"',
    "1 `include_dependents` is the text `yes`; it has to be `true` or `false`",
  ],
  [
    "a number beyond",
    "jobs:\n  parallelism: 100",
    "2 `jobs.parallelism` is `100`; it has to be a whole number from 1 to 64",
  ],
  [
    "half a minute",
    "jobs: { timeout_minutes: 0.5 }",
    "1 `jobs.timeout_minutes` is `0.5`; it has to be a whole number from 1 to 360",
  ],
  [
    "a time in words",
    "jobs: { lock_timeout: soon }",
    "1 `jobs.lock_timeout` is `soon`: it has to be a number and `s`, `m` or `h`",
  ],
  [
    "a number for a text",
    `${PROD}    env: { PORT: 1 }`,
    '6 `environments.dev.env.PORT` is `1`; it has to be a text: put it in quotes, `"1"`',
  ],
  [
    "an account's number without quotes",
    AWS(`account: 111111111111, region: eu-west-1, ${ROLES}`),
    "6 `environments.dev.aws.account` is `111111111111`; it has to be a text: put it in quotes",
  ],
  [
    "an unknown account",
    AWS(`account: de, region: eu-west-1, ${ROLES}`),
    "6 `environments.dev.aws.account` names no account: `de`; did you mean `dev`?",
  ],
  [
    "an unknown region",
    AWS(`account: dev, region: us-esat-1, ${ROLES}`),
    "6 `environments.dev.aws.region` is `us-esat-1`: no region of AWS has this name; did you mean `us-east-1`?",
  ],
  [
    "a zone for a region",
    AWS(`account: dev, region: eu-west-1a, ${ROLES}`),
    "6 `environments.dev.aws.region` is `eu-west-1a`: no region",
  ],
  [
    "half an ARN",
    AWS("account: dev, region: eu-west-1, plan_role: p, apply_role: arn:aws:iam::1:role/x"),
    "6 `environments.dev.aws.apply_role` is `arn:aws:iam::1:role/x`: a role is named by",
  ],
  [
    "a role of another account",
    AWS('account: dev, region: eu-west-1, plan_role: p, apply_role: "arn:aws:iam::222222222222:role/x"'),
    "6 `environments.dev.aws.apply_role` is a role of account 222222222222, and the environment's account is 111111111111",
  ],
  ...(
    [
      ["/prod/**", "paths begin at the repository's root"],
      ["../x", "it leaves the repository"],
      ["[x", "a `]` is missing"],
      ["{a,b", "a `}` is missing"],
      ["a)", "its `)` closes nothing"],
      ["prod/", "it ends with a `/`"],
      ["./prod/**", "it has a `.` as a folder"],
      ["!prod", "it is negated"],
      ["prod\\\\\\\\vpc", "folders are separated by `/`"],
      ["a//b", "it has an empty folder's name"],
      ["", "it is empty"],
    ] as const
  ).map(
    ([glob, why]) =>
      [
        `the glob ${glob}`,
        `ignore: ["${glob}"]`,
        `1 \`ignore[0]\` is \`${glob.replaceAll("\\\\", "\\")}\`: ${why}`,
      ] as const,
  ),
  ["a pattern left open", 'redact: ["(a"]', "1 `redact[0]` is `(a`: it is no regular expression: missing closing )"],
  ["a pattern that looks ahead", 'redact: ["a(?=b)"]', "1 `redact[0]` is `a(?=b)`: it looks ahead or behind"],
  ["a pattern of nothing", 'redact: ["x*"]', "1 `redact[0]` is `x*`: it matches the empty text"],
  [
    "a version that is a range",
    'tools: { opentofu: "~> 1.12" }',
    "1 `tools.opentofu` is `~> 1.12`: it has to be one exact version",
  ],
  [
    "a version that is too old",
    'tools: { terragrunt: "0.93.0" }',
    "1 `tools.terragrunt` is `0.93.0`: it is too old; Pipelines needs 1.1.1 or newer",
  ],
  [
    "a version that YAML makes a number",
    "tools: { terraform: 1.12 }",
    "1 `tools.terraform` is `1.12`; it has to be a text",
  ],
  [
    "a secret that steers tools",
    `${PROD}    secrets: [TF_TOKEN_x]`,
    "6 `environments.dev.secrets[0]` is `TF_TOKEN_x`: this name steers",
  ],
  [
    "a secret with a dash",
    `${PROD}    secrets: [my-token]`,
    "6 `environments.dev.secrets[0]` is `my-token`: a secret's name",
  ],
  [
    "a branch by its ref",
    "deploy_branch: refs/heads/main",
    "1 `deploy_branch` is `refs/heads/main`: name the branch alone: `main`",
  ],
  [
    "a hook without a command",
    "hooks:\n  after_plan:\n    - name: x",
    "3 `hooks.after_plan[0].run` is missing; it has to be a list of texts",
  ],
  [
    "a path out of the repository",
    "accounts: { file: ../accounts.yml }",
    "1 `accounts.file` is `../accounts.yml`: it leaves the repository",
  ],
  [
    "a variable in a text",
    `${PROD}    env: { HOME_DIR: "\${HOME}" }`,
    "6 `environments.dev.env.HOME_DIR` holds `${HOME}`, which stays as it is",
  ],
  [
    "a factory that is no unit",
    "accounts: { factory_unit: prod/ap }",
    "1 `accounts.factory_unit` is `prod/ap`, which is no unit; did you mean `prod/app`?",
  ],
  [
    "a glob that matches no unit",
    `${PROD}  stage:\n    paths: ["prd/**"]`,
    "7 `environments.stage.paths[0]` is `prd/**`, which matches no unit; did you mean `prod/**`?",
  ],
  [
    "several mistakes",
    "a: 1\nmoves: never\njobs: 3",
    "1 unknown key `a`",
    "2 `moves` is the text `never`",
    "3 `jobs` is `3`; it has to be a block with the keys",
  ],
];

describe("a configuration that is broken", () => {
  it.each(FORTY)("%s", (_, text, ...expected) => {
    const found = issues(text);
    expect(found.map((issue) => issue.replace(/^\w+ c:/, ""))).toEqual(
      expected.map((start) => expect.stringContaining(start)),
    );
    // The words of libraries are for those who write programs.
    expect(found.join()).not.toMatch(/expected|received|undefined|invalid input|too (?:small|big):|must be|bug/i);
  });
});

describe("the place of units", () => {
  it("in two environments, each set of them in one line", () => {
    const text = `${PROD}  network:\n    paths: ["*/vpc"]\n`;
    expect(issues(text)).toEqual([
      "error c:7 the environments `prod` and `network` share one unit (`prod/vpc`); a unit belongs to one environment, so change the `paths` of one",
      "error c:7 the environments `dev` and `network` share one unit (`dev/vpc`); a unit belongs to one environment, so change the `paths` of one",
    ]);
  });

  it("in none, in one line, but not of those that never run", () => {
    const prod = 'environments:\n  prod:\n    paths: ["prod/**"]\n';
    expect(issues(prod)).toEqual([
      "warning c:1 one unit (`dev/vpc`) is in no environment (prod) and can't run; add a glob to the `paths` of one",
    ]);
    expect(issues(`${prod}ignore: ["dev/**"]\n`)).toEqual([]);
  });
});

describe("accounts", () => {
  const read = (text: string) => ({ read: () => text });
  it.each([
    [
      "without an id",
      "prod:\n  email: a@b.c\n",
      "error accounts.yml:1 `prod.id` is missing; it has to be a text, or a number",
    ],
    [
      "with a wrong id",
      "prod:\n  id: 12ab\n",
      "error accounts.yml:2 `prod.id` is `12ab`: an account's id is 12 digits",
    ],
    ["twice", "a:\n  id: 1\nb:\n  id: 1\n", "error accounts.yml:3 `a` and `b` have the same id 000000000001"],
    [
      "by a key twice",
      "a:\n  id: 1\na:\n  id: 2\n",
      "error accounts.yml:3 the key `a` is given twice; keep one of them",
    ],
  ])("%s", (_, text, message) => {
    expect(issues(PROD, read(text))).toEqual([message]);
  });
});

it("a variable that many files ask for and nothing sets is said once", () => {
  const asked = units.map((unit) => ({ unit, name: "TEAM", file: `${unit}/terragrunt.hcl`, line: 2 }));
  expect(issues(PROD, { asked })).toEqual([
    expect.stringMatching(/^warning .+\/terragrunt\.hcl:2 `get_env\("TEAM"\)` .+ \(\d+ more places? asks? for it\)$/),
  ]);
});

it("a variable that units ask for and nothing sets is said once for a file, with the environments to add it to", () => {
  const asked = units.map((unit) => ({ unit, name: "TEAM", file: "root.hcl", line: 3 }));
  const text = `${PROD}    env: { TEAM: x }\n`;
  expect(issues(text, { asked })).toEqual([
    'warning root.hcl:3 `get_env("TEAM")` has no default, and nothing sets it: add it to `env` or `secrets` of `environments.prod`',
  ]);
});

it.each([
  ["what a role and the tools of its cloud set", "AWS_REGION", 0],
  ["what every tool gets", "HOME", 0],
  ["an account's id, which nothing sets by itself", "AWS_ACCOUNT_ID", 1],
  ["what GitHub gives to the job, and the job to no tool", "GITHUB_SHA", 1],
])("of the variables that units ask for, %s: %s", (_, name, count) => {
  const asked = [{ unit: units[0] ?? UnitPath.parse("x"), name, file: "root.hcl", line: 1 }];
  expect(issues(PROD, { asked })).toHaveLength(count);
});

describe("a change of the configuration touches the units that see something else", () => {
  const touched = (before: string, after: string): string[] =>
    unitsTouchedBy(readConfiguration(before, "c"), readConfiguration(after, "c"), units);
  const region = (name: string): string => AWS(`account: dev, region: ${name}, ${ROLES}`);
  it.each([
    ["a variable", PROD, `${PROD}    env: { A: x }\n`, ["dev/vpc"]],
    ["a secret", PROD, `${PROD}    secrets: [A]\n`, ["dev/vpc"]],
    ["a role and a region", region("eu-west-1"), region("eu-west-2"), ["dev/vpc"]],
    [
      "paths that move units",
      `${PROD}    env: { A: x }\n`,
      `${PROD.replace('"dev/**"', '"dev/**", "prod/app"').replace('"prod/**"', '"prod/vpc"')}    env: { A: x }\n`,
      ["prod/app"],
    ],
    ["the order of secrets", `${PROD}    secrets: [A, B]\n`, `${PROD}    secrets: [B, A]\n`, []],
    ["a policy, approvals, a runner", PROD, `${PROD}    destroy: deny\n    github_environment: x\n    runner: y\n`, []],
    ["a name alone", PROD, PROD.replace("  dev:", "  test:"), []],
    ["environments where there were none", "", PROD, []],
    ["paths that take in what was in none", 'environments:\n  prod:\n    paths: ["prod/**"]\n', PROD, []],
  ])("%s", (_, before, after, expected) => {
    expect(touched(before, after)).toEqual(expected);
  });
});
