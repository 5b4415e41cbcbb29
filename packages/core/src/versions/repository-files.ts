import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { InputError } from "../actions/inputs.ts";
import { VersionError } from "../tools/version-error.ts";
import type { ReadText } from "./wanted-versions.ts";

/** No file that a person writes is longer. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads files of a checkout whose content is anybody's. A link may lead to what the job alone can read, and what a file
 * holds is shown when it is no version: files outside of the repository are refused.
 *
 * @param configurationFile chosen by the workflow, counted from the current folder; it may be anywhere
 */
export function repositoryFiles(repository: string, configurationFile: string | null): ReadText {
  if (!existsSync(repository)) throw new InputError("repository", `names no folder: ${repository}`);
  const root = realpathSync(repository);
  return (file) => {
    const given = file === configurationFile;
    const path = given ? resolve(file) : join(root, file);
    let real: string;
    try {
      real = realpathSync(path);
    } catch {
      return null;
    }
    if (!given && /^\.\.(?:\/|$)/.test(relative(root, real))) {
      throw new VersionError("this is a link to a file outside of the repository; put the file itself here", {
        file,
        line: null,
      });
    }
    const about = statSync(real);
    if (!about.isFile()) return null;
    if (about.size > MOST_BYTES) {
      throw new VersionError("this is longer than 1 MiB, so no version is read from it", { file, line: null });
    }
    return decoded(readFileSync(real), file);
  };
}

/** Windows PowerShell writes UTF-16 where it is not told otherwise. */
function decoded(bytes: Buffer, file: string): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
  try {
    // Without `ignoreBOM` the mark at the beginning is taken away.
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new VersionError("this is not UTF-8; save it as UTF-8", { file, line: null }, { cause });
  }
}
