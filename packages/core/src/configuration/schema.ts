import { z } from "zod";
import { ReviewRule } from "../contracts/review-rule.ts";
import { whyNoPattern } from "../redaction/pattern.ts";
import { malformedGlob, malformedPath } from "./globs.ts";
import { promotionIssues } from "./promotion.ts";
import { wrongBranch, wrongName, wrongRegion, wrongRole, wrongVariable, wrongVersion } from "./values.ts";

/** A text about which a rule has something to say: `null` is nothing. */
const textBy = (wrong: (text: string) => string | null) =>
  z.string().superRefine((text, context) => {
    const message = wrong(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  });

const Globs = z.array(textBy((glob) => (glob === "" ? "it is empty" : malformedGlob(glob))));
const Path = textBy(malformedPath);
const EnvironmentName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, "an environment's name is made of letters, digits, - and _");

/** Where a set of units lives in AWS, and which roles plan and apply it. */
export const AwsAccount = z.strictObject({
  account: z.string().describe("A key of accounts.yml, or a 12-digit account id"),
  region: textBy(wrongRegion).describe("The region for STS and the provider's default"),
  plan_role: textBy(wrongRole).describe("The role's name or ARN for plans; read access to state and resources"),
  apply_role: textBy(wrongRole).describe("The role's name or ARN for apply and destroy"),
});
export type AwsAccount = z.infer<typeof AwsAccount>;

const VariableName = textBy(wrongVariable);
const Variables = z.record(VariableName, z.string());

/** Another cloud's trust in GitHub's tokens, by the variables that its own tools read. */
export const Identity = z.strictObject({
  audience: z.string().min(1).describe("The audience of the token: what the cloud's trust expects"),
  env: Variables.default({}).describe(
    "Variables of plans and applies; `${token_file}` stands for the file with the token",
  ),
  plan: Variables.default({}).describe("Variables of plans alone"),
  apply: Variables.default({}).describe("Variables of applies and destroys alone"),
});
export type Identity = z.infer<typeof Identity>;

/** Which runners do an environment's jobs: one for all, or one for what only reads and one for what writes. */
export const Runner = z.union([
  z.string().min(1),
  z.strictObject({ plan: z.string().min(1), apply: z.string().min(1) }),
]);
export type Runner = z.infer<typeof Runner>;

/** Where an environment's units get credentials from, by kind. How each is used stands in the executor's `credentials/kinds`. */
const CREDENTIALS = {
  aws: AwsAccount.optional().describe("Without it and `identity`, units use the runner's own credentials"),
  identity: Identity.optional().describe(
    "For Azure, Google and others: variables that lead their tools to GitHub's token",
  ),
};

/** The keys of an environment that name credentials. */
export type CredentialKind = keyof typeof CREDENTIALS;

export const EnvironmentSettings = z.strictObject({
  paths: Globs.min(1).describe("Globs of unit paths; a unit belongs to exactly one environment"),
  ...CREDENTIALS,
  after: z
    .array(EnvironmentName)
    .default([])
    .describe(
      "Environments that come first: of one change, its units start when all of theirs ended well, checks included",
    ),
  github_environment: z.string().optional().describe("The GitHub environment of its jobs: approvals, wait timers"),
  runner: Runner.optional().describe(
    "The runner's label, `ubuntu-latest` by default; or `{ plan, apply }`, one for what only reads and one for what changes the world",
  ),
  env: Variables.default({}).describe("Variables while its units are evaluated and run"),
  secrets: z
    .array(textBy(wrongName))
    .default([])
    .describe("Names of secrets that its units get as environment variables"),
  destroy: z.enum(["allow", "deny"]).default("allow").describe("Whether a removed unit is destroyed"),
  protect: Globs.default([]).describe("Units that are never destroyed, whatever `destroy` says"),
  apply: z.enum(["on", "paused"]).default("on").describe("`paused` plans and never applies"),
  reviewed_plan: ReviewRule.optional().describe("In the place of `reviewed_plan` at the top, for its units"),
});
export type EnvironmentSettings = z.infer<typeof EnvironmentSettings>;

