import type { GuessedEnvironment } from "./guess.ts";
import type { Release } from "./release.ts";
import type { GuessedTools } from "./tools.ts";

/** What a first configuration is written from. */
export type FirstConfiguration = {
  readonly release: Release;
  readonly deployBranch: string;
  readonly environments: readonly GuessedEnvironment[];
  /** Folders of units that never run. */
  readonly aside: readonly string[];
  readonly tools: GuessedTools["pins"];
  /** Where accounts are listed, if not in `accounts.yml`. */
  readonly accountsFile: string | null;
  /** What is ignored unless somebody says otherwise. */
  readonly ignoredByDefault: readonly string[];
};

export const ROLES = { plan: "pipelines-plan", apply: "pipelines-apply" } as const;

/** A first `.pipelines/config.yml`. */
export function firstConfiguration(first: FirstConfiguration): string {
  const { release, deployBranch, environments } = first;
  const lines = [
    `# yaml-language-server: $schema=https://raw.githubusercontent.com/${release.repository}/${release.ref}/schemas/config.schema.json`,
    "# Guessed by `pipelines init` from folders and what is written in them. Every unit belongs to exactly one environment.",
    `deploy_branch: ${JSON.stringify(deployBranch)}`,
    ...(environments.length === 0 ? [] : ["environments:", ...environments.flatMap(environmentLines)]),
    ...(first.accountsFile === null ? [] : [`accounts: { file: ${JSON.stringify(first.accountsFile)} }`]),
    ...asideLines(first),
    ...toolLines(first.tools),
  ];
  return `${lines.join("\n")}\n`;
}

function environmentLines(environment: GuessedEnvironment): string[] {
  const { name, place, isProduction } = environment;
  const globs = [
    ...place.folders.map((folder) => (folder === "." ? "**" : `${literal(folder)}/**`)),
    ...place.units.map(literal),
  ];
  return [
    `  ${name}:`,
    ...(globs.length === 1
      ? [`    paths: [${JSON.stringify(globs[0])}]`]
      : ["    paths:", ...globs.map((glob) => `      - ${JSON.stringify(glob)}`)]),
    ...(place.why === "beside" ? ["    # Check: these lie beside the environments. Is this one of its own?"] : []),
    ...credentialLines(environment),
    `    # github_environment: ${name} # approvals and wait timers of applies`,
    ...(isProduction ? ["    # reviewed_plan: exact # with approvals: what was approved is what is applied"] : []),
  ];
}

function credentialLines({ account, region, clouds }: GuessedEnvironment): string[] {
  const roles = `plan_role: ${ROLES.plan}, apply_role: ${ROLES.apply}`;
  const where = region ?? "us-east-1";
  const noRegion = region === null && clouds.includes("AWS") ? ["    # Check the region: nothing says one."] : [];
  if (account.kind === "said") {
    const name = JSON.stringify(account.name ?? account.id);
    const doubt = account.doubt === null ? [] : [`    # Check the account: ${account.doubt}.`];
    return [...doubt, ...noRegion, `    aws: { account: ${name}, region: ${where}, ${roles} }`];
  }
  if (clouds.includes("AWS")) {
    return [
      ...noRegion,
      `    # Which account? ${account.hint ?? "Nothing says it"}. Until this is filled in, its units use the runner's own credentials.`,
      `    # aws: { account: "ACCOUNT ID", region: ${where}, ${roles} }`,
    ];
  }
  const others = clouds.join(" and ");
  return others === ""
    ? ["    # No cloud is named: its units use the runner's own credentials."]
    : [`    # For ${others} see \`identity\`: until it is filled in, its units use the runner's own credentials.`];
}

function asideLines({ aside, ignoredByDefault }: FirstConfiguration): string[] {
  if (aside.length === 0) return [];
  const globs = [...ignoredByDefault, ...aside.map((folder) => `${literal(folder)}/**`)];
  return [
    "# Check the last of these: units there do not seem to run by themselves. The others are what is ignored anyway.",
    "ignore:",
    ...globs.map((glob) => `  - ${JSON.stringify(glob)}`),
  ];
}

function toolLines(pins: GuessedTools["pins"]): string[] {
  if (pins.length === 0) return [];
  return ["tools:", ...pins.map(({ tool, version }) => `  ${tool}: ${JSON.stringify(version)}`)];
}

/** A glob that matches a name and nothing else. */
function literal(name: string): string {
  return name.replace(/[()[\]{}!*?+@|\\":]/g, "\\$&");
}
