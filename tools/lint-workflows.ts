import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { resolve } from "node:path";

/** Runs one linter over the workflows and composite actions: `actionlint` or `zizmor`. Exceptions stand where they apply. */
const root = resolve(import.meta.dirname, "..");
const [linter] = process.argv.slice(2);

const workflows = globSync(".github/workflows/*.yml", { cwd: root }).toSorted();
const actions = globSync("actions/*/action.yml", { cwd: root }).toSorted();

const commands: Readonly<Record<string, readonly [string, ...string[]]>> = {
  actionlint: ["actionlint", "-config-file", ".github/actionlint.yaml", ...workflows],
  // Offline: which commit a tag points to is checked where the actions are renewed.
  zizmor: [
    "zizmor",
    "--offline",
    "--pedantic",
    "--config",
    ".github/zizmor.yml",
    "--no-progress",
    ...workflows,
    ...actions,
  ],
};
const command = commands[linter ?? ""];
if (command === undefined || workflows.length === 0) {
  console.error(`usage: lint-workflows.ts ${Object.keys(commands).join("|")}; found ${workflows.length} workflows`);
  process.exitCode = 2;
} else {
  const [program, ...args] = command;
  const ended = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (ended.error !== undefined) console.error(`${program}: ${ended.error.message}; run \`npm run setup\``);
  process.exitCode = ended.status ?? 1;
}
