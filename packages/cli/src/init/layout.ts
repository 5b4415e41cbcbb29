import { isProductionName, isRegionName, isStageName, speaksOfStage } from "./names.ts";

/** Why a folder is taken for an environment of its own. */
export type Why =
  /** It has a file that says which account it is. */
  | "account file"
  /** It has a file that says which environment it is. */
  | "environment file"
  /** Its name is that of an environment, or it is one of a folder of environments. */
  | "name"
  /** It lies beside environments and is none by its name. */
  | "beside"
  /** Nothing tells environments apart. */
  | "all there is";

/** Units that seem to belong to one environment. */
export type Place = {
  /** Folders all of whose units belong to it. */
  readonly folders: readonly string[];
  /** Units that belong to it by themselves. */
  readonly units: readonly string[];
  readonly why: Why;
};

export type LayoutFacts = {
  /** Paths of units and stacks; `.` is the root. */
  readonly units: readonly string[];
  /** Folders with a file such as `account.hcl`. */
  readonly accountFolders: ReadonlySet<string>;
  /** Folders with a file such as `env.hcl`. */
  readonly environmentFolders: ReadonlySet<string>;
};

const CONTAINERS = /^(?:envs?|environments?|accounts?|stages)$/i;

const ACCOUNTS = /^accounts?$/i;

/** Which environments the folders of a repository suggest: each unit is in exactly one of them. */
export function placesOf(facts: LayoutFacts): Place[] {
  return mergedRegions(placesBelow(".", facts.units.map(segmentsOf), facts));
}

type Segments = readonly string[];

const segmentsOf = (path: string): Segments => (path === "." ? [] : path.split("/"));
const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf("/") + 1);
const parentOf = (folder: string): string => (folder.includes("/") ? folder.slice(0, folder.lastIndexOf("/")) : ".");
const join = (folder: string, name: string): string => (folder === "." ? name : `${folder}/${name}`);

function placesBelow(folder: string, units: readonly Segments[], facts: LayoutFacts): Place[] {
  const why = whyEnvironment(folder, units, facts);
  if (why !== null) return [{ folders: [folder], units: [], why }];
  const depth = folder === "." ? 0 : segmentsOf(folder).length;
  const own = units.some(({ length }) => length === depth);
  const children = [
    ...Map.groupBy(
      units.filter(({ length }) => length > depth),
      (unit) => unit[depth] ?? "",
    ),
  ].map(([name, below]) => ({
    path: join(folder, name),
    below,
    places: placesBelow(join(folder, name), below, facts),
  }));
  const telling = children.filter(({ places }) => places.some(({ why: reason }) => reason !== "all there is"));
  if (telling.length === 0) {
    const [only] = children;
    // A folder that holds all there is says nothing, and neither does the one above it.
    if (only !== undefined && children.length === 1 && !own) return only.places;
    return [{ folders: [folder], units: [], why: "all there is" }];
  }
  const isUnit = ({ path, below }: { path: string; below: readonly Segments[] }): boolean =>
    below.some((unit) => unit.length === segmentsOf(path).length);
  const rest = children.filter((child) => !telling.includes(child));
  // Where environments are units themselves, what lies beside them is one each as well.
  const areUnits = telling.every(isUnit);
  const single = areUnits ? [] : rest.filter(isUnit).map(({ path }) => path);
  const loose = [...(own ? [folder] : []), ...single.filter((path) => !hasNested(path, units))];
  const folders = rest.filter(({ path }) => !loose.includes(path));
  return [
    ...telling.flatMap(({ places }) => places),
    ...folders.map(({ path }): Place => ({ folders: [path], units: [], why: "beside" })),
    ...(loose.length === 0 ? [] : [{ folders: [], units: loose, why: "beside" } as const]),
  ];
}

function hasNested(path: string, units: readonly Segments[]): boolean {
  return units.some((unit) => unit.join("/").startsWith(`${path}/`));
}

/** Why a folder is an environment; `null` where it is none, or holds several. */
function whyEnvironment(folder: string, units: readonly Segments[], facts: LayoutFacts): Why | null {
  if (folder === ".") return null;
  const name = nameOf(folder);
  const holdsAccounts = [...facts.accountFolders].some(
    (other) => other.startsWith(`${folder}/`) && units.some((unit) => isWithin(unit, other)),
  );
  if (holdsAccounts) return null;
  const isStage = isProductionName(name) || isStageName(name);
  // In an account of its own, a unit called `dev` is for dev, and runs where its neighbours do.
  const isAccount = ACCOUNTS.test(nameOf(parentOf(folder)));
  if (!isStage && holdsBothKinds(folder, isAccount ? units.map((unit) => unit.slice(0, -1)) : units)) return null;
  if (!isProductionName(name) && holdsBothSideBySide(folder, units)) return null;
  if (facts.accountFolders.has(folder)) return "account file";
  if (isStage) return "name";
  if (facts.environmentFolders.has(folder) && !holdsEnvironments(folder, units, facts)) return "environment file";
  if (CONTAINERS.test(nameOf(parentOf(folder))) && !CONTAINERS.test(name)) return "name";
  // `crates-io-prod` is a name; a unit called `web-prod` is none.
  const isUnit = units.some((unit) => unit.join("/") === folder);
  return !isUnit && speaksOfStage(name) ? "name" : null;
}

const isWithin = (unit: Segments, folder: string): boolean => {
  const path = unit.join("/");
  return path === folder || path.startsWith(`${folder}/`);
};

/** Whether production and what is none lie side by side somewhere below. */
function holdsBothKinds(folder: string, units: readonly Segments[]): boolean {
  const names = units.flatMap((unit) => unit.slice(segmentsOf(folder).length));
  return names.some(isProductionName) && names.some(isStageName);
}

/** Whether a folder somewhere below has a production and one that is none: `poc/shop/{dev,prod}` is no environment. */
function holdsBothSideBySide(folder: string, units: readonly Segments[]): boolean {
  const depth = segmentsOf(folder).length;
  const children = new Map<string, Set<string>>();
  for (const unit of units) {
    // A unit's own name says what it is for.
    for (const [at, name] of unit.slice(0, -1).entries()) {
      if (at < depth) continue;
      const parent = unit.slice(0, at).join("/");
      children.set(parent, (children.get(parent) ?? new Set()).add(name));
    }
  }
  return [...children.values()].some((names) => [...names].some(isProductionName) && [...names].some(isStageName));
}

function holdsEnvironments(folder: string, units: readonly Segments[], facts: LayoutFacts): boolean {
  const depth = segmentsOf(folder).length;
  const named = units.some((unit) => unit.slice(depth).some((name) => isProductionName(name) || isStageName(name)));
  const files = [...facts.environmentFolders].filter((other) => other.startsWith(`${folder}/`));
  return named || files.length > 1;
}

/** `eu-west-1/prod` and `global/prod` are one environment in two regions. */
function mergedRegions(places: readonly Place[]): Place[] {
  const keyOf = ({ folders: [folder = ""], why }: Place): string =>
    why === "name" || why === "environment file"
      ? segmentsOf(folder)
          .map((name) => (isRegionName(name) ? "*" : name))
          .join("/")
      : folder;
  const merged = Map.groupBy(places, (place) =>
    place.folders.length === 0 ? `. ${place.units.join(" ")}` : keyOf(place),
  );
  return [...merged.values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : { ...first, folders: alike.flatMap(({ folders }) => folders) };
  });
}
