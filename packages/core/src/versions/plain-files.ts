import { type ToolName, toolNamed } from "../tools/tool.ts";
import { linesOf, type NamedVersion } from "./named-version.ts";

const withoutComment = (line: string): string => (line.split("#", 1)[0] ?? "").trim();

/** `.tool-versions`: lines of `tool version [fallback …]`, of which the first version counts. */
export function toolVersions(text: string): NamedVersion[] {
  return linesOf(text).flatMap((line, index) => {
    const [name = "", version = null] = withoutComment(line).split(/\s+/);
    const named = toolNamed(name);
    return named === null ? [] : [{ ...named, text: version, line: index + 1 }];
  });
}

/** `.terragrunt-version` and its like: the first line that is no comment. */
export function singleVersion(tool: ToolName, text: string): NamedVersion[] {
  const lines = linesOf(text).map(withoutComment);
  const index = lines.findIndex((line) => line !== "");
  return index < 0 ? [] : [{ tool, text: lines[index] ?? null, line: index + 1, otherPublisher: null }];
}
