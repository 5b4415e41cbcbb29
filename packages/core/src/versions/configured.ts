import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import { TOOLS } from "../tools/tool.ts";
import { VersionError } from "../tools/version-error.ts";
import type { NamedVersion } from "./named-version.ts";

/**
 * The `tools` of `.pipelines/config.yml`. Whether the file is right as a whole is checked by the orchestrator.
 *
 * @throws VersionError when the file is no YAML
 */
export function configuredVersions(text: string, file: string): NamedVersion[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    const what = error.code === "DUPLICATE_KEY" ? "has a key twice" : "is no YAML";
    throw new VersionError(`this ${what}, so no version can be read from ${file}`, { file, line });
  }
  const tools = isMap(document.contents) ? nodeOf(document.contents.get("tools", true), document) : null;
  if (!isMap(tools)) return [];
  return TOOLS.flatMap((tool) => {
    const given = tools.get(tool, true);
    const value = nodeOf(given, document);
    if (value === null || (isScalar(value) && value.value === null)) return [];
    return [
      {
        tool,
        // As it was written: YAML reads 1.10 as the number 1.1.
        text: isScalar(value) ? (value.source ?? String(value.value)) : null,
        line: isNode(given) && given.range ? lines.linePos(given.range[0]).line : null,
        otherPublisher: null,
      },
    ];
  });
}

function nodeOf(node: unknown, document: Document): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isNode(node) ? node : null;
}
