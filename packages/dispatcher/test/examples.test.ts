import { expect, test } from "vitest";
import { COMMENT_LIMIT, renderMarkdown } from "../src/render/markdown.ts";
import { reportOf } from "./build.ts";
import { examples } from "./examples.ts";

// Kept as .txt: the formatter would rewrite .md files.
test.each(Object.entries(examples))("the comment of %s reads as it was agreed", async (name, sketch) => {
  await expect(renderMarkdown(reportOf(sketch), COMMENT_LIMIT)).toMatchFileSnapshot(`examples/${name}.txt`);
});
