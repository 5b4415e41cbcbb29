import { Assessment } from "@pipelines/core/contracts/assessment";
import { describe, expect, it } from "vitest";
import { type Detail, explain } from "./text.ts";

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
const explained = (document: Document, detail: Partial<Detail> = {}): string =>
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
    { verbose: false, rest: "`--verbose` prints all", commands: [], asides: [], ...detail },
  );

const mixed: Document = {
  changes: [change("HclChanged", "root.hcl", ["prod/db", "prod/vpc"]), change("ModuleDeleted", "dev/old", ["dev/old"])],
  units: [
    unit("dev/old", { action: "plan-destroy", status: "deleted", environment: "dev" }),
    unit("prod/db", {
      because: [
        reason("HclChanged", "root.hcl", "included by", "prod/db"),
        reason("FileChanged", "a.yml", "read by", "prod/db"),
      ],
      status: "affected",
    }),
    unit("prod/vpc", {
      because: [reason("HclChanged", "root.hcl", "may be read by", "prod/vpc")],
      notEvaluated: "sops_decrypt_file failed",
    }),
  ],
  jobs: [job(1, ["prod/db", "prod/vpc"]), job(2, ["dev/old"])],
  unmatched: ["scripts/x.sh"],
  ignored: ["README.md", "a.md", "b.md", "c.md"],
  problems: [
    { kind: "not-evaluated", path: "prod/app", file: "prod/app/terragrunt.hcl", line: 3, message: "broken\nin two" },
  ],
  untouched: ["old", "older"].map((path) => {
    return { kind: "not-evaluated", path, file: `${path}/terragrunt.hcl`, line: 9, message: "long broken" };
  }),
  notices: ["1 unit can't be evaluated."],
  discovery: { snapshots: 2, terragruntCalls: 5, seconds: 3.4 },
};

describe("explain", () => {
  it("has one line for each unit by environment, jobs by their names, and problems last", () => {
    expect(
      explained(mixed, { commands: ["root.hcl:3"] }),
    ).toBe(`Pull request aaaaaaaa → bbbbbbbb: 3 units, 2 changes, 2 jobs, 1 problem

dev: 1 unit
  plan-destroy  dev/old  removed

prod: 2 units
  plan  prod/db   root.hcl (included) +1
  plan  prod/vpc  root.hcl (may be read)  [not evaluated]

Not evaluated without credentials or variables, so any file that they may reach affects them
  prod/vpc: sops_decrypt_file failed

Jobs, side by side
  Plan · prod · 2 units
  Plan · prod · 1 units

Changed, but read by no unit
  scripts/x.sh
  What \`run_cmd\` reads can't be seen (root.hcl:3). If it reads one of these, say so in .pipelines/config.yml:
    extra_reads: [{ files: ["scripts/x.sh"], units: ["…"] }]

Ignored: README.md, a.md, b.md and 1 more

1 unit can't be evaluated.

Read 2 commits with 5 calls of Terragrunt in 3.4 s.

1 problem
  prod/app/terragrunt.hcl:3: broken
    in two
`);
  });

  it("has every chain, and what was wrong before, where more is asked for", () => {
    const text = explained(mixed, { verbose: true });
    expect(text).toContain(
      "  plan  prod/db\n      HclChanged root.hcl ← included by ← prod/db\n      FileChanged a.yml ←",
    );
    expect(text).toContain("Ignored\n  README.md\n  a.md\n  b.md\n  c.md\n");
    expect(text).toContain("Wrong before, and not touched\n  old/terragrunt.hcl:9 and 1 more: long broken\n");
    expect(text).not.toContain("--verbose");
  });

  it.each([
    ["is excluded", { withheld: { by: "excluded", message: "m.", next: "n." } }, "[does not run: excluded]"],
    [
      "stays after the merge",
      { willBeWithheld: { by: "protected", message: "m.", next: "n." } },
      "[not done by merging: protected]",
    ],
    [
      "is due",
      { due: { owner: 1, since: "2026-11-20T10:00:00Z", why: "failed", commits: [] } },
      "[due since 2026-11-20: failed]",
    ],
  ])("marks a unit that %s", (_what, more, mark) => {
    const text = explained({ units: [unit("prod/vpc", more)], jobs: [job(1, ["prod/vpc"])] });
    expect(text).toContain(`  plan  prod/vpc  main.tf  ${mark}\n`);
  });

  it("says once what is wrong with many files in the same way, though more is wrong with each", () => {
    const wrong = (path: string, lines: string) => ({
      ...{ kind: "not-evaluated", path, file: path, line: 1 },
      message: `broken. (There is more in this file, in lines ${lines}.)`,
    });
    const text = explained({ problems: [wrong("a", "2, 3"), wrong("b", "4")] }, { asides: ["Not committed: x."] });
    expect(text).toMatch(/Not committed: x\.\n\n2 problems\n {2}a:1 and 1 more: broken\.\n$/);
  });

  it("marks a unit that is in no job, and says what is wrong with it once", () => {
    const message = "`prod/vpc` can't be deleted while `prod/app` uses it.";
    const text = explained({
      units: [unit("prod/vpc", { willBeWithheld: { by: "remaining-dependents", message, next: "Remove the use." } })],
      problems: [{ kind: "refused-delete", path: "prod/vpc", file: "a", line: null, message: `${message} Remove it.` }],
    });
    expect(text).toContain("[in no job: see below]");
    expect(text.match(/can't be deleted/g)).toHaveLength(1);
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
    expect(text).toMatch(/and 49\d0 more; `--verbose` prints all/);
    expect(text).toContain("Plan · prod: 250 jobs with 5000 units");
  });

  it("prints names and messages so that no log obeys them", () => {
    const text = explained({
      unmatched: ["::error::x", "a\n::set-output name=x::y", "b\u001b[31mred", "c\u202ereversed"],
      notices: ["##[add-mask]x"],
    });
    expect(text).not.toMatch(/^\s*::|##\[|[\u001b\u202e]/m);
  });
});
