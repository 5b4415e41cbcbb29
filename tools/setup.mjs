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

/** Tests, by file: vitest alone is needed, and a test that needs more says what. */
const vitest = "node_modules/vitest/vitest.mjs";
const namesFiles = rest.some((word) => /\.ts$|\//.test(word));

/**
 * What each word starts once what it needs is there: the packages always, and the tools that `tools/versions.json` says
 * are `neededBy` it. Without a word, everything is brought and nothing started.
 *
 * @type {Record<string, { tools: "check" | "demo" | null, node: string[] }>}
 */
const words = {
  check: namesFiles
    ? { tools: null, node: [vitest, "run", ...rest] }
    : { tools: "check", node: ["tools/check.ts", ...rest] },
  unit: { tools: null, node: [vitest, "run", "--project", "unit", ...rest] },
  watch: { tools: null, node: [vitest, "watch", "--project", "unit", ...rest] },
  demo: { tools: "demo", node: ["demo/main.ts", ...rest] },
  bench: { tools: "demo", node: ["bench/main.ts", ...rest] },
  "--": { tools: null, node: rest.slice(1) },
};

/** @param {string} line */
const say = (line) => console.error(`setup: ${line}`);

/** @param {"check" | "demo" | null} purpose */
async function setUp(purpose) {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new SetupError(`Node ${process.versions.node} is too old: Node 20 or newer is needed`);
  if (!capture("git", ["--version"]).ok) throw new SetupError("git is needed and was not found on the PATH");
  const { pnpm, tools } = pinnedTools(root);
  installWorkspace(root, pnpm, say);
  for (const [name, tool] of Object.entries(tools)) {
    if (purpose !== null && tool.neededBy.includes(purpose)) await bringTool(name, tool, root, say);
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
  const word = what === undefined ? undefined : words[what];
  if ((what !== undefined && word === undefined) || (what === "--" && rest[0] !== "node")) {
    throw new SetupError(`unknown word \`${what}\`: ${Object.keys(words).slice(0, -1).join(", ")}, or -- node FILE`);
  }
  await setUp(word === undefined ? "check" : word.tools);
  if (word !== undefined) startNode(word.node);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
