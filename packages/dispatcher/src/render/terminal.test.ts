import type { UnitEnd } from "@pipelines/core/contracts/outcome";
import { expect, test } from "vitest";
import { failed, failedPlan, reportOf } from "../../test/build.ts";
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

test("a terminal is told to run it again, and nothing of jobs that it does not have", () => {
  const ends: UnitEnd[] = [failed(), { kind: "unknown", why: "it was killed" }, { kind: "skipped", because: [] }];
  const text = renderTerminal(reportOf({ units: ends.map((end, at) => ({ path: `prod/${at}`, end })) }), {
    plans: true,
  });
  expect(text).toContain("run this again");
  expect(text).not.toMatch(/failed jobs/);
});

test("a module's repository that can't be read is said to be that, with the setting that gives access", () => {
  const message = "git exited with 128: fatal: Could not read from remote repository.";
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("failed at plan: a module's repository can't be read");
  expect(text).toContain("`module_access`");
});

test("a variable that nothing sets is said with where to set it", () => {
  const message = "Error: EnvVarNotFoundError: Required environment variable STAGE - not found.";
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("Set `STAGE` under `env` of its environment");
});

test("all variables that an error names are said at once, with the push that sets them", () => {
  const lacks = (name: string): string => `Required environment variable ${name} - not found.`;
  const message = `Error: ${lacks("STAGE")}\nwarn: ${lacks("BUCKET")}\nwarn: ${lacks("STAGE")}`;
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("Set `BUCKET`, `STAGE` under `env` of its environment and push");
});

test("what is wrong in an include that a unit looks into is its title, not what follows from that", () => {
  const message =
    'Error: Variables not allowed\n  on prod/a/terragrunt.hcl line 57, in terraform:\nVariables may not be used here.\ncould not resolve exposed includes for eval context in prod/a/terragrunt.hcl: exposed include "shared" (_shared/a.hcl): _shared/a.hcl:155,62-72: Unsupported attribute; This object does not have an attribute named "name"., and 2 other diagnostic(s)';
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain(
    'failed at plan: Unsupported attribute: This object does not have an attribute named "name"\n',
  );
});

test("of calls in calls the one that failed is the title, with why", () => {
  const message =
    'Error: Error in function call\n  on root.hcl line 39, in locals:\nCall to function "read_terragrunt_config" failed: config.hcl:14,32-55: Error in function call; Call to function "sops_decrypt_file" failed: no key is at hand..';
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("failed at plan: `sops_decrypt_file` failed: no key is at hand\n");
});

test("where no role is named, the question is whether there is one, before that of its trust policy", () => {
  const end: UnitEnd = {
    kind: "failed",
    at: "init",
    cause: { kind: "credentials", role: null, message: "Error: No valid credential sources found" },
  };
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end }] }), { plans: true });
  expect(text).toContain("Does its environment name a role, under `aws` or `identity`?");
});

test("a file of variables that nobody committed is said to be that", () => {
  const message = "Error: Failed to read variables file\nGiven variables file common.tfvars\ndoes not exist.";
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("A runner has only what is committed.");
});

test("so is a file that no folder above a unit has, by its name", () => {
  const message =
    'Error: Error in function call\nCall to function "find_in_parent_folders" failed: ParentFileNotFoundError: Could not find a account.yaml in any of the parent folders of prod/a/terragrunt.hcl.';
  const text = renderTerminal(reportOf({ units: [{ path: "prod/a", end: failedPlan(message) }] }), { plans: true });
  expect(text).toContain("failed at plan: no folder above it has `account.yaml`\n");
  expect(text).toContain("A runner has only what is committed.");
});

test("what failed for the same reason in many units is said once", () => {
  const text = renderTerminal(
    reportOf({
      units: [
        { path: "a", end: failedPlan("Error: no such thing in root.hcl") },
        { path: "b", end: failedPlan("Error: something else") },
        { path: "c", end: failedPlan("Error: no such thing in root.hcl") },
      ],
    }),
    { plans: false },
  );
  expect(text).toContain("  a, c: failed at plan: ");
  expect(text.match(/^ {4}.*no such thing/gm)).toHaveLength(1);
  expect(text).toContain("  b failed at plan: ");
});
