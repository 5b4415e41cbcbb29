import { expect, test } from "vitest";
import { reportOf } from "../../test/build.ts";
import { examples } from "../../test/examples.ts";
import { renderTerminal } from "./terminal.ts";

// Kept as .txt beside the comments of the same examples.
test.each(["small-mixed", "destroy-and-replace", "failure-in-one-of-five", "broken-hcl", "nothing-to-do"])(
  "the terminal's form of %s reads as it was agreed",
  async (name) => {
    const sketch = examples[name];
    if (sketch === undefined) throw new Error("every name has an example");
    const text = renderTerminal(reportOf(sketch), { plans: true });
    await expect(text).toMatchFileSnapshot(`../../test/examples/terminal/${name}.txt`);
  },
);
