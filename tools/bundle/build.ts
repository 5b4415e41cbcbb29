import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { type OutputChunk, rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "../..");

export const COMPONENTS = ["orchestrator", "dispatcher", "executor", "installer"] as const;
export type Component = (typeof COMPONENTS)[number];

/** The oldest Node that the actions take (`Look for Node` in each action.yml): hosted images have 22 on their PATH. */
const OLDEST_NODE = "22";

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

/**
 * Builds a component's bundle into a folder, which is made: `main.mjs`, the files that it reads, and the licences inside.
 *
 * @returns what is wrong with it, a line each
 */
export async function build(component: Component, folder: string): Promise<string[]> {
  const problems: string[] = [];
  mkdirSync(folder, { recursive: true });
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
