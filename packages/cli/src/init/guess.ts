import type { Account } from "@pipelines/core/contracts/change";
import { type LayoutFacts, type Place, placesOf } from "./layout.ts";
import { asideFolder, isAwsRegion, isProductionName, isStageName, meansProduction } from "./names.ts";
import {
  accountIdOf,
  accountIdsIn,
  accountsOfRoles,
  type Cloud,
  cloudsIn,
  isPlaceholder,
  mostFrequent,
  regionsIn,
} from "./values-in-files.ts";

/** What a repository says, as far as a first configuration needs it. */
export type GuessFacts = {
  /** Paths of units and stacks; `.` is the root. */
  readonly units: readonly string[];
  /** Texts by path of what lies beside units and above them: HCL, YAML, JSON and variables. */
  readonly texts: ReadonlyMap<string, string>;
  /** What `accounts.yml` lists. */
  readonly accounts: ReadonlyMap<string, Account>;
  /** Clouds of which code of the repository speaks anywhere. */
  readonly clouds: readonly Cloud[];
};

export type GuessedAccount =
  | {
      readonly kind: "said";
      readonly id: string;
      /** Its name in `accounts.yml`; `null` where that has none such. */
      readonly name: string | null;
      /** What is not sure about it. */
      readonly doubt: string | null;
    }
  /** Nothing says it; `hint` is what may help to find out. */
  | { readonly kind: "unknown"; readonly hint: string | null };

const UNKNOWN: GuessedAccount = { kind: "unknown", hint: null };

/** One environment that the folders suggest. */
export type GuessedEnvironment = {
  readonly name: string;
  readonly place: Place;
  readonly isProduction: boolean;
  readonly account: GuessedAccount;
  /** `null` where nothing says one. */
  readonly region: string | null;
  readonly clouds: readonly Cloud[];
  /** Names of folders in it that are those of other environments: it may be several. */
  readonly holds: readonly string[];
  /** Whether its own files, or the HCL above it, name those clouds. Other code of the repository may be of something else. */
  readonly namesItsClouds: boolean;
};

export type Guess = {
  readonly environments: readonly GuessedEnvironment[];
  /** Folders of units that are shown or copied, and do not seem to run. */
  readonly aside: readonly string[];
};

/** The environments of a repository, by its folders and what is written in them. */
export function guessOf(facts: GuessFacts): Guess {
  const aside = [...new Set(facts.units.flatMap((unit) => asideFolder(unit) ?? []))].toSorted();
  const units = facts.units.filter((unit) => asideFolder(unit) === null);
  const shared = new Map([...facts.texts].filter(([file]) => !isUnitsOwn(file)));
  const foldersWith = (pattern: RegExp): ReadonlySet<string> =>
    new Set([...shared.keys()].filter((file) => pattern.test(baseOf(file))).map(folderOf));
  if (units.length === 0) return { environments: [], aside };
  const places = placesNaming(facts.texts, {
    units,
    accountFolders: foldersWith(/^account\.(?:hcl|json|ya?ml|tfvars)$/),
    environmentFolders: foldersWith(/^env(?:ironment)?(?:[_-]?vars)?\.(?:hcl|json|ya?ml|tfvars)$/),
  });
  const names = uniqueNames(places);
  const environments = places.map((place, index): GuessedEnvironment => {
    const sources = sourcesOf(place, units, facts.texts, shared);
    const account = accountOf(place, sources, facts.accounts);
    const { clouds, named: namesItsClouds } = cloudsOf(sources, account, facts.clouds);
    const name = names[index] ?? "environment";
    return {
      name,
      place,
      isProduction: meansProduction(name),
      account: clouds.includes("AWS") ? account : UNKNOWN,
      region: regionOf(place, units, sources),
      clouds,
      namesItsClouds,
      holds: heldStages(place, units),
    };
  });
  return { environments: environments.toSorted((a, b) => (a.name < b.name ? -1 : 1)), aside };
}

/** `development` in `nonprod/development/vpc`. `prod/eu-west-1/prod` is one, and a unit's own name says what it is for. */
function heldStages({ folders }: Place, units: readonly string[]): string[] {
  const names = folders.flatMap((folder) => {
    const [own] = folder.split("/").slice(-1);
    return units
      .filter((unit) => unit.startsWith(`${folder}/`))
      .flatMap((unit) =>
        unit
          .slice(folder.length + 1)
          .split("/")
          .slice(0, -1),
      )
      .filter((name) => name !== own && (isProductionName(name) || isStageName(name)));
  });
  return [...new Set(names)].toSorted();
}

