import { UnitPath } from "../contracts/unit-path.ts";

/** What the files of a commit say of units, without running any of its code. */
export type UnitsOfTree = {
  /** Its own file is there. */
  readonly has: (unit: UnitPath) => boolean;
  /** Its own file is there, a stack above it may generate it, or a submodule may hold it. */
  readonly mayHave: (unit: UnitPath) => boolean;
  /** Those whose own file is there. */
  readonly all: readonly UnitPath[];
  /** The unit in whose folder a file lies, the nearest one; `null` for a file that units may share. */
  readonly ownerOf: (file: string) => UnitPath | null;
};

const UNIT_FILES = ["terragrunt.hcl", "terragrunt.hcl.json"];
const STACK_FILE = "terragrunt.stack.hcl";

/** The units that a tree holds, by the paths of its files. */
export function unitsOfTree(files: Iterable<string>): UnitsOfTree {
  const [units, stacks, entries] = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (const file of files) {
    entries.add(file);
    const slash = file.lastIndexOf("/");
    const [folder, name] = slash === -1 ? [".", file] : [file.slice(0, slash), file.slice(slash + 1)];
    if (UNIT_FILES.includes(name)) units.add(folder);
    if (name === STACK_FILE) stacks.add(folder);
  }
  return {
    has: (unit) => units.has(unit),
    mayHave: (unit) => units.has(unit) || foldersOf(unit).some((folder) => stacks.has(folder) || entries.has(folder)),
    all: [...units].map((unit) => UnitPath.parse(unit)),
    ownerOf(file) {
      const slash = file.lastIndexOf("/");
      const owner = foldersOf(slash === -1 ? "." : file.slice(0, slash)).find((folder) => units.has(folder));
      return owner === undefined ? null : UnitPath.parse(owner);
    },
  };
}

/** A folder and all above it, the root last. */
function foldersOf(unit: string): string[] {
  if (unit === ".") return ["."];
  const segments = unit.split("/");
  return [...segments.map((_, index) => segments.slice(0, segments.length - index).join("/")), "."];
}
