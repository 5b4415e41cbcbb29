#!/usr/bin/env node
// Starts the `pipelines` command with the Node of this checkout. Runs on any Node from 18 on and needs nothing
// installed, so that it can say what is missing.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = join(root, "node_modules/.bin/node");

if (!existsSync(node)) {
  console.error(`pipelines is not set up yet. Run once, in ${root}:\n\n  npm run setup\n`);
  process.exit(2);
}

const child = spawn(node, [join(root, "packages/cli/src/main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  // The tools on the user's own PATH come first: they are what the repository is used with.
  env: { ...process.env, PATH: [process.env.PATH ?? "", join(root, ".tools/bin")].join(delimiter) },
});
// A Ctrl-C reaches the child by itself, since both are in the terminal's foreground group; other signals do not.
process.on("SIGINT", () => {});
for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`pipelines can't be started: ${error.message}`);
  process.exitCode = 2;
});
child.on("exit", (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
});
