import { describe, expect, it } from "vitest";
import { readDiagnostics } from "./diagnose.ts";

const diagnostic = (detail: string, line: number, summary = "Error in function call") => ({
  severity: "error",
  summary,
  detail,
  range: { filename: "/tree/app/terragrunt.hcl", start: { line } },
});
const commandFailed = diagnostic('Call to function "run_cmd" failed: aws: not found', 3);
const missing = diagnostic("Could not find gone.hcl above /tree/app/terragrunt.hcl", 9);
const ofOutputs = (traversal: string) => ({
  ...diagnostic('This object does not have an attribute named "id".', 5, "Unsupported attribute"),
  snippet: { code: "…", values: [{ traversal, statement: "is object with 1 attribute" }] },
});
const bareInclude = diagnostic("All include blocks must have 1 labels (name).", 1, "Missing name for include");
const read = (...diagnostics: object[]) => readDiagnostics(JSON.stringify(diagnostics), "", "/tree");

describe("what Terragrunt's diagnostics say of a unit", () => {
  it("well, when all that it minds is an include without a name", () => {
    expect(read(bareInclude)).toEqual({ kind: "well" });
  });

  it("well, when made-up outputs of a dependency lack what the real ones may have", () => {
    expect(read(ofOutputs("dependency.vpc.outputs"))).toEqual({ kind: "well" });
    expect(read(ofOutputs("dependency"))).toMatchObject({ kind: "broken", line: 5 });
  });

  it("well, when an output of a dependency without made-up ones is not known", () => {
    const unknown = diagnostic("Unsuitable value: value must be known", 7, "Unsuitable value type");
    expect(read(unknown)).toEqual({ kind: "well" });
  });

  it("broken in a shared file, by the shortest name of that file", () => {
    const range = { filename: "/tree/app/../shared/common.hcl", start: { line: 2 } };
    expect(read({ ...missing, range })).toMatchObject({ kind: "broken", file: "shared/common.hcl", line: 2 });
  });

  it("broken for want of a file that nobody committed, with what to do instead of words about resources", () => {
    const detail =
      'Invalid value for "path" parameter: no file exists at /tree/secrets.yaml; this function works only with files that are distributed as part of the configuration source code, so if this file will be created by a resource in this configuration you must instead obtain this result from an attribute of that resource.';
    expect(read(diagnostic(detail, 2, "Invalid function argument"))).toMatchObject({
      kind: "broken",
      message:
        'Invalid function argument: Invalid value for "path" parameter: no file exists at secrets.yaml. A runner has only what is committed: commit it, or pass its values by `secrets` and read them with `get_env`.',
    });
  });

  it.each([
    [
      "account_vars.yaml",
      "A runner has only what is committed: commit it, or pass its values by `secrets` and read them with `get_env`.",
    ],
    ["account.hcl", "Add it, or correct the name."],
  ])("broken for want of a file above, with its name and what to do: %s", (name, what) => {
    const detail = `Call to function "find_in_parent_folders" failed: ParentFileNotFoundError: Could not find a ${name} in any of the parent folders of /tree/app/terragrunt.hcl. Cause: Traversed all the way to the root..`;
    expect(read(diagnostic(detail, 3))).toMatchObject({
      kind: "broken",
      line: 3,
      message: `No folder above it has \`${name}\`. ${what}`,
    });
  });

  it("broken by a whole path that stands behind another one, which is no file to commit", () => {
    const detail =
      'Invalid value for "path" parameter: no file exists at /tree/app//tree/account.yaml; this function works only with files that are distributed as part of the configuration source code.';
    const { message } = { message: "", ...read(diagnostic(detail, 2, "Invalid function argument")) };
    expect(message).toContain("app/(repository)/account.yaml. That is a whole path behind another one:");
    expect(message).not.toContain("commit it");
  });

  it("broken for want of a file to read, by its name and not by that of another one", () => {
    const detail =
      'Call to function "read_terragrunt_config" failed: You attempted to run terragrunt in a folder that does not contain a terragrunt.hcl file. Please add a terragrunt.hcl file and try again.\n\nPath: "/tree/live/common.hcl".';
    expect(read(diagnostic(detail, 3))).toMatchObject({
      message:
        "`live/common.hcl`, which `read_terragrunt_config` is to read, is not there. Add it, or correct the path.",
    });
  });

  it("needs credentials, when nothing else is wrong", () => {
    expect(read(bareInclude, commandFailed)).toMatchObject({ kind: "needs-credentials" });
  });

  it("needs the value of a variable, when a file is missing whose name a stand-in is a part of", () => {
    const none =
      'Call to function "read_tfvars_file" failed: TFVarFileNotFound: Could not find a env/1400_config.tfvars';
    expect(read(diagnostic(none, 2))).toEqual({
      kind: "needs-credentials",
      message: `Error in function call: ${none.replace("1400", "…")}`,
    });
    expect(read(diagnostic(none.replace("1400", "14001"), 2))).toMatchObject({ kind: "broken" });
  });

  it("broken, at the place that somebody can mend, when something else is wrong as well", () => {
    expect(read(bareInclude, commandFailed, missing)).toEqual({
      kind: "broken",
      file: "app/terragrunt.hcl",
      line: 9,
      message: "Error in function call: Could not find gone.hcl above app/terragrunt.hcl",
      unset: [],
      ofValues: false,
    });
  });

  it("broken in the first line that is wrong, whatever comes first, and names the other lines of that file", () => {
    const errors = [diagnostic("not expected here", 8), diagnostic("not expected here", 3), diagnostic("x", 6)];
    const first = read(...errors);
    expect(first).toMatchObject({ kind: "broken", line: 3, message: expect.stringContaining("in lines 6, 8") });
    expect(read(...errors.toReversed())).toEqual(first);
  });

  it("broken at its place, when a command of its text printed something before the diagnostics", () => {
    const printed = `somebody@example.com\n[not json]\n${JSON.stringify([missing])}\n`;
    expect(readDiagnostics(printed, "2 HCL validation error(s) found", "/tree")).toMatchObject({ line: 9 });
  });

  it("broken, with the errors of its log, when it printed no diagnostics", () => {
    const log = "10:00:00.000 INFO   TIP: see the docs\n10:00:00.001 ERROR  found a cycle in /tree/app\n";
    expect(readDiagnostics("", log, "/tree")).toEqual({
      kind: "broken",
      file: null,
      line: null,
      message: "found a cycle in app",
      unset: [],
      ofValues: false,
    });
  });
});
