import { stat } from "node:fs/promises";
import { join } from "node:path";
import { UNIT_FILE } from "@pipelines/core/terragrunt/files";

/** Whether a folder has a unit's configuration, in either of its forms. */
export async function isUnitFolder(folder: string): Promise<boolean> {
  for (const name of [UNIT_FILE, `${UNIT_FILE}.json`]) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found?.isFile() === true) return true;
  }
  return false;
}
