import { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { explain } from "./text.ts";

const [base, head] = ["a".repeat(40), "b".repeat(40)];
type Document = Record<string, unknown>;

const unit = (path: string, more: Document = {}): Document => ({
  path,
  status: "changed",
  action: "plan",
  at: head,
  environment: "prod",
  because: [reason("ModuleChanged", `${path}/main.tf`, "in the folder of", path)],
  dependsOn: [],
  ...more,
});
const reason = (change: string, file: string, relation: string, path: string): Document => {
  return { change, file, links: [{ relation, path }] };
};
const change = (type: string, file: string, units: readonly string[]): Document => {
  return { type, files: [{ path: file, status: "modified" }], units };
};
const job = (number: number, units: readonly string[]): Document => ({
  id: `plan-prod-${number}`,
  name: `Plan · prod · ${units.length} units`,
  stage: 1,
  action: "plan",
  at: head,
  environment: "prod",
  units: units.map((path) => ({ path, after: [] })),
  changes: ["ModuleChanged"],
  timeoutMinutes: 10,
});
const explained = (document: Document): string =>
  explain(
    Assessment.parse({
      version: 1,
      comparison: {
        version: 1,
        mode: "plan",
        base,
        head,
        event: { name: "local", ref: head, actor: null },
        deployBranch: "main",
      },
      changes: [],
      units: [],
      jobs: [],
      unmatched: [],
      ignored: [],
      problems: [],
      notices: [],
      ...document,
    }),
  );

describe("explain", () => {
  it("tells a small change in full: problems, chains, jobs, what was left out, and what it cost", () => {
    const text = explained({
      changes: [change("HclChanged", "root.hcl", ["prod/db", "prod/vpc"])],
      units: [
        unit("prod/db", { because: [reason("HclChanged", "root.hcl", "included by", "prod/db")], status: "affected" }),
        unit("prod/vpc", {
          because: [reason("HclChanged", "root.hcl", "may be read by", "prod/vpc")],
          notEvaluated: "sops_decrypt_file failed",
        }),
      ],
      jobs: [job(1, ["prod/db", "prod/vpc"])],
      unmatched: ["scripts/x.sh"],
      ignored: ["README.md"],
      problems: [
        { kind: "not-evaluated", path: "prod/app", file: "prod/app/terragrunt.hcl", line: 3, message: "broken" },
      ],
      untouched: ["old", "older"].map((path) => {
        return { kind: "not-evaluated", path, file: `${path}/terragrunt.hcl`, line: 9, message: "long broken" };
      }),
      notices: ["1 unit can't be evaluated."],
      discovery: { snapshots: 2, terragruntCalls: 5, seconds: 3.4 },
    });
    expect(text).toBe(`plan of aaaaaaaa → bbbbbbbb: 2 units by 1 change, 1 job

Problems
  prod/app/terragrunt.hcl:3: broken

HclChanged  root.hcl
  plan         prod/db  [prod]  root.hcl ← included by ← prod/db
  plan         prod/vpc  [prod]  root.hcl ← may be read by ← prod/vpc  (not evaluated)

Not evaluated without credentials: affected by any file that their text may reach
  prod/vpc: sops_decrypt_file failed

Jobs
  stage 1  Plan · prod · 2 units  [plan-prod-1]

Changed, but read by no unit
  scripts/x.sh

Ignored
  README.md

Wrong before, and not touched
  old/terragrunt.hcl:9 and 1 more: long broken

1 unit can't be evaluated.

Discovery read 2 commits with 5 calls of Terragrunt in 3.4 s.
`);
  });

  const paths = Array.from({ length: 5000 }, (_unused, index) => `prod/u${index}`);
  const jobs = Array.from({ length: 250 }, (_unused, index) => job(index, paths.slice(index * 20, index * 20 + 20)));
  it.each<[string, Document]>([
    [
      "one shared file",
      {
        changes: [change("HclChanged", "root.hcl", paths)],
        units: paths.map((path) => unit(path, { because: [reason("HclChanged", "root.hcl", "included by", path)] })),
      },
    ],
    [
      "a file of each",
      {
        changes: paths.map((path) => change("ModuleChanged", `${path}/main.tf`, [path])),
        units: paths.map((path) => unit(path)),
      },
    ],
    [
      "many shared files",
      {
        changes: paths.slice(0, 500).map((path) => change("FileChanged", `data/${path}`, paths)),
        units: paths.map((path) => unit(path, { because: [reason("FileChanged", "data/prod/u0", "read by", path)] })),
      },
    ],
    [
      "nothing that can be run",
      {
        problems: paths.map((path) => ({ kind: "other", path, file: path, line: 1, message: "broken" })),
        unmatched: paths,
        ignored: paths,
        untouched: paths.map((path) => ({ kind: "other", path, file: path, line: 1, message: "broken" })),
      },
    ],
  ])("stays short for 5,000 units by %s, and counts what it leaves out", (_what, document) => {
    const text = explained({ jobs, ...document });
    expect(text.split("\n").length).toBeLessThan(130);
    expect(text).toMatch(/and 4980 more|and 4980 more changes|and 480 more changes/);
    expect(text).toContain("250 jobs with 5000 units");
  });

  it("prints names and messages so that no log obeys them", () => {
    const text = explained({
      unmatched: ["::error::x", "a\n::set-output name=x::y", "b\u001b[31mred", "c\u202ereversed"],
      notices: ["##[add-mask]x"],
    });
    expect(text).not.toMatch(/^\s*::|##\[|[\u001b\u202e]/m);
  });
});
