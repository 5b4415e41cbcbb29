import { describe, expect, it } from "vitest";
import { causeOf, errorText, lockOf } from "./failure.ts";

const end = {
  exitCode: 1,
  signal: null,
  failure: null,
  timedOut: false,
  stopped: false,
  interrupted: [],
  diskFull: false,
};

describe("the cause of a failure", () => {
  it.each([
    ["Error: Saved plan is stale", "stale-plan"],
    ["write /tmp/x: no space left on device", "disk-full"],
    ["api error AccessDenied: User is not authorized to perform: s3:GetObject", "credentials"],
    ["Error: No valid credential sources found", "credentials"],
    ["Error: Failed to get existing workspaces: NoSuchBucket", "backend"],
    ["Error saving state: failed to upload state", "backend"],
    ["panic: runtime error: invalid memory address", "crash"],
    ["Error: Plugin did not respond", "crash"],
    ["signal: killed", "crash"],
    ['exec: "tofu": executable file not found in $PATH', "tool-missing"],
    ["Error: Invalid index", "tool"],
  ])("`%s` is %s", (text, kind) => {
    expect(causeOf(end, text, 60).kind).toBe(kind);
  });

  it.each([
    ['exec: "checkov": executable file not found in $PATH', "checkov"],
    ['exec: "tofu": executable file not found in $PATH', "tofu"],
    ['exec: "/tmp/x/bin/tofu": executable file not found in $PATH', "tofu"],
    ["bash: line 1: kubectl: command not found", "kubectl"],
    ["zsh: command not found: kubectl", "kubectl"],
    ["/bin/sh: 1: jq: not found", "jq"],
    ["hooks/check.sh: 12: conftest: not found", "conftest"],
    ["sh: jq: not found", "jq"],
    ["/opt/wrap/tofu: 73: exec: /opt/real/tofu: not found", "tofu"],
    ["sh: 1: eval: jq: not found", "jq"],
    ["fork/exec /x/tofu: no such file or directory: tofu", "tofu"],
  ])("`%s` names the program that is missing", (text, tool) => {
    expect(causeOf(end, text, 60)).toMatchObject({ kind: "tool-missing", tool });
  });

  it("is no missing program where a resource or a page was not found", () => {
    expect(causeOf(end, "Error: reading S3 bucket: not found", 60).kind).toBe("tool");
    expect(causeOf(end, "Error: bucket: not found", 60).kind).toBe("tool");
    expect(causeOf(end, "Error: reading IAM Role (app): operation error: 404: role: not found", 60).kind).toBe("tool");
    expect(causeOf(end, "Error: 404: Not Found", 60).kind).toBe("tool");
  });

  it("tells the same error once", () => {
    const one = "Error: Error in function call\n\n  on root.hcl line 3\n\n";
    expect(errorText(`${one}${one}root.hcl:3,1-2: Error in function call; not found`)).toBe(one.trim());
    expect(errorText(`${one}Error: Other\n\n${one}`)).toBe(
      "Error: Error in function call\n\n  on root.hcl line 3\n\nError: Other",
    );
  });

  it("is the same text in every unit that fails alike, whichever folder each was worked on in", () => {
    const said = (job: string, unit: string): string =>
      `Failed to execute "x" in ../../../../tmp/pipelines-job-${job}/unit-${unit}/download/abc-_1/def\nin /tmp/pipelines-job-${job}/unit-${unit}/backend.tf`;
    expect(errorText(said("aB1", "cD2"))).toBe(errorText(said("xY3", "zW4")));
    expect(errorText(said("aB1", "cD2"))).toBe(
      "Failed to execute \"x\" in (the unit's folder)\nin (the unit's folder)/backend.tf",
    );
  });

  it("is the timeout before anything that the interrupted tool says", () => {
    expect(causeOf({ ...end, timedOut: true }, "Error: execution halted", 5)).toMatchObject({
      kind: "timeout",
      minutes: 5,
    });
  });

  it("is the disk where there was no room for what the tool says, unless that tells more", () => {
    const full = { ...end, exitCode: 0, diskFull: true };
    expect(causeOf(full, "", 60)).toEqual({ kind: "disk-full", message: expect.stringContaining("is lost") });
    expect(causeOf(full, "Error: Saved plan is stale", 60).kind).toBe("stale-plan");
  });

  it("is a missing Terragrunt when it could not be started", () => {
    expect(causeOf({ ...end, failure: "spawn terragrunt ENOENT" }, "", 60).kind).toBe("tool-missing");
  });

  it("is shown in Terragrunt's own words where the binary told no error", () => {
    const said = "info: Downloading\nThe unit is protected.\nInitializing the backend...\n";
    expect(causeOf(end, said, 60, "The unit is protected.").message).toBe("The unit is protected.");
    expect(causeOf(end, `${said}Error: Invalid index`, 60, "exit status 1").message).toBe("Error: Invalid index");
  });

  it("shows the tool's own error once, without the frame and what Terragrunt adds", () => {
    const text =
      "Initializing\n╷\n│ Error: Invalid index\n│ \n│   on main.tf line 2\n╵\n\ninfo: TIP (x)\nerror occurred:\n\n* Failed to execute tofu: Error: Invalid index\n";
    expect(errorText(text)).toBe("Error: Invalid index\n\n  on main.tf line 2");
  });

  it("names a lock with who holds it, also one that could not be given back", () => {
    const block =
      "Lock Info:\n  ID:        12-34\n  Path:      s3://b/k\n  Operation: OperationTypeApply\n  Who:       mona@laptop\n  Created:   2026-01-02\n";
    const lock = {
      id: "12-34",
      who: "mona@laptop",
      operation: "OperationTypeApply",
      created: "2026-01-02",
      path: "s3://b/k",
    };
    expect(lockOf(`Error: Error acquiring the state lock\n${block}`)).toEqual(lock);
    expect(lockOf(`Error releasing the state lock\n${block}`)).toEqual(lock);
    expect(lockOf(block)).toBeNull();
    // Terraform shows the lock that it asked for behind the id of the one that is held.
    const other = `Error acquiring the state lock\nHTTP remote state already locked:\nID=56-78\n${block}`;
    expect(lockOf(other)).toEqual({ id: "56-78", who: null, operation: null, created: null, path: null });
  });
});

describe("an error", () => {
  it("is said once, without Terragrunt's advice and its own second telling", () => {
    const log = [
      "╷",
      "│ Error: Unsupported argument",
      "│   on root.hcl line 1:",
      "│    1: skip = true",
      '│ An argument named "skip" is not expected here.',
      "╵",
      "info: TIP (debugging-docs): For help troubleshooting errors, visit https://example.com",
      'root.hcl:1,1-5: Unsupported argument; An argument named "skip" is not expected here.',
      "root.hcl:9,1-5: Unknown variable; There is no variable named x.",
    ].join("\n");
    expect(errorText(log)).toBe(
      [
        "Error: Unsupported argument",
        "  on root.hcl line 1:",
        "   1: skip = true",
        'An argument named "skip" is not expected here.',
        "root.hcl:9,1-5: Unknown variable; There is no variable named x.",
      ].join("\n"),
    );
  });
});
