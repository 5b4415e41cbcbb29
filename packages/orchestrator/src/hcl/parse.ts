import { Language, type Node, Parser } from "web-tree-sitter";
import { locateWasm } from "./wasm.ts";

/** Parses HCL text into its syntax tree; text with errors gives the tree of what can be read. */
export type HclParser = (text: string) => Node;

/** Loads the grammar. One parser serves one run. */
export async function loadHclParser(): Promise<HclParser> {
  await Parser.init({ locateFile: () => locateWasm("web-tree-sitter.wasm") });
  const parser = new Parser();
  parser.setLanguage(await Language.load(locateWasm("tree-sitter-hcl.wasm")));
  return (text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new Error("the HCL parser was given no language");
    return tree.rootNode;
  };
}
