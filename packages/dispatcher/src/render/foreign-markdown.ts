import type { BlockContent, DefinitionContent, PhrasingContent, Root, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown, gfmToMarkdown } from "mdast-util-gfm";
import { toMarkdown } from "mdast-util-to-markdown";
import { gfm } from "micromark-extension-gfm";
import { visible } from "./escape.ts";

/**
 * Markdown of others, kept as Markdown but made harmless: HTML is shown instead of done, pictures and what is no web
 * address become text, nobody is called, and whatever is open is closed. Written anew from its parsed form, so that
 * it can't reach into what stands around it.
 */
export function foreignMarkdown(text: string): string {
  const root = fromMarkdown(visible(text), { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const harmless: Root = { type: "root", children: root.children.flatMap(block) };
  return toMarkdown(harmless, { extensions: [gfmToMarkdown()], fences: true, bullet: "-" }).trim();
}

/** Between a sign that GitHub gives a meaning (`@name`, `#1`) and what follows it. */
const JOINER = "\u200b";

function block(node: RootContent): RootContent[] {
  switch (node.type) {
    case "html":
      return [{ type: "paragraph", children: [{ type: "inlineCode", value: oneLined(node.value) }] }];
    case "heading":
      return [{ type: "paragraph", children: [{ type: "strong", children: node.children.flatMap(inline) }] }];
    case "paragraph":
      return [{ ...node, children: node.children.flatMap(inline) }];
    case "blockquote":
      return [{ type: "blockquote", children: node.children.flatMap(block).filter(isFlow) }];
    case "list":
      return [
        {
          ...node,
          children: node.children.map((item) => ({ ...item, children: item.children.flatMap(block).filter(isFlow) })),
        },
      ];
    case "table":
      return [
        {
          ...node,
          children: node.children.map((row) => ({
            ...row,
            children: row.children.map((cell) => ({ ...cell, children: cell.children.flatMap(inline) })),
          })),
        },
      ];
    case "code":
      return [{ type: "code", value: node.value, lang: node.lang === "diff" ? "diff" : null }];
    case "thematicBreak":
      return [node];
    default:
      return [];
  }
}

function inline(node: PhrasingContent): PhrasingContent[] {
  switch (node.type) {
    case "text":
      return [{ type: "text", value: node.value.replaceAll(/[@#]/g, `$&${JOINER}`) }];
    case "html":
      return [{ type: "inlineCode", value: oneLined(node.value) }];
    case "emphasis":
    case "strong":
    case "delete":
      return [{ ...node, children: node.children.flatMap(inline) }];
    case "link":
      return /^https?:\/\//i.test(node.url)
        ? [{ type: "link", url: node.url, children: node.children.flatMap(inline) }]
        : node.children.flatMap(inline);
    case "image":
      return [{ type: "text", value: (node.alt ?? "").replaceAll(/[@#]/g, `$&${JOINER}`) }];
    case "inlineCode":
    case "break":
      return [node];
    default:
      return [];
  }
}

function isFlow(node: RootContent): node is BlockContent | DefinitionContent {
  return ["blockquote", "code", "html", "list", "paragraph", "table", "thematicBreak"].includes(node.type);
}

const oneLined = (text: string): string => text.replaceAll(/\s+/g, " ");
