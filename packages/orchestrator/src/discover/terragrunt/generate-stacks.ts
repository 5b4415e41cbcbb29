import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";
import { GENERATE_STACK } from "@pipelines/core/terragrunt/files";
import { reasonIn, withoutRoot } from "@pipelines/core/terragrunt/reason";
import { type Body, EMPTY } from "../../hcl/parse.ts";
import { referencesIn } from "../../hcl/references.ts";
import { folderOf, isCached, liesIn, STACK_FILE } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { Fault, Stack } from "../snapshot.ts";
import type { CheckoutTerragrunt } from "./client.ts";

/** Terragrunt's own note of what it generated; it holds absolute paths and differs each time. */
const MANIFEST = ".terragrunt-stack-manifest";
const CACHE = ".terragrunt-cache";

export type GeneratedStacks = {
  readonly stacks: readonly Stack[];
  /** Generated files with a hash of their content. */
  readonly files: ReadonlyMap<string, string>;
  /** What keeps stacks from being generated. */
  readonly faults: readonly Fault[];
};

/** Generates the stacks of a checkout, each by itself: a template that needs values would fail them all together. */
export async function generateStacks(
  terragrunt: CheckoutTerragrunt,
  committed: ReadonlyMap<string, string>,
  parsed: (file: string) => Body | null,
): Promise<GeneratedStacks> {
  const { root } = terragrunt;
  const all = [...committed.keys()]
    .filter((file) => posix.basename(file) === STACK_FILE && !isCached(file))
    .toSorted()
    .map((file) => stackOf(file, committed, parsed(file)));
  const templates = all.flatMap((stack) => stack.templates);
  // A stack in a template is generated wherever the template is used.
  const live = all.filter(({ file }) => !templates.some((template) => liesIn(file, template)));
  const generated = await sideBySide(live, async (stack) => {
    const ran = await terragrunt.call(GENERATE_STACK, {
      folder: stack.folder,
      timeoutMs: 10 * 60_000,
    });
    if (ran.exitCode !== 0) return faultOf(stack, withoutRoot(ran.failure ?? reasonIn(ran.stderr), root));
    return hashesBelow(root, stack.folder, committed);
  });
  const files = new Map(generated.flatMap((result) => (result instanceof Map ? [...result] : [])));
  const faults = generated.flatMap((result) => (result instanceof Map ? [] : [result]));
  const failed = new Set(faults.map(({ file }) => file));
  return { stacks: all.map((stack) => ({ ...stack, failed: failed.has(stack.file) })), files, faults };
}

/** What a stack is made from, as far as its text tells. */
function stackOf(file: string, committed: ReadonlyMap<string, string>, body: Body | null): Stack {
  const folder = folderOf(file);
  const at = {
    unitFolder: folder,
    originalFolder: folder,
    terragruntFolder: folder,
    includes: new Map(),
    included: false,
  };
  const exists = (path: string): boolean => committed.has(path);
  const open = (): null => null;
  const found = referencesIn({
    file,
    body: body ?? EMPTY,
    ...at,
    env: {},
    account: null,
    unknown: null,
    exists,
    open,
  });
  return {
    file,
    folder,
    templates: [...found.sources.keys()],
    reads: [...found.files, ...found.configurations],
    failed: false,
  };
}

function faultOf({ file, folder, templates }: Stack, why: string): Fault {
  const message = `Terragrunt can't generate the stack, so its units are not known: ${why}`;
  const [, afterFile = ""] = why.split(`${file}:`, 2);
  const line = Number.parseInt(afterFile, 10);
  return {
    kind: "not-evaluated",
    file,
    line: line > 0 ? line : null,
    message,
    units: [],
    folders: [folder, ...templates],
    missing: null,
  };
}

/** What lies below a stack and is not committed: it was generated. */
async function hashesBelow(
  root: string,
  folder: string,
  committed: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const entries = await readdir(posix.join(root, folder), { recursive: true, withFileTypes: true });
  const hashes = new Map<string, string>();
  for (const entry of entries) {
    const path = posix.join(posix.relative(root, entry.parentPath), entry.name);
    if (!entry.isFile() || entry.name === MANIFEST || committed.has(path) || path.split("/").includes(CACHE)) continue;
    const text = await readFile(posix.join(root, path));
    hashes.set(path, createHash("sha256").update(text).digest("hex"));
  }
  return hashes;
}
