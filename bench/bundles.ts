import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { rolldown } from "rolldown";

const root = resolve(import.meta.dirname, "..");

export const BUNDLED = ["cli", "orchestrator", "dispatcher", "executor", "installer"] as const;
export type Bundled = (typeof BUNDLED)[number];

/** The programs of this commit in one file each, as the actions are; gone when disposed of. */
export type Bundles = AsyncDisposable & {
  readonly of: (name: Bundled) => string;
};

/** Bundles what is measured, so that the code of the working tree is, and not what is committed in `actions`. */
export async function makeBundles(names: readonly Bundled[]): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), "pipelines-bench-bundles-"));
  for (const name of names) {
    const bundle = await rolldown({
      input: join(root, "packages", name, "src/main.ts"),
      ...{ platform: "node", cwd: root, transform: { target: "node22" }, onLog: () => undefined },
    });
    await bundle.write({ file: join(folder, name, "main.mjs"), format: "esm", codeSplitting: false });
    await bundle.close();
  }
  const require = createRequire(join(root, "packages/orchestrator/package.json"));
  for (const file of [
    "web-tree-sitter/web-tree-sitter.wasm",
    "@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-hcl.wasm",
  ]) {
    for (const name of names) await copyFile(require.resolve(file), join(folder, name, basename(file)));
  }
  return {
    of: (name) => join(folder, name, "main.mjs"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
