import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";

/**
 * Builds the bundles of the three actions, and of the installer that they share, into `actions/<component>/dist`. With `--check` it builds into a temporary folder
 * instead and fails when a committed file differs, is missing or is left over: `git diff` would not see new files.
 */
const root = resolve(import.meta.dirname, "..");
const check = process.argv.includes("--check");

const components = ["orchestrator", "dispatcher", "executor", "installer"] as const;
type Component = (typeof components)[number];

/** The oldest Node that the actions take (`Look for Node` in each action.yml): hosted images have 22 on their PATH. */
const OLDEST_NODE = "22";
const oldestNode = resolve(root, "tools/oldest-node/node_modules/.bin/node");

/** Files that a bundle reads beside itself. */
const beside: Record<Component, readonly string[]> = {
  orchestrator: ["web-tree-sitter/web-tree-sitter.wasm", "@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm"],
  dispatcher: [],
  executor: [],
  installer: [],
};

/** Packages that must not reach a bundle: what a component may not talk to, it must not carry. */
const forbidden: Record<Component, readonly string[]> = {
  orchestrator: ["@octokit/", "local-github", "vitest", "ajv", "packages/dispatcher/", "packages/executor/"],
  dispatcher: ["web-tree-sitter", "local-github", "vitest", "ajv", "packages/orchestrator/", "packages/executor/"],
  executor: ["web-tree-sitter", "local-github", "vitest", "ajv", "packages/orchestrator/", "packages/dispatcher/"],
  installer: ["@octokit/", "web-tree-sitter", "execa", "local-github", "vitest", "ajv", "packages/executor/"],
};

async function build(component: Component, folder: string): Promise<string[]> {
  const problems: string[] = [];
  const bundle = await rolldown({
    input: resolve(root, `packages/${component}/src/main.ts`),
    platform: "node",
    cwd: root,
    // `await using` and the like are written out.
    transform: { target: `node${OLDEST_NODE}` },
    onLog(_level, log) {
      // protobuf-style feature detection in a dependency; it never runs on Node.
      if (log.code === "EVAL" && log.id?.includes("node_modules") === true) return;
      problems.push(`${component}: ${log.message}`);
    },
  });
  const { output } = await bundle.write({
    file: join(folder, "main.mjs"),
    format: "esm",
    codeSplitting: false,
    minify: false,
    comments: { legal: false },
  });
  await bundle.close();
  const chunks = output.filter((part): part is OutputChunk => part.type === "chunk");
  const modules = chunks.flatMap((chunk) => chunk.moduleIds).map((id) => id.replaceAll("\\", "/"));
  for (const name of forbidden[component]) {
    const found = modules.find((id) => id.includes(name));
    if (found !== undefined) problems.push(`${component}: the bundle contains ${name} (${found.replace(root, ".")})`);
  }
  for (const chunk of chunks) {
    for (const imported of [...chunk.imports, ...chunk.dynamicImports]) {
      if (!imported.startsWith("node:") && !isBuiltin(imported))
        problems.push(`${component}: imports ${imported} at run time`);
    }
  }
  const require = createRequire(resolve(root, `packages/${component}/package.json`));
  for (const file of beside[component]) {
    copyFileSync(require.resolve(file), join(folder, file.split("/").at(-1) ?? file));
  }
  writeFileSync(join(folder, "THIRD_PARTY.txt"), thirdParty(modules));
  return problems;
}

function isBuiltin(name: string): boolean {
  return process.getBuiltinModule(name) !== undefined;
}

/** The packages inside a bundle with their licences, which some of them ask to be named. */
function thirdParty(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []));
  const entries = [...folders].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, unknown>;
    const licence = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    return {
      name: `${String(manifest["name"])} ${String(manifest["version"])} (${String(manifest["license"])})`,
      text: licence === undefined ? "" : readFileSync(join(folder, licence), "utf8").replaceAll("\r\n", "\n").trim(),
    };
  });
  return `${entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, text }) => `${name}\n\n${text}`.trim())
    .join("\n\n---\n\n")}\n`;
}

/** Starts a bundle's self-test from an empty folder, with the oldest Node that its action takes and with our own. */
function startsAlone(component: Component, folder: string): string[] {
  return [oldestNode, process.execPath].flatMap((node) => startsWith(node, component, folder));
}

function startsWith(node: string, component: Component, folder: string): string[] {
  const empty = mkdtempSync(join(tmpdir(), "pipelines-start-"));
  const ended = spawnSync(node, [join(folder, "main.mjs"), "--self-test"], {
    cwd: empty,
    env: { PATH: process.env["PATH"] ?? "" },
    encoding: "utf8",
    timeout: 60_000,
  });
  rmSync(empty, { recursive: true, force: true });
  const why = ended.error?.message ?? `exit ${ended.status}: ${ended.stderr}${ended.stdout}`;
  return ended.status === 0 ? [] : [`${component}: the bundle does not pass its self-test with ${node} (${why})`];
}

function differences(committed: string, built: string, component: Component): string[] {
  const names = new Set([...readdirSync(built), ...(existsSync(committed) ? readdirSync(committed) : [])]);
  return [...names].flatMap((name) => {
    const [ours, fresh] = [join(committed, name), join(built, name)];
    if (!existsSync(ours)) return [`actions/${component}/dist/${name} is missing`];
    if (!existsSync(fresh)) return [`actions/${component}/dist/${name} is left over`];
    return readFileSync(ours).equals(readFileSync(fresh))
      ? []
      : [`actions/${component}/dist/${name} differs from its source`];
  });
}

const problems: string[] = [];
for (const component of components) {
  const committed = resolve(root, `actions/${component}/dist`);
  const temporary = mkdtempSync(join(tmpdir(), "pipelines-bundle-"));
  problems.push(...(await build(component, temporary)), ...startsAlone(component, temporary));
  if (check) problems.push(...differences(committed, temporary, component));
  else {
    rmSync(committed, { recursive: true, force: true });
    mkdirSync(dirname(committed), { recursive: true });
    mkdirSync(committed);
    for (const name of readdirSync(temporary)) copyFileSync(join(temporary, name), join(committed, name));
    const size = readFileSync(join(committed, "main.mjs")).length;
    console.log(`actions/${component}/dist/main.mjs ${(size / 1024 / 1024).toFixed(2)} MiB`);
  }
  rmSync(temporary, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
if (check && problems.length > 0) console.error("run `npm run bundle` and commit actions/*/dist");
process.exitCode = problems.length === 0 ? 0 : 1;