export const Hook = z.strictObject({
  name: z.string().describe("How the report names it"),
  run: z
    .array(z.string())
    .min(1)
    .describe("The command and its arguments, from the repository's root at the base commit"),
  on: z
    .array(z.enum(["plans", "failure", "nothing"]))
    .min(1)
    .default(["plans"])
    .describe(
      "Jobs that it follows: with a plan of a unit (`plans`), with a unit that did not end well (`failure`), with neither (`nothing`)",
    ),
  timeout_minutes: z.number().positive().default(5).describe("The longest it may take"),
});
export type Hook = z.infer<typeof Hook>;

/** What somebody may want messages about. */
export const NOTIFICATION_EVENTS = ["failed", "due", "waiting", "drift", "recovered"] as const;

const SecretOf = (what: string) =>
  textBy(wrongName).describe(`The name in the secret \`PIPELINES_NOTIFICATIONS\` of ${what}`);

export const Notifications = z.strictObject({
  events: z
    .array(z.enum(NOTIFICATION_EVENTS))
    .default([...NOTIFICATION_EVENTS])
    .describe(
      "What messages are about: an apply that failed, what is merged and not applied, an approval that is asked for, drift, the first success after a failure",
    ),
  slack: z
    .strictObject({
      secret: SecretOf("a bot's token (`xoxb-…`), or of the address of an incoming webhook"),
      channel: z
        .string()
        .regex(/^[CGD][A-Z0-9]{6,20}$/, "it has to be a channel's id, such as `C0123456789`")
        .optional()
        .describe("The channel's id, for a bot: its messages are edited when something changes"),
    })
    .optional(),
  teams: z.strictObject({ secret: SecretOf("the address of a Workflows webhook") }).optional(),
  webhook: z
    .strictObject({
      secret: SecretOf("the address that gets JSON"),
      signing_secret: SecretOf("what signs it").optional(),
    })
    .optional(),
});

