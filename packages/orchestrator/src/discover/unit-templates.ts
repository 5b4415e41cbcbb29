import type { Sources } from "./checkout/sources.ts";
import { foldersWithUnitFile } from "./commit.ts";
import { fileIn, UNIT_FILE } from "./paths.ts";
import { isTemplate, valuesUseIn } from "./templates.ts";
import type { GeneratedStacks } from "./terragrunt/generate-stacks.ts";
import { VALUES_FILE } from "./terragrunt/read-stack.ts";

/** Folders with a unit's file that are made to be copied by stacks. */
export function unitTemplates(
  sources: Sources,
  textOf: (file: string) => string | null,
  { stacks, files: generated }: Pick<GeneratedStacks, "stacks" | "files">,
  isInEnvironment: (folder: string) => boolean,
): Set<string> {
  const copied = new Set(stacks.flatMap((stack) => stack.templates));
  return new Set(
    foldersWithUnitFile(sources.files.keys(), new Set()).filter((folder) => {
      const file = fileIn(folder, UNIT_FILE);
      const isSource = copied.has(folder);
      // Most texts do not speak of values, and need not be parsed.
      const speaksOfValues = textOf(file)?.includes("values") === true;
      if (!isSource && !speaksOfValues) return false;
      if (generated.has(file) || sources.files.has(fileIn(folder, VALUES_FILE))) return false;
      const body = speaksOfValues ? sources.parsed(file) : null;
      const values = body === null ? "none" : valuesUseIn(body);
      return isTemplate({ folder, values, isSource, isInEnvironment: isInEnvironment(folder) });
    }),
  );
}
