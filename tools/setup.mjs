// Brings everything that this repository needs, then runs what was asked with the pinned Node. Plain JavaScript for
// any Node from 20 on, without dependencies: it runs before there are any.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinnedTools } from "./install/pinned-tools.mjs";
import { capture } from "./install/process.mjs";
import { SetupError } from "./install/setup-error.mjs";
import { bringTool } from "./install/tool.mjs";
import { installWorkspace } from "./install/workspace.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [what, ...rest] = process.argv.slice(2);

/** What each word starts once everything is there; without a word, everything is brought and nothing started. */
const commands = /** @type {Record<string, string[]>} */ ({
  check: ["tools/check.ts", ...rest],
  demo: ["demo/main.ts", ...rest],
  "--": rest.slice(1),
});

/** @param {string} line */
const say = (line) => console.error(`setup: ${line}`);

async function setUp() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old: Node 20 or newer is needed`);
  if (!capture("git", ["--version"]).ok) throw new SetupError("git is needed and was not found on the PATH");
  const { pnpm, tools } = pinnedTools(root);
  installWorkspace(root, pnpm, say);
  const purpose = what === "demo" ? "demo" : "check";
  for (const [name, tool] of Object.entries(tools)) {
    if (tool.neededBy.includes(purpose)) await bringTool(name, tool, root, say);
  }
}

/** @param {string[]} args */
function startNode(args) {
  const bins = [join(root, ".tools/bin"), join(root, "node_modules/.bin")];
  const child = spawn(join(root, "node_modules/.bin/node"), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: [...bins, process.env["PATH"] ?? ""].join(delimiter) },
  });
  // A terminal's Ctrl-C reaches the child by itself; other signals come to this process only.
  process.on("SIGINT", () => {});
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
}

try {
  const command = what === undefined ? null : commands[what];
  if (command === undefined || (what === "--" && rest[0] !== "node")) {
    throw new SetupError(`unknown word \`${what}\`: check, demo, or -- node FILE`);
  }
  await setUp();
  if (command !== null) startNode(command);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
