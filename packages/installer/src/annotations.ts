import type { Place } from "@pipelines/core/tools/version-error";

const TITLE = "Terragrunt and OpenTofu";

/**
 * Says something on the file and line that it is about, as GitHub's runner reads it from the output:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions. The library for it brings an HTTP client
 * longer than all of this program, which runs before anything else and is to be read in one go.
 */
export function annotate(level: "error" | "warning", message: string, place: Place | null): void {
  const properties = Object.entries({ title: TITLE, file: place?.file, line: place?.line?.toString() })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escaped(value, /[%\r\n:,]/g)}`]))
    .join(",");
  process.stdout.write(`::${level} ${properties}::${escaped(message, /[%\r\n]/g)}\n`);
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(
    special,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