/**
 * What folders suggest, and where nothing tells them apart by name, the accounts that they name: of folders side by side,
 * each with a `root.hcl` of another account, each is an environment.
 */
function placesNaming(texts: ReadonlyMap<string, string>, layout: LayoutFacts): Place[] {
  const places = placesOf(layout);
  const open = places.filter(({ why }) => why === "all there is").flatMap(({ folders }) => folders);
  if (open.length === 0) return places;
  const isUnit = new Set(layout.units);
  const named = [...texts].flatMap(([file, text]) => {
    const folder = folderOf(file);
    const isOpen = open.some((one) => isIn(folder, one)) && !isUnit.has(folder);
    const ids = isOpen ? accountIdsIn(text).filter((id) => !isPlaceholder(id)) : [];
    return ids.length === 1 ? [{ folder, id: ids[0] }] : [];
  });
  const beside = [...Map.groupBy(named, ({ folder }) => folderOf(folder)).values()];
  const telling = beside.filter((group) => new Set(group.map(({ id }) => id)).size > 1).flat();
  if (telling.length === 0) return places;
  const accountFolders = new Set([...layout.accountFolders, ...telling.map(({ folder }) => folder)]);
  return placesOf({ ...layout, accountFolders });
}

const baseOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");
const isIn = (path: string, folder: string): boolean =>
  folder === "." || path === folder || path.startsWith(`${folder}/`);
const isUnitsOwn = (file: string): boolean => /(?:^|\/)(?:terragrunt(?:\.stack)?|\.terraform\.lock)\.hcl$/.test(file);

/** Texts that speak of a place, by how near they are to it. */
type Sources = {
  /** Files in its very folder. */
  readonly own: ReadonlyMap<string, string>;
  /** Shared files below it. */
  readonly below: ReadonlyMap<string, string>;
  /** Files of folders above it, the nearest first. */
  readonly above: ReadonlyMap<string, string>;
  /** Configurations and lock files of its units. */
  readonly units: ReadonlyMap<string, string>;
};

function sourcesOf(
  place: Place,
  units: readonly string[],
  texts: ReadonlyMap<string, string>,
  shared: ReadonlyMap<string, string>,
): Sources {
  const folders = [...place.folders, ...place.units];
  const only = (all: ReadonlyMap<string, string>, test: (folder: string, file: string) => boolean) =>
    new Map([...all].filter(([file]) => test(folderOf(file), file)));
  const above = [...only(texts, (folder) => folders.some((one) => one !== folder && isIn(one, folder)))];
  const isUnit = new Set(units);
  return {
    own: only(shared, (folder) => folders.includes(folder)),
    below: only(shared, (folder) => folders.some((one) => folder !== one && isIn(folder, one))),
    above: new Map(
      above
        .filter(([file]) => !isUnitsOwn(file) || !isUnit.has(folderOf(file)))
        .toSorted(([a], [b]) => b.split("/").length - a.split("/").length),
    ),
    units: only(texts, (folder, file) => isUnitsOwn(file) && belongsTo(place, folder)),
  };
}

function belongsTo({ folders, units }: Place, path: string): boolean {
  return units.includes(path) || folders.some((folder) => isIn(path, folder));
}

const DIGITS = /(?:^|[-_])(\d{12})$/;

