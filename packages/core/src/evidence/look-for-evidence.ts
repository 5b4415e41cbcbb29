import { type Dirent, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BinaryName } from "../tools/tool.ts";
import { binaryAt, type Evidence } from "./choose-binary.ts";
import { attributesOf, providersOf } from "./hcl-attributes.ts";

/** Folders that hold what tools made or fetched, not what the team wrote. */
const SKIPPED = new Set([".git", ".terragrunt-cache", ".terraform", ".terragrunt-stack", "node_modules"]);
const MOST_FILES = 50_000;
const MOST_BYTES = 1024 * 1024;

const LOCK_FILE = ".terraform.lock.hcl";
const VERSION_FILES: Readonly<Record<string, BinaryName>> = {
  ".opentofu-version": "opentofu",
  ".terraform-version": "terraform",
};
const UNIT_FILE = "terragrunt.hcl";

/**
 * What a repository's files say about OpenTofu and Terraform. They are read as text, and links are not followed.
 *
 * @returns in the order of their paths; the lock files of units where there are any, else all
 */
export function lookForEvidence(repository: string): Evidence[] {
  const files = filesBelow(repository);
  const unitFolders = new Set(files.filter((file) => nameOf(file) === UNIT_FILE).map(folderOf));
  const locks = files.filter((file) => nameOf(file) === LOCK_FILE);
  const unitLocks = locks.filter((file) => unitFolders.has(folderOf(file)));
  return [
    ...(unitLocks.length > 0 ? unitLocks : locks).flatMap((file) => inLockFile(file, textOf(repository, file))),
    ...files.flatMap((file): Evidence[] => {
      if (/\.tofu(?:\.json)?$/.test(file))
        return [{ kind: "written", binary: "opentofu", place: { file, line: null } }];
      const versioned = VERSION_FILES[nameOf(file)];
      // That of the root names the tool for all, with its version; one below it speaks for its folder.
      if (versioned !== undefined && folderOf(file) !== "") {
        return [{ kind: "written", binary: versioned, place: { file, line: null } }];
      }
      if (nameOf(file) === LOCK_FILE || !/\.(?:hcl|tf)$/.test(file)) return [];
      return inConfiguration(file, textOf(repository, file));
    }),
  ];
}

/** Which registry the providers of a lock file come from; nothing, where they come from others. */
function inLockFile(file: string, text: string): Evidence[] {
  const providers = providersOf(text);
  const from = (host: string) => providers.find(({ name }) => name.startsWith(`${host}/`));
  // OpenTofu also locks what a module asks for from Terraform's registry by its full name; Terraform does not the reverse.
  const [tofu, terraform] = [from("registry.opentofu.org"), from("registry.terraform.io")];
  const found = tofu ?? terraform;
  if (found === undefined) return [];
  return [{ kind: "written", binary: found === tofu ? "opentofu" : "terraform", place: { file, line: found.line } }];
}

function inConfiguration(file: string, text: string): Evidence[] {
  if (!/terraform_binary|required_version|terraform_version_constraint/.test(text)) return [];
  return attributesOf(text).flatMap(({ name, text: value, line, depth }): Evidence[] => {
    const place = { file, line };
    if (name === "terraform_binary" && depth === 0 && file.endsWith(".hcl")) {
      return [{ kind: "set", by: name, binary: binaryAt(value), place }];
    }
    const isConstraint = name === "required_version" || (name === "terraform_version_constraint" && depth === 0);
    return isConstraint && value !== null ? [{ kind: "required", constraint: value, place }] : [];
  });
}

const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);
const folderOf = (file: string): string => file.slice(0, file.lastIndexOf("/") + 1);

function textOf(repository: string, file: string): string {
  const path = join(repository, file);
  return lstatSync(path).size > MOST_BYTES ? "" : readFileSync(path, "utf8");
}

const LOOKED_AT = /\.(?:hcl|tf|tofu|tofu\.json|(?:opentofu|terraform)-version)$/;

/** Paths of files, sorted, from the repository's root. */
function filesBelow(repository: string): string[] {
  const found: string[] = [];
  const folders = [""];
  for (let folder = folders.shift(); folder !== undefined && found.length < MOST_FILES; folder = folders.shift()) {
    for (const entry of entriesOf(join(repository, folder))) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(`${path}/`);
      else if (entry.isFile() && LOOKED_AT.test(entry.name)) found.push(path);
    }
  }
  return found.toSorted();
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that may not be read says nothing.
    return [];
  }
}
