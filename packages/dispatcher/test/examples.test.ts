import { expect, test } from "vitest";
import { issueChanges } from "../src/sinks/issue-changes.ts";
import { commentOf, reportOf } from "./build.ts";
import { examples } from "./examples.ts";

// Kept as .txt: the formatter would rewrite .md files.
test.each(Object.entries(examples))("the comment of %s reads as it was agreed", async (name, sketch) => {
  await expect(commentOf(sketch)).toMatchFileSnapshot(`examples/${name}.txt`);
});

const applies = Object.entries(examples).filter(([, { mode }]) => mode === "apply" || mode === "drift");

test.each(applies)("the issues of %s read as they were agreed", async (name, sketch) => {
  const issues = issueChanges(reportOf(sketch), []).map((change) =>
    change.kind === "open" ? `${change.title}\n\n${change.body}` : change.kind,
  );
  await expect(issues.join("\n\n════\n\n")).toMatchFileSnapshot(`examples/issues/${name}.txt`);
});
