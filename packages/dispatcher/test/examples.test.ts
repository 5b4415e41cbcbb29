import { expect, test } from "vitest";
import { COMMENT_LIMIT, renderMarkdown } from "../src/render/markdown.ts";
import { failed, reportOf, type Sketch } from "./build.ts";

const plan = `OpenTofu will perform the following actions:

  # terraform_data.server will be updated in-place
  ~ resource "terraform_data" "server" {
        id    = "7f"
      ~ input = "small" -> "large"
    }

Plan: 0 to add, 1 to change, 0 to destroy.
`;

// Kept as .txt: the formatter would rewrite .md files.
const examples: Record<string, Sketch> = {
  "nothing-to-do": { units: [] },
  "small-mixed": {
    units: [
      { path: "prod/eu-west-1/app", creates: 1, text: plan },
      { path: "prod/eu-west-1/network", end: { kind: "unchanged" } },
      { path: "prod/eu-west-1/queue", creates: 3, text: plan },
    ],
    unmatched: ["docs/diagram.png"],
  },
  destroy: {
    units: [
      { path: "prod/eu-west-1/app", creates: 1, text: plan },
      { path: "prod/eu-west-1/database", destroys: ["aws_db_instance.main"], text: "  - resource gone" },
    ],
  },
  "failure-in-one-of-five": {
    units: [
      { path: "prod/a", creates: 1, text: plan },
      { path: "prod/b", end: failed("Error: Reference to undeclared input variable\n\n  on main.tf line 3") },
      { path: "prod/c", end: { kind: "unchanged" } },
      { path: "prod/d", end: { kind: "unchanged" } },
      { path: "prod/e", creates: 1, text: plan },
    ],
  },
  "broken-hcl": {
    units: [{ path: "prod/a", creates: 1, text: plan }],
    problems: [{ file: "prod/b/terragrunt.hcl", line: 4, message: "Missing closing brace for the block of `inputs`" }],
  },
  "apply-failed-with-a-lock": {
    mode: "apply",
    units: [
      { path: "prod/a", creates: 1 },
      {
        path: "prod/b",
        end: {
          kind: "failed",
          at: "apply",
          cause: {
            kind: "locked",
            message: "Error: Error acquiring the state lock",
            lock: {
              id: "4f2c-11",
              who: "runner@fv-az1",
              operation: "OperationTypeApply",
              created: "2026-11-23 06:00 UTC",
              path: null,
            },
          },
        },
      },
    ],
  },
};

test.each(Object.keys(examples))("the comment of %s reads as it was agreed", async (name) => {
  const sketch = examples[name];
  if (sketch === undefined) throw new Error("every name has an example");
  await expect(renderMarkdown(reportOf(sketch), COMMENT_LIMIT)).toMatchFileSnapshot(`examples/${name}.txt`);
});