/** `.pipelines/config.yml`. Small by default: every key has a default but `environments`, which may be left out as a whole. */
export const Configuration = z.strictObject({
  deploy_branch: textBy(wrongBranch).default("main").describe("The only branch that changes the world"),
  environments: z
    .record(EnvironmentName, EnvironmentSettings)
    .superRefine((environments, context) => {
      for (const { path, message } of promotionIssues(environments)) {
        context.addIssue({ code: "custom", path, message });
      }
    })
    .optional()
    .describe("Without it, all units are in one environment called `default` that uses the runner's own credentials"),
  reviewed_plan: ReviewRule.default("no-unseen-destroy").describe(
    "How close an apply has to be to the plan that was reviewed",
  ),
  ignore: Globs.default([
    "**/*.md",
    "**/*.{tftest,tofutest}.{hcl,json}",
    "**/.{terragrunt-cache,terraform}/**",
    "**/.boilerplate/**",
  ]).describe(
    "Changed files that affect nothing, unless a unit reads them; a unit whose `terragrunt.hcl` is among them never runs",
  ),
  env_common: Path.default("_envcommon").describe("The folder of configuration shared by environments"),
  extra_reads: z
    .array(
      z.strictObject({
        files: Globs.min(1).describe("Globs of the files that are read"),
        units: Globs.min(1).describe("Globs of the units that read them"),
      }),
    )
    .default([])
    .describe("Files that units read in ways that can't be seen"),
  include_dependents: z.boolean().default(false).describe("Also run the units that depend on an affected one"),
  ledger: z
    .enum(["on", "off"])
    .default("on")
    .describe("Whether what is merged and not applied is written to the ref `refs/pipelines/ledger`"),
  apply_due_at: z
    .string()
    .trim()
    .regex(/^\S+(\s+\S+){4}$/, "it has to be a line of `schedule`, as in `30 5 * * 1-5`")
    .optional()
    .describe(
      "A line of the calling workflow's `schedule`, word for word. The runs that it starts do what is due, rather than look for drift",
    ),
  moves: z
    .enum(["hold", "destroy"])
    .default("hold")
    .describe("What happens to the old half of a unit that moved: held for a person, or destroyed"),
  unplanned_pull_requests: z
    .enum(["fail", "pass"])
    .default("fail")
    .describe("The status of a pull request that gets no credentials, so that it can't be planned (forks, Dependabot)"),
  stale_plans: z
    .enum(["warn", "fail"])
    .default("warn")
    .describe(
      "What follows when a merge made an open pull request's plan old: its comment says so, or the commit status `Pipelines fresh plan` is red as well",
    ),
  jobs: z
    .strictObject({
      units_per_job: z.int().min(1).max(500).default(8).describe("The most units that one job works on"),
      parallelism: z.int().min(1).max(64).default(4).describe("Units that one job runs side by side"),
      timeout_minutes: z.int().min(1).max(360).default(60).describe("The longest one unit may take"),
      lock_timeout: z
        .string()
        .regex(/^\d+(s|m|h)$/, "it has to be a number and `s`, `m` or `h`, such as `10m`")
        .default("10m")
        .describe("How long an apply waits for a state lock"),
    })
    .prefault({}),
  accounts: z
    .strictObject({
      file: Path.default("accounts.yml").describe("The file of accounts: `<name>: { id, email }`"),
      requests: Path.default("_new-account-requests").describe("The folder of account request files"),
      factory_unit: Path.optional().describe("The unit that creates accounts from request files"),
      folder: Path.default("{{ account.name }}").describe("The folder of an account's code"),
      templates: Path.default(".pipelines/templates/account").describe("Templates of what goes into that folder"),
      root_templates: Path.default(".pipelines/templates/root").describe(
        "Templates of what goes elsewhere, by its path from the repository's root",
      ),
      environment: Path.default(".pipelines/templates/environment.yml").describe(
        "The template of an account's environment; without that file it is what the others have in common",
      ),
      apply_deletions: z
        .boolean()
        .default(false)
        .describe("Also apply the factory unit when a request file was deleted"),
    })
    .prefault({}),
  module_access: z
    .strictObject({
      hosts: z.array(z.string()).min(1).describe("The hosts that the token is for"),
      secret: textBy(wrongName).describe(
        "The name of the secret that holds a read-only token; without it `PIPELINES_MODULE_TOKEN` is taken",
      ),
    })
    .optional()
    .describe("For private module sources"),
  hooks: z
    .strictObject({
      after_plan: z
        .array(Hook)
        .default([])
        .describe("Commands that judge a job's plans, and each plan before it is applied"),
      after_apply: z.array(Hook).default([]).describe("Commands that follow a job's applies"),
    })
    .prefault({}),
  notifications: Notifications.optional().describe(
    "Chats and other services that are told of the deploy branch's runs",
  ),
  redact: z.array(textBy(whyNoPattern)).default([]).describe("Regular expressions of text that is never shown"),
  tools: z
    .strictObject({
      terragrunt: textBy((version) => wrongVersion("terragrunt", version))
        .optional()
        .describe("The exact version of Terragrunt"),
      opentofu: textBy((version) => wrongVersion("opentofu", version))
        .optional()
        .describe("The exact version of OpenTofu"),
      terraform: textBy((version) => wrongVersion("terraform", version))
        .optional()
        .describe("The exact version of Terraform"),
    })
    .prefault({})
    .describe("Versions, where mise.toml, .tool-versions or .opentofu-version do not say"),
});
export type Configuration = z.infer<typeof Configuration>;

/** The name of the environment of a repository that declares none. */
export const IMPLICIT_ENVIRONMENT = "default";
