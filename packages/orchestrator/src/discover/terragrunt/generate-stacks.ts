import { posix } from "node:path";
import { generateStack } from "@pipelines/core/terragrunt/generate-stack";
import { reasonIn, withoutRoot } from "@pipelines/core/terragrunt/reason";
import type { Body } from "../../hcl/parse.ts";
import { foldersAbove, isCached, liesIn, STACK_FILE } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { CommitProblem, Stack } from "../snapshot.ts";
import { isTemplate } from "../templates.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import { copiersAmong, copiersFirst, stacksOfCatalogues } from "./copied-stacks.ts";
import { hashesOfGenerated } from "./generated-files.ts";
import { readStack, type WrittenStack } from "./read-stack.ts";

export type GeneratedStacks = {
  /** Those of the commit, and those that they generate. */
  readonly stacks: readonly Stack[];
  /** Generated files with the hash that git would give to them. */
  readonly files: ReadonlyMap<string, string>;
  /** What keeps stacks from being generated. */
  readonly problems: readonly CommitProblem[];
};

/**
 * Generates the stacks of a checkout, each by itself: one that can't be generated would fail them all together.
 *
 * @param parsedOnDisk the HCL of a file that was generated
 * @param isInEnvironment whether units of a folder belong to an environment
 * @param advice what to look at where a source can't be read
 */
export async function generateStacks(
  terragrunt: CheckoutTerragrunt,
  committed: ReadonlyMap<string, string>,
  parsed: (file: string) => Body | null,
  parsedOnDisk: (file: string) => Body | null,
  isInEnvironment: (folder: string) => boolean,
  advice: string,
): Promise<GeneratedStacks> {
  const { root } = terragrunt;
  const folders = foldersAbove(committed.keys());
  const exists = (path: string): boolean => committed.has(path) || folders.has(path);
  const read = (file: string, parse = parsed): WrittenStack =>
    readStack(file, { parsed: parse, exists, env: terragrunt.variablesOf(posix.dirname(file)) });
  const all = [...committed.keys()]
    .filter(isStackFile)
    .toSorted()
    .map((file) => read(file));
  const copiersOf = copiersAmong(all);
  const isSource = (stack: WrittenStack): boolean => copiersOf(stack).length > 0;
  const ofCatalogues = stacksOfCatalogues(all, copiersOf);
  const templates = new Set(
    all.filter((stack) => {
      const { folder, values } = stack;
      const evidence = { folder, values, isSource: isSource(stack), isInEnvironment: isInEnvironment(folder) };
      return ofCatalogues.has(stack) || isTemplate(evidence);
    }),
  );
  const live = all.filter((stack) => !templates.has(stack));
  const failures = new Map<WrittenStack, string>();
  for (const wave of copiersFirst(live, copiersOf)) {
    await sideBySide(wave, async (stack) => {
      // Without its file, which was kept from Terragrunt, it would seem to have no units.
      const why =
        parsed(stack.file) === null
          ? "its file can't be read"
          : await failureOf(stack, itAlone(stack, all), terragrunt);
      if (why !== null) failures.set(stack, why);
    });
  }
  const files = new Map<string, string>();
  for (const stack of live.filter((one) => !failures.has(one))) {
    for (const [file, hash] of await hashesOfGenerated(root, stack, committed)) files.set(file, hash);
  }
  const stateOf = (stack: WrittenStack): Stack["state"] => {
    if (templates.has(stack)) return "template";
    if (!failures.has(stack)) return "generated";
    // What others copy from may be written for the place of the copy.
    return isSource(stack) ? "template" : "failed";
  };
  const stacks = all.map((stack): Stack => ({ ...stack, state: stateOf(stack) }));
  const copies = [...files.keys()]
    .filter(isStackFile)
    .map((file): Stack => ({ ...read(file, parsedOnDisk), state: "generated" }));
  const problems = live.flatMap((stack) => {
    const why = failures.get(stack);
    return why !== undefined && stateOf(stack) === "failed" ? problemOf(stack, withAdvice(why, advice), all) : [];
  });
  return { stacks: [...stacks.filter(({ file }) => !files.has(file)), ...copies], files, problems };
}

