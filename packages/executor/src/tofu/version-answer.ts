import { mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Binary } from "./binary.ts";

/**
 * Files that pin a version for a folder, which some programs called `tofu` heed. Terragrunt's own list has the first four,
 * and it asks for the version once where there is none of them.
 */
const PINNING = [".terraform-version", ".tool-versions", "mise.toml", ".mise.toml", ".opentofu-version"];

export const shellWord = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** A line of a shell script that answers `-version` for the binary, except where a folder pins a version. */
export function versionAnswer({ versionText }: Binary): string {
  const pinned = PINNING.map((file) => `[ -e ${file} ]`).join(" || ");
  return `if [ "$*" = -version ] && ! { ${pinned}; }; then printf '%s' ${shellWord(versionText)}; exit; fi`;
}

/**
 * The environment in which Terragrunt is started. At each start it asks the `tofu` on the PATH for its version, whatever
 * it is told to use: an answer lies before it, and everything else goes on to OpenTofu.
 */
export async function withVersionAnswer(
  binary: Binary,
  env: Readonly<Record<string, string>>,
  jobFolder: string,
): Promise<Record<string, string>> {
  if (binary.kind !== "tofu") return { ...env };
  const folder = join(jobFolder, "path");
  await mkdir(folder, { recursive: true });
  const script = ["#!/bin/sh", versionAnswer(binary), `exec ${shellWord(binary.program)} "$@"`, ""].join("\n");
  await writeFile(join(folder, "tofu"), script, { mode: 0o755 });
  return { ...env, PATH: [folder, env["PATH"] ?? ""].join(delimiter) };
}
