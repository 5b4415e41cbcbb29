import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type BinaryName, programOf } from "../tools/tool.ts";

/** A program of OpenTofu or Terraform. */
export type BinaryOnPath = { readonly binary: BinaryName; readonly folder: string; readonly program: string };

/** OpenTofu and Terraform as far as they are on a PATH: by folder, OpenTofu first in each. */
export function binariesOn(path: string): BinaryOnPath[] {
  const binaries = ["opentofu", "terraform"] as const;
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .flatMap((folder) =>
      binaries
        .map((binary) => ({ binary, folder, program: join(folder, programOf(binary)) }))
        .filter(({ program }) => isProgram(program)),
    );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
