import { resolve } from "node:path";
import { callerWorkflow } from "@pipelines/cli/init/caller-workflow";
import { describe, expect, it } from "vitest";
import { examplesIn, problemsOf, textsOf } from "./github-parser.ts";

const root = resolve(import.meta.dirname, "..");

const problemsIn = async (text: string, file = ".github/workflows/x.yml"): Promise<string[]> =>
  (await problemsOf([{ file, firstLine: 1, text }], root)).map(({ line, message }) => `${line}: ${message}`);
const job = (lines: string, on = "on: push"): string => `${on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n${lines}`;
const step = (lines: string): string => job(`    steps:\n      - ${lines}\n`);
const caller = callerWorkflow({ repository: "acme/pipelines", ref: "v1" }, "main");

describe("GitHub's parser", () => {
  it("has nothing to say about any workflow, action and example, nor about the caller that init writes", async () => {
    const texts = [...textsOf(root), { file: "what init writes", firstLine: 1, text: caller }];
    expect(texts.length).toBeGreaterThan(9);
    expect(await problemsOf(texts, root)).toEqual([]);
  });

  it.each([
    ["a key that there is none of", job("    time-out: 5\n"), /^5: Unexpected value 'time-out'/],
    ["a context that is not there", job("    if: secrets.X\n"), /^5: Unrecognized named-value: 'secrets'/],
    ["an expression that does not parse", job("    if: github.ref ==\n"), /^5: .*expression/],
    ["a job that waits for nobody", job("    needs: b\n"), /^5: .*'b'/],
    [
      "an input that our action does not have",
      step("uses: $/actions/dispatcher\n        with: { command: run, nope: x }"),
      /Invalid action input 'nope'/,
    ],
    [
      "an action of ours without what it needs",
      step("uses: acme/pipelines/actions/executor@v1"),
      /Missing required input `job`/,
    ],
    [
      "an input that a pinned action does not have",
      step("uses: actions/checkout@v7\n        with: { fetch-dept: 0 }"),
      /Invalid action input 'fetch-dept'/,
    ],
    ["a secret that the called workflow does not take", caller.replaceAll("PIPELINES_SECRETS", "SECRETS"), /secret/i],
    [
      "an input that the called workflow does not take",
      caller.replace("    secrets:", "    with: { nope: x }\n    secrets:"),
      /nope/,
    ],
    [
      "a workflow that there is none of",
      caller.replace("workflows/pipelines.yml@", "workflows/none.yml@"),
      /Unable to find/,
    ],
  ])("finds %s", async (_what, text, problem) => {
    expect((await problemsIn(text)).join("\n")).toMatch(problem);
  });

  it("finds a composite action that uses what composites lack", async () => {
    const action =
      "name: x\ndescription: x\nruns:\n  using: composite\n  steps:\n    - run: x\n      shell: bash\n      if: secrets.X\n";
    expect((await problemsIn(action, "actions/x/action.yml")).join()).toContain("secrets");
  });

  it.each([
    [
      "issues: write # failed applies",
      "issues: read",
      "the nested job 'report' is requesting 'issues: write', but is only allowed 'issues: read'",
    ],
    [
      "contents: write # the ledger",
      "contents: read # the ledger",
      "the nested job 'claim' is requesting 'contents: write', but is only allowed 'contents: read'",
    ],
    [
      "      id-token: write # cloud credentials\n",
      "",
      "the nested job 'plan' is requesting 'id-token: write', but is only allowed 'id-token: none'",
    ],
  ])("finds a caller that gives less than the called jobs ask for: %s", async (before, after, message) => {
    expect(caller).toContain(before);
    expect((await problemsIn(caller.replace(before, after))).join("\n")).toContain(message);
  });

  it("reads the examples of a page where they stand: whole workflows, and steps as part of one", async () => {
    const page =
      "# A page\n\n```yaml\nenvironments: {}\n```\n\n```yaml\n- uses: $/actions/executor\n  with:\n    job: x\n    nope: y\n```\n";
    const problems = await problemsOf(examplesIn("docs/x.md", page), root);
    expect(problems).toEqual([{ file: "docs/x.md", line: 11, message: "Invalid action input 'nope'" }]);
  });
});
