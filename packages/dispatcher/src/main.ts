import { join } from "node:path";
import { context as github } from "@actions/github";
import { inputsFrom } from "@pipelines/core/actions/inputs";
import { actionsLog as log } from "@pipelines/core/actions/log";
import { createGitHubClient } from "@pipelines/core/github/client";
import { claim } from "./commands/claim.ts";
import { collect } from "./commands/collect.ts";
import { look } from "./commands/look.ts";
import { mark } from "./commands/mark.ts";
import { notify } from "./commands/notify.ts";
import { record } from "./commands/record.ts";
import { report } from "./commands/report.ts";
import { run } from "./commands/run.ts";
import { readGitHubRun } from "./github/run.ts";

const commands = { look, run, collect, report, claim, mark, record, notify };

async function main(environment: Readonly<Record<string, string | undefined>>): Promise<number> {
  const inputs = inputsFrom(environment);
  const command = inputs.choice("command", ["look", "run", "collect", "report", "claim", "mark", "record", "notify"]);
  const folder = inputs.optional("folder") ?? join(environment["RUNNER_TEMP"] ?? ".", "pipelines");
  return commands[command]({ inputs, folder, environment, run: readGitHubRun(github) });
}

if (process.argv.includes("--self-test")) {
  createGitHubClient({ token: "", apiUrl: "https://api.github.com", log });
  process.stdout.write("dispatcher: ready\n");
} else {
  try {
    process.exitCode = await main(process.env);
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 2;
  }
}
