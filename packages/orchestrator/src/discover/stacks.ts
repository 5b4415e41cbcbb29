import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import type { Problem } from "@pipelines/core/contracts/problem";
import { run } from "@pipelines/core/process/run";
import type { HclParser } from "../hcl/parse.ts";
import { referencesIn } from "../hcl/references.ts";
import { lastLines } from "./find.ts";
import { folderOf, GENERATED, liesIn, STACK_FILE } from "./snapshot.ts";

/** Terragrunt's own note of what it generated; it holds absolute paths and differs each time. */
const MANIFEST = ".terragrunt-stack-manifest";

export type GeneratedStacks = {
  /** Generated files with a hash of their content. */
  readonly files: ReadonlyMap<string, string>;
  /** Folders that stacks generate units from: templates, no units themselves. */
  readonly templates: readonly string[];
  readonly problems: readonly Problem[];
};

/** Generates the stacks of a checkout, each by itself: a template that needs values would fail them all together. */
export async function generateStacks(
  root: string,
  committed: ReadonlyMap<string, string>,
  parse: HclParser,
  environmentOf: (folder: string) => Readonly<Record<string, string>>,
): Promise<GeneratedStacks> {
  const stackFiles = [...committed.keys()].filter((file) => posix.basename(file) === STACK_FILE).toSorted();
  const templates = new Set<string>();
  for (const file of stackFiles) {
    const text = await readFile(posix.join(root, file), "utf8").catch(() => "");
    const folder = folderOf(file);
    const at = { unitFolder: folder, terragruntFolder: folder, includes: new Map(), included: false };
    const exists = (path: string): boolean => committed.has(path);
    const scope = { file, body: parse(text), ...at, env: environmentOf(folder), exists, open: () => null };
    for (const source of referencesIn(scope).sources) templates.add(source);
  }
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  for (const file of stackFiles) {
    const folder = folderOf(file);
    if ([...templates].some((template) => liesIn(file, template))) continue;
    const ran = await run("terragrunt", ["stack", "generate", "--no-color"], {
      cwd: posix.join(root, folder),
      env: environmentOf(folder),
      timeoutMs: 10 * 60_000,
    });
    if (ran.exitCode !== 0) {
      const why = (ran.failure ?? lastLines(ran.stderr)).replaceAll(`${root}/`, "");
      const message = `Terragrunt can't generate the stack, so its units are not known: ${why}`;
      problems.push({ kind: "not-evaluated", path: null, file, line: null, message });
      continue;
    }
    for (const [path, hash] of await hashesBelow(root, posix.join(folder, GENERATED))) files.set(path, hash);
  }
  return { files, templates: [...templates], problems };
}

async function hashesBelow(root: string, folder: string): Promise<Map<string, string>> {
  const entries = await readdir(posix.join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  const hashes = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile() || entry.name === MANIFEST) continue;
    const path = posix.join(posix.relative(root, entry.parentPath), entry.name);
    hashes.set(
      path,
      createHash("sha256")
        .update(await readFile(posix.join(root, path)))
        .digest("hex"),
    );
  }
  return hashes;
}