function isStackFile(file: string): boolean {
  return posix.basename(file) === STACK_FILE && !isCached(file);
}

/** Why Terragrunt can't generate a stack; `null` when it did. */
async function failureOf(
  { folder }: WrittenStack,
  filter: readonly string[],
  terragrunt: CheckoutTerragrunt,
): Promise<string | null> {
  const ran = await generateStack((args) => terragrunt.call(args, { folder, timeoutMs: 10 * 60_000 }), filter);
  return ran.exitCode === 0 ? null : withoutRoot(ran.failure ?? reasonIn(ran.stderr), terragrunt.root);
}

/** Terragrunt generates all stacks below a folder at once; the others are left out. */
function itAlone({ folder }: WrittenStack, all: readonly WrittenStack[]): readonly string[] {
  const below = all
    .map((other) => posix.relative(folder, other.folder))
    .filter((path) => path !== "" && !path.startsWith(".."));
  if (below.length === 0) return [];
  const without = below.map((path) => ` | !{./${path}} | !{./${path}/**}`).join("");
  return ["--filter", `{./**} | type=stack${without}`];
}

/** What git and GitHub say where they want to know who asks. */
const NOT_ALLOWED =
  /could not read (?:Username|Password)|Authentication failed|Permission denied \(publickey\)|terminal prompts disabled|Repository not found|requested URL returned error: 40[134]/i;

function withAdvice(why: string, advice: string): string {
  return NOT_ALLOWED.test(why) ? `${why}\n${advice}` : why;
}

function problemOf(stack: WrittenStack, why: string, all: readonly WrittenStack[]): CommitProblem {
  const { file, folder, templates, copies } = stack;
  const message = `Terragrunt can't generate the stack, so its units are not known: ${why}`;
  const about = { kind: "not-evaluated", message, units: [], folders: [folder, ...templates], missing: null } as const;
  const block = blockNamedBy(why, stack, all);
  if (block !== null) return { ...about, ...block };
  const [, place = file, line] = /([^\s:]+\.hcl):(\d+)/.exec(why) ?? [];
  // Of an `autoinclude` Terragrunt names the file by itself, behind its path.
  const [, parsed = file] = /\bfailed for (\S+\.hcl): /.exec(why) ?? [];
  const named = place === STACK_FILE ? parsed : place;
  // What a copy has wrong is written in what it is a copy of.
  const [copy = "", source = ""] = [...copies].find(([to]) => liesIn(named, to)) ?? [];
  const written = copy === "" ? named : posix.join(source, posix.relative(copy, named));
  const isKnown = !written.includes("/.terragrunt-stack/");
  return {
    ...about,
    file: isKnown ? written : file,
    line: isKnown && line !== undefined ? Number.parseInt(line, 10) : null,
  };
}

/** The block whose source Terragrunt could not take, where it names one: of the stack, or of one that it copies. */
function blockNamedBy(
  why: string,
  stack: WrittenStack,
  all: readonly WrittenStack[],
): { readonly file: string; readonly line: number } | null {
  const [, path, fetched] = /failed to fetch \S+ (\S+) for (\S+)/.exec(why) ?? [];
  const [, validated, below] = /validation failed for (?:unit|stack) (\S+) at path (\S+)/.exec(why) ?? [];
  const [label, place] = [fetched ?? validated, path ?? below];
  if (label === undefined || place === undefined) return null;
  const inside = [...stack.copies].find(([to]) => liesIn(place, `${to}/.terragrunt-stack`))?.[1];
  const owner = inside === undefined ? stack : all.find(({ folder }) => folder === inside);
  const line = owner?.lines.get(label);
  return owner === undefined || line === undefined ? null : { file: owner.file, line };
}
