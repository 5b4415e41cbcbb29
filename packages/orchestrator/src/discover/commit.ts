import { posix } from "node:path";
import { accountTemplates } from "@pipelines/core/accounts/template-files";
import { environmentLookup } from "@pipelines/core/configuration/environments";
import type { Configuration } from "@pipelines/core/configuration/schema";
import type { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Repository, TreeEntry } from "@pipelines/core/git/repository";
import type { HclParser } from "../hcl/parse.ts";
import { type Checkout, openCheckout } from "./checkout/checkout.ts";
import { exclusionsIn } from "./checkout/exclusions.ts";
import { type Sources, sourcesOf } from "./checkout/sources.ts";
import { NO_SYMLINKS, type Symlinks } from "./checkout/symlinks.ts";
import type { Exclusion, Texts } from "./checkout/texts.ts";
import { fileIn, folderOf, isCached, UNIT_FILE } from "./paths.ts";
import type { DiscoveringTerragrunt } from "./terragrunt/client.ts";
import { folderVariables } from "./terragrunt/environment.ts";
import { askedVariables, type VariablesOf } from "./terragrunt/variables.ts";

export type DiscoveryEdges = {
  readonly repository: Repository;
  readonly parseHcl: HclParser;
  readonly terragrunt: DiscoveringTerragrunt;
  /** The whole environment of git. */
  readonly gitEnvironment: Readonly<Record<string, string>>;
  /** The whole environment of Terragrunt, without any token. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
};

/** One commit as git has it, before Terragrunt is asked about it. */
export type Commit = AsyncDisposable & {
  readonly id: CommitSha;
  readonly configuration: Configuration;
  readonly entries: readonly TreeEntry[];
  /** What git has of it; what stacks generate is not there. */
  readonly sources: Sources;
  readonly links: Symlinks;
  /** HCL that Terragrunt is not given. */
  readonly exclusions: ReadonlyMap<string, Exclusion>;
  /** The variables of each folder as far as their values are known. */
  readonly variablesOf: VariablesOf;
  /** Whether some environment has units of a folder, or of a stack there. */
  isInEnvironment(folder: string): boolean;
  /** Variables that its configuration asks for without a default. */
  readonly asked: readonly string[];
  /** The text of a file, or `null` when it can't be read. */
  textOf(file: string): string | null;
  /** Its files on disk, without those that Terragrunt must not read: checked out when first asked for. */
  checkout(): Promise<Checkout>;
};

/** Opens a commit. What is checked out for it goes when it is disposed of. */
export async function openCommit(
  { repository, gitEnvironment, toolEnvironment }: DiscoveryEdges,
  texts: Texts,
  id: CommitSha,
  configuration: Configuration,
  checkedOut: "at once" | "when asked for",
): Promise<Commit> {
  await using opened = new AsyncDisposableStack();
  const tree = await repository.tree(id);
  const isTemplate = accountTemplates(configuration);
  const entries = tree.filter(({ path }) => !isTemplate(path));
  const files = new Map(entries.map(({ path, blob }) => [path, blob]));
  let opening: Promise<Checkout> | null = null;
  const checkout = (): Promise<Checkout> => {
    opening ??= openCheckout(repository.folder, id, gitEnvironment, tree);
    return opening;
  };
  opened.defer(async () => (await opening?.catch(() => null))?.[Symbol.asyncDispose]());
  // It goes on beside what follows; whoever waits for it hears how it ends.
  if (checkedOut === "at once") checkout().catch(() => null);
  // A clone without blobs fetches them one by one, but for a checkout, which fetches what it lacks at once.
  if (await repository.isPartial()) await checkout();
  await texts.load(entries);
  const links = entries.some(({ kind }) => kind === "symlink") ? (await checkout()).links : NO_SYMLINKS;
  const exclusions = exclusionsIn(entries, links, texts);
  const textOf = (file: string): string | null => {
    const blob = files.get(links.realOf(file));
    return blob === undefined || links.leaving.has(file) ? null : texts.textOf(blob);
  };
  const parsed = (file: string) => {
    const blob = files.get(links.realOf(file));
    return blob === undefined || links.leaving.has(file) ? null : texts.parsed(blob);
  };
  const accounts = await repository.read(id, configuration.accounts.file);
  const owned = opened.move();
  return {
    ...{ id, configuration, entries, links, exclusions, textOf },
    sources: sourcesOf(entries, files, parsed, links),
    isInEnvironment: environmentHas(configuration),
    variablesOf: folderVariables(configuration, toolEnvironment, accounts),
    asked: askedVariables([...files.keys()].filter((file) => file.endsWith(".hcl")).map((file) => textOf(file) ?? "")),
    async checkout() {
      const checked = await checkout();
      await checked.remove(exclusions.keys());
      await checked.remove(tree.map(({ path }) => path).filter((path) => path.endsWith(".hcl") && isTemplate(path)));
      return checked;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function environmentHas(configuration: Configuration): (folder: string) => boolean {
  const environmentOf = environmentLookup(configuration);
  return (folder) =>
    [folder, fileIn(folder, ".terragrunt-stack/unit")].some(
      (path) => environmentOf(UnitPath.parse(path)).kind !== "none",
    );
}

/** Folders that may be units: those with a unit's file that are neither copies of tools nor templates of stacks. */
export function foldersWithUnitFile(files: Iterable<string>, templates: ReadonlySet<string>): string[] {
  return [...files]
    .filter((file) => posix.basename(file) === UNIT_FILE && !isCached(file) && !templates.has(folderOf(file)))
    .map(folderOf);
}
