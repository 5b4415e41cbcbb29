import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { UnitPath } from "@pipelines/core/contracts/unit-path";
import type { Mask } from "@pipelines/core/redaction/mask";
import { type LogPart, writeFullLog } from "./full-log.ts";

/** A file name, without ending, that is as unique as the unit's path and safe anywhere. */
export function fileNameOf(path: UnitPath): string {
  // A name that begins with a dot would be hidden, and actions/upload-artifact leaves hidden files out.
  const plain = path
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 120);
  let hash = 0;
  for (const character of path) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return `${plain}-${hash.toString(36)}`;
}

/** Writes a unit's plan beside the outcome, and answers its name there. @param text fit to be shown */
export async function writePlanText(outcomeFolder: string, fileName: string, text: string): Promise<string> {
  const name = join("plans", `${fileName}.txt`);
  const file = join(outcomeFolder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return name;
}

/**
 * Writes a unit's whole log beside the outcome, and answers its name there; `null` where it can't be written: a full
 * disk must not hide how a unit ended.
 */
export async function writeUnitLog(
  outcomeFolder: string,
  fileName: string,
  parts: readonly LogPart[],
  clean: Mask,
): Promise<string | null> {
  const name = join("logs", `${fileName}.txt`);
  return writeFullLog(join(outcomeFolder, name), parts, clean).then(
    () => name,
    () => null,
  );
}