/** The account of a place: the nearest word about it counts. */
function accountOf(
  place: Place,
  { own, below, above, units }: Sources,
  known: ReadonlyMap<string, Account>,
): GuessedAccount {
  const labels = place.folders.map((folder) => baseOf(folder));
  const named = (id: string, from: string, doubt: string | null = null): GuessedAccount => {
    if (isPlaceholder(id)) return { kind: "unknown", hint: `${id} in ${from} looks made up` };
    const account = [...known.values()].find((one) => one.id === id);
    return { kind: "said", id, name: account?.name ?? null, doubt };
  };
  const onPath = place.folders.flatMap((folder) => folder.split("/").toReversed());
  const inName = onPath.flatMap((label) => DIGITS.exec(label)?.[1] ?? [])[0];
  if (inName !== undefined) return named(inName, "the folder's name");
  for (const files of [own, below]) {
    const found = idsIn(files, accountIdsIn);
    const [first] = found;
    if (first !== undefined && new Set(found.map(({ id }) => id)).size === 1) return named(first.id, first.file);
  }
  for (const label of labels) {
    const listed = known.get(label);
    if (listed !== undefined) return { kind: "said", id: listed.id, name: listed.name, doubt: null };
    for (const [file, text] of above) {
      const id = accountIdOf(label, text);
      if (id !== null) return named(id, file);
    }
  }
  const general = idsIn(above, (text) => accountIdsIn(text));
  const [one] = general;
  if (one !== undefined && new Set(general.map(({ id }) => id)).size === 1) {
    return named(one.id, one.file, `${one.file} names one account (${one.id}) for all environments`);
  }
  const roles = idsIn(units, accountsOfRoles).filter(({ id }) => !isPlaceholder(id));
  const [role] = roles;
  if (role !== undefined && new Set(roles.map(({ id }) => id)).size === 1) {
    return { kind: "unknown", hint: `${role.id} is the account of a role that ${role.file} names` };
  }
  return UNKNOWN;
}

function idsIn(files: ReadonlyMap<string, string>, read: (text: string) => string[]): { id: string; file: string }[] {
  return [...files].flatMap(([file, text]) => read(text).map((id) => ({ id, file })));
}

/** Folders' names first, which are there to say it, then the files that are nearest. */
function regionOf(place: Place, units: readonly string[], { own, below, above, units: own_ }: Sources): string | null {
  const inPaths = units.filter((unit) => belongsTo(place, unit)).flatMap((unit) => unit.split("/").filter(isAwsRegion));
  for (const names of [inPaths, ...[own, below, above, own_].map((files) => [...files.values()].flatMap(regionsIn))]) {
    const best = mostFrequent(names);
    if (best !== null) return best;
  }
  return null;
}

function cloudsOf(
  sources: Sources,
  account: GuessedAccount,
  everywhere: readonly Cloud[],
): { clouds: readonly Cloud[]; named: boolean } {
  const inTexts = (files: readonly (readonly [string, string])[]): Cloud[] => [
    ...new Set(files.flatMap(([, text]) => cloudsIn(text))),
  ];
  const above = [...sources.above];
  const named = [
    [...sources.units].filter(([file]) => file.endsWith(".terraform.lock.hcl")),
    [...sources.own, ...sources.below, ...sources.units],
    above.filter(([file]) => file.endsWith(".hcl")),
  ]
    .map(inTexts)
    .find(({ length }) => length > 0);
  if (named !== undefined) return { clouds: named, named: true };
  if (account.kind === "said") return { clouds: ["AWS"], named: true };
  const elsewhere = inTexts(above);
  const clouds = elsewhere.length > 0 ? elsewhere : everywhere;
  return { clouds, named: clouds.length === 0 };
}

/** Names that the configuration allows, from the last folder on; the folders above tell apart those that are alike. */
function uniqueNames(places: readonly Place[]): string[] {
  const paths = places.map(({ folders: [folder], units: [unit = "."] }) => {
    const path = folder ?? folderOf(unit);
    return folder === undefined ? [...partsOf(path), "shared"] : partsOf(path);
  });
  const taken = new Set<string>();
  return paths.map((parts, index) => {
    const last = parts.at(-1) ?? "default";
    const rivals = paths.filter(
      (other, at) => at !== index && nameFrom([other.at(-1) ?? "default"]) === nameFrom([last]),
    );
    const differing = rivals.length === 0 ? [last] : distinct(parts, rivals);
    const base = nameFrom(differing);
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base}-${number}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/** The parts of a path that not all of its rivals have, and the last one. */
function distinct(parts: readonly string[], rivals: readonly (readonly string[])[]): string[] {
  return parts.filter((part, at) => at === parts.length - 1 || !rivals.every((rival) => rival.includes(part)));
}

const partsOf = (folder: string): string[] => (folder === "." ? [] : folder.split("/"));

function nameFrom(parts: readonly string[]): string {
  const name = parts
    .map((part) => part.replace(DIGITS, ""))
    .join("-")
    .replace(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[_-]+|[_-]+$/g, "");
  return name === "" ? "environment" : name;
}
