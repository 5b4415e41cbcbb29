import { CONFIGURATION_FILE } from "@pipelines/core/configuration/configuration-file";
import { ROLES } from "./configuration-text.ts";
import type { Guess, GuessedAccount } from "./guess.ts";
import { PLACEHOLDER_OWNER, type Release } from "./release.ts";
import type { GuessedTools } from "./tools.ts";

export const WORKFLOW_FILE = ".github/workflows/pipelines.yml";

/** What was found out, for the list of what a person has to look at and to do. */
export type Findings = {
  readonly release: Release;
  readonly deployBranch: { readonly branch: string; readonly doubt: string | null };
  readonly guess: Guess;
  readonly tools: GuessedTools;
  /** Whether accounts are listed, so that new ones may be asked for. */
  readonly hasAccounts: boolean;
  /** Files by which other tools run Terragrunt here. */
  readonly otherRunners: readonly string[];
};

const doubtOf = (account: GuessedAccount): string | null => (account.kind === "said" ? account.doubt : account.hint);

/** What a person has to check, most important first. */
export function notSure({ deployBranch, guess, tools }: Findings): string[] {
  const { environments, aside } = guess;
  const named = (test: (one: Guess["environments"][number]) => boolean): string =>
    environments
      .filter(test)
      .map(({ name }) => `\`${name}\``)
      .join(", ");
  const all = named(({ place }) => place.why === "all there is");
  const beside = named(({ place }) => place.why === "beside");
  const isAws = ({ clouds }: Guess["environments"][number]): boolean => clouds.includes("AWS");
  const without = named((one) => isAws(one) && one.account.kind === "unknown" && one.account.hint === null);
  const unnamed = environments.filter(({ namesItsClouds }) => !namesItsClouds);
  const elsewhere = [...new Set(unnamed.flatMap(({ clouds }) => clouds))].join(" and ");
  const noRegion = named((one) => isAws(one) && one.region === null);
  return [
    ...(deployBranch.doubt === null ? [] : [`\`deploy_branch\`: ${deployBranch.doubt}.`]),
    ...(all === "" ? [] : [`Environments: no folder is named after one, so all units of ${all} are in one.`]),
    ...(beside === ""
      ? []
      : [`Environments: ${beside} ${beside.includes(",") ? "hold" : "holds"} units that lie beside the environments.`]),
    ...environments
      .filter(({ holds }) => holds.length > 0)
      .map(
        ({ name, holds }) =>
          `Environments: \`${name}\` has folders that are called ${holds.map((one) => `\`${one}\``).join(", ")}. Are they one environment, with one role and one approval?`,
      ),
    ...(unnamed.length === 0
      ? []
      : [
          `Clouds: no file of ${named(({ namesItsClouds }) => !namesItsClouds)} names one. ${elsewhere} is what other files of the repository speak of.`,
        ]),
    ...(without === ""
      ? []
      : [`Accounts: nothing says which account ${without} ${without.includes(",") ? "are" : "is"} in.`]),
    ...[...new Set(environments.flatMap(({ account }) => doubtOf(account) ?? []))].map(
      (why) => `Accounts: ${named(({ account }) => doubtOf(account) === why)}: ${why}.`,
    ),
    ...(noRegion === "" ? [] : [`Regions: nothing says the region of ${noRegion}.`]),
    ...(aside.length === 0
      ? []
      : [
          `Units in ${aside.map((folder) => `\`${folder}\``).join(", ")} seem to be shown or copied, and never run (\`ignore\`).`,
        ]),
    ...tools.conflicts,
    ...tools.doubts,
  ];
}

/** What only a person with the rights can do, in the order in which to do it. */
export function leftToDo(findings: Findings): string[] {
  const { release, deployBranch, guess, tools, hasAccounts, otherRunners } = findings;
  const { branch } = deployBranch;
  const placeholder = release.repository.startsWith(`${PLACEHOLDER_OWNER}/`)
    ? [`In ${WORKFLOW_FILE} and ${CONFIGURATION_FILE}, put your release's owner in the place of ${PLACEHOLDER_OWNER}.`]
    : [];
  return [
    ...placeholder,
    ...tools.steps,
    `Read ${CONFIGURATION_FILE}: are these your environments, accounts and regions? \`pipelines validate --list\` shows where each unit runs.`,
    ...credentialSteps(guess, hasAccounts),
    `Settings → Rules: on \`${branch}\` require a pull request and the check \`pipelines / Pipelines status\`.`,
    `Settings → Environments: for each \`github_environment\` add reviewers, and allow the branch \`${branch}\` only. Without that, any branch could name the environment and take its apply role.`,
    ...(hasAccounts
      ? ["Settings → Actions → General: allow Actions to create pull requests, for the code of new accounts."]
      : []),
    "If units need secrets: a secret PIPELINES_SECRETS with a JSON object of them, names under `secrets` in the configuration, on one line (`jq -c .`), since GitHub masks each line of a secret. Whoever opens a pull request can read the repository's; keep what only applies need in the GitHub environment's.",
    ...(otherRunners.length === 0
      ? []
      : [
          `Take Terragrunt out of ${otherRunners.join(", ")} when Pipelines takes over: two that apply the same states get in each other's way.`,
        ]),
    "Commit both files in a pull request. Its own run plans nothing; the next one that changes a unit is planned.",
    "`pipelines doctor` looks at these settings on GitHub, and says what is missing or dangerous.",
  ];
}

function credentialSteps({ environments }: Guess, hasAccounts: boolean): string[] {
  const inAws = environments.filter(({ clouds }) => clouds.includes("AWS"));
  const roles = inAws
    .map(({ name, account }) => `${name} (${account.kind === "said" ? account.id : "its account"})`)
    .join(", ");
  const unfilled = inAws.filter(({ account }) => account.kind === "unknown").map(({ name }) => name);
  const others = [...new Set(environments.flatMap(({ clouds }) => clouds.filter((cloud) => cloud !== "AWS")))];
  const without = environments.filter(({ clouds }) => clouds.length === 0).map(({ name }) => name);
  return [
    ...(unfilled.length === 0
      ? []
      : [
          `Fill in \`aws\` of ${unfilled.join(", ")}: the account's id of 12 digits${hasAccounts ? ", or its name in the file of accounts" : ""}.`,
        ]),
    ...(inAws.length === 0
      ? []
      : [`Create the roles ${ROLES.plan} and ${ROLES.apply} with infra/aws-oidc in each account: ${roles}.`]),
    ...(others.length === 0
      ? []
      : [
          `Let ${others.join(" and ")} trust GitHub's tokens, and fill in \`identity\`: docs/azure-google.md tells how.`,
        ]),
    ...(without.length === 0
      ? []
      : [
          `${without.join(", ")}: no cloud is named there. What its units need to log in comes from \`secrets\`, \`env\`, \`aws\` or \`identity\`, or from the runner.`,
        ]),
  ];
}
