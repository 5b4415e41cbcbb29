import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { doctor } from "./commands/doctor.ts";
import { explain } from "./commands/explain.ts";
import { init } from "./commands/init.ts";
import { history, status } from "./commands/ledger.ts";
import { plan } from "./commands/plan.ts";
import { validate } from "./commands/validate.ts";
import { exitCodeOf, messageOf } from "./failure.ts";
import { examples, version } from "./help.ts";
import { PLACEHOLDER_OWNER, type Release, releaseOf } from "./init/release.ts";
import { HISTORY_FORMATS } from "./ledger/export.ts";

const program = new Command("pipelines")
  .description("What Pipelines would do in GitHub, in your terminal")
  .version(version(), "-V, --version")
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .addHelpText(
    "after",
    examples(
      "pipelines init                           write the workflow and a first configuration",
      "pipelines validate                       check the configuration",
      "pipelines explain --base origin/main     what this branch would run, and why",
      "pipelines plan                           plan it with your own credentials",
      "pipelines help explain                   more about one command",
    ),
  );

const event = new Option("--event <event>", "as which event the commits are compared")
  .choices(["pull_request", "push"] as const)
  .default("pull_request" as const);

/** A date, in milliseconds since 1970. One without a time zone is meant in UTC, as all times here. */
function timeOf(text: string): number {
  const time = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("it is no date, such as 2026-11-01");
  return time;
}

/** The release that a caller workflow is to use. */
function releaseFrom(text: string): Release {
  const release = releaseOf(text);
  if ("wrong" in release) throw new InvalidArgumentError(release.wrong);
  return release;
}

/** What stands in the workflow until somebody says whose release it is to be. */
const NO_RELEASE = `${PLACEHOLDER_OWNER}/pipelines@v1`;

program
  .command("explain")
  .description("print which units a change affects and why, and which jobs would run; touches nothing")
  .requiredOption("--repo <folder>", "the repository", ".")
  .requiredOption("--base <revision>", "what it is compared with")
  .requiredOption("--head <revision>", "the commit that is compared", "HEAD")
  .addOption(event)
  .option("--config <file>", "a configuration file to use instead of .pipelines/config.yml")
  .addOption(
    new Option("--verbose", "print every unit with every chain, and every line of each list").conflicts("json"),
  )
  .option("--json", "print one JSON document")
  .option("--all", "look at every unit, also at those that the change does not touch, to find what is wrong with them")
  .addHelpText(
    "after",
    examples(
      "pipelines explain --base origin/main",
      "pipelines explain --base HEAD~1 --event push      what the last commit applies",
      "pipelines explain --base origin/main --verbose    every chain from a changed file to a unit",
      "pipelines explain --base HEAD --all --verbose     what is wrong anywhere, whatever has changed",
      "pipelines explain --base origin/main --json | jq '.units[].path'",
    ),
  )
  .action(async (options) => {
    process.exitCode = await explain(options);
  });

program
  .command("plan")
  .description(
    "plan what the checkout changes against the deploy branch, committed or not, with your own credentials; changes nothing",
  )
  .requiredOption("--repo <folder>", "the repository", ".")
  .option("--base <revision>", "what it is compared with; the deploy branch on origin unless given")
  .option("--config <file>", "a configuration file to use instead of .pipelines/config.yml")
  .addHelpText(
    "after",
    examples(
      "pipelines plan                        against the deploy branch on origin",
      "pipelines plan --base HEAD~1          what the last commit changes",
    ),
  )
  .action(async (options) => {
    process.exitCode = await plan(options);
  });

program
  .command("validate")
  .description(
    "check the configuration against the repository's units and accounts, as a pull request does; exits 1 with errors",
  )
  .requiredOption("--repo <folder>", "the repository, as it is on disk", ".")
  .option("--config <file>", "a configuration file to check instead of .pipelines/config.yml")
  .option("--list", "print each unit with its environment and roles")
  .addHelpText(
    "after",
    examples("pipelines validate", "pipelines validate --list             each unit with its environment and roles"),
  )
  .action(async (options) => {
    process.exitCode = await validate(options);
  });

program
  .command("status")
  .description("print what is applied where, since when, and what is merged and not applied, by the ledger on origin")
  .requiredOption("--repo <folder>", "the repository", ".")
  .option("--no-fetch", "go by the ledger that was fetched last")
  .option("--json", "print one JSON document")
  .addHelpText("after", examples("pipelines status", "pipelines status --json | jq '.units[] | select(.due) | .unit'"))
  .action(async (options) => {
    process.exitCode = await status(options);
  });

program
  .command("history")
  .description("print what happened to a unit, or to all: who merged it, by which pull request, how it ended")
  .argument("[unit]", "the unit's path; all units unless given")
  .requiredOption("--repo <folder>", "the repository", ".")
  .option("--since <date>", "leave out what is older, such as 2026-11-01; dates are in UTC", timeOf)
  .option("--until <date>", "leave out what is from then on, such as 2027-01-01", timeOf)
  .option("--environment <name>", "leave out what was in another environment at that time")
  .addOption(new Option("--format <format>", "how it is printed").choices(HISTORY_FORMATS).conflicts(["csv", "json"]))
  .option("--no-fetch", "go by the ledger that was fetched last")
  .addOption(new Option("--csv", "print a table for a spreadsheet").conflicts("json"))
  .option("--json", "print one JSON document")
  .addHelpText(
    "after",
    examples("pipelines history prod/us-east-1/vpc", "pipelines history --since 2026-11-01 --csv > november.csv"),
  )
  .action(async (unit, options) => {
    process.exitCode = await history(unit, options);
  });

program
  .command("init")
  .description("write the caller workflow and a first configuration, where there are none, and say what is left to do")
  .requiredOption("--repo <folder>", "the repository", ".")
  .addOption(
    new Option("--release <owner/repository@ref>", "the release that the workflow calls")
      .argParser(releaseFrom)
      .default(releaseFrom(NO_RELEASE), `${NO_RELEASE}, to be filled in`)
      .makeOptionMandatory(),
  )
  .addHelpText("after", examples("pipelines init --release acme/pipelines@v1"))
  .action(async (options) => {
    process.exitCode = await init(options);
  });

program
  .command("doctor")
  .description("look at the repository's settings on GitHub and say what is missing or dangerous; changes nothing")
  .requiredOption("--repo <folder>", "the repository", ".")
  .option("--repository <name>", "[host/]owner/name on GitHub; what the remote origin names unless given")
  .option("--accept <id...>", "findings that you decided to live with", [] as string[])
  .option("--aws", "also read the trust policies of the roles, with your own AWS credentials")
  .option("--json", "print one JSON document")
  .addHelpText("after", examples("pipelines doctor", "pipelines doctor --aws --json"))
  .action(async (options) => {
    process.exitCode = await doctor(options);
  });

// A reader that has seen enough, such as `head`, closes the pipe: the rest goes nowhere, and the exit code stays.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
