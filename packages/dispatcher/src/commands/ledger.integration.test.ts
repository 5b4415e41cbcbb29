import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { inputsFrom } from "@pipelines/core/actions/inputs";
import { Assessment } from "@pipelines/core/contracts/assessment";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { writeDocument } from "@pipelines/core/documents/document";
import { assessmentFile, outcomeFile } from "@pipelines/core/documents/layout";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { run } from "@pipelines/core/process/run";
import { afterEach, beforeEach, expect, it } from "vitest";
import { assessmentOf, failed, outcomesOf, type Sketch } from "../../test/build.ts";
import type { GitHubRun } from "../github/run.ts";
import { claim } from "./claim.ts";
import { record } from "./record.ts";

const env = { ...toolEnvironment(process.env), GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
let folder = "";
let head = CommitSha.parse("0".repeat(40));

async function git(cwd: string, ...args: string[]): Promise<string> {
  const ran = await run("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd, env });
  if (ran.exitCode !== 0) throw new Error(`git ${args.join(" ")}: ${ran.stderr}`);
  return ran.stdout.trim();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ledger-commands-"));
  await git(folder, "init", "--quiet", "--bare", "remote");
  await git(folder, "clone", "--quiet", "remote", "checkout");
  const checkout = join(folder, "checkout");
  for (const unit of ["a", "b"]) {
    await mkdir(dirname(join(checkout, unit, "terragrunt.hcl")), { recursive: true });
    await writeFile(join(checkout, unit, "terragrunt.hcl"), "");
  }
  await git(checkout, "add", "--all");
  await git(checkout, "commit", "--quiet", "--message", "units");
  await git(checkout, "push", "--quiet", "origin", "HEAD:refs/heads/main");
  head = CommitSha.parse(await git(checkout, "rev-parse", "HEAD"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const gitHub: GitHubRun = {
  ...{ repository: { owner: "acme", repo: "live" }, fullName: "acme/live", runId: "70", runNumber: 7, attempt: 1 },
  ...{
    apiUrl: "http://127.0.0.1:1",
    serverUrl: "https://github.com",
    runUrl: "https://github.com/acme/live/actions/runs/70",
  },
  ...{
    sha: "0".repeat(40),
    ref: "refs/heads/main",
    event: "workflow_dispatch",
    actor: "mona",
    pullRequest: null,
    before: null,
  },
};

/** What a command works in: the run's documents, the checkout, a token. */
const context = () => ({
  inputs: inputsFrom({ PIPELINES_TOKEN: "t", PIPELINES_REPOSITORY: join(folder, "checkout") }),
  folder: join(folder, "documents"),
  environment: env,
  run: gitHub,
});

async function ledger(): Promise<Ledger> {
  await using store = await openLedgerStore(join(folder, "remote"), env);
  return (await store.read()).ledger;
}

it("a claim makes units due before they run, and a record says what came of them", async () => {
  const sketch: Sketch = { mode: "manual", units: [{ path: "a" }, { path: "b", end: failed() }] };
  const plain = assessmentOf(sketch);
  const at = <T extends object>(value: T): T & { at: CommitSha } => ({ ...value, at: head });
  const assessment = Assessment.parse({
    ...plain,
    comparison: { ...plain.comparison, base: head, head, ledgerClaim: 0 },
    units: plain.units.map(at),
    jobs: plain.jobs.map(at),
  });
  await writeDocument(assessmentFile(context().folder), assessment);

  expect(await claim(context())).toBe(0);
  const [a, b] = [UnitPath.parse("a"), UnitPath.parse("b")];
  expect((await ledger()).units.get(a)?.due).toMatchObject({
    why: "asked",
    owner: { id: 70, number: 7 },
    commit: head,
  });

  for (const file of outcomesOf(sketch)) {
    const [job] = assessment.jobs;
    if (file.content.kind !== "read" || job === undefined) throw new Error("the sketch has one job");
    await writeDocument(outcomeFile(context().folder, job.id, 1), { ...file.content.outcome, at: head });
  }
  expect(await record(context())).toBe(0);
  const after = await ledger();
  expect(after.units.get(a)).toMatchObject({ applied: { commit: head, by: "mona", run: { number: 7 } } });
  expect(after.units.get(a)?.due).toBeUndefined();
  expect(after.units.get(b)?.due).toMatchObject({ why: "failed" });

  const log = await git(join(folder, "remote"), "log", "--format=%B", "refs/pipelines/ledger");
  expect(log).toContain(
    "Run 7 ended: 1 unit done, 1 due\n\napplied a\ndue b: failed\n\nhttps://github.com/acme/live/actions/runs/70",
  );
  expect(log).toContain(`Run 7 claims 2 units at ${head.slice(0, 12)}\n\napply a: asked\napply b: asked`);

  // Both again, as a re-run of their jobs has it.
  const written = await git(join(folder, "remote"), "rev-parse", "refs/pipelines/ledger");
  await record(context());
  expect(await git(join(folder, "remote"), "rev-parse", "refs/pipelines/ledger")).toBe(written);
});

it("what a person dismisses is not due any more, and the ledger keeps who said so", async () => {
  const at = (units: Sketch["units"], more: object) => {
    const plain = assessmentOf({ mode: "manual", units });
    return Assessment.parse({
      ...plain,
      comparison: { ...plain.comparison, base: head, head, ledgerClaim: 0, ...more },
      units: plain.units.map((unit) => ({ ...unit, at: head })),
      jobs: plain.jobs.map((job) => ({ ...job, at: head })),
    });
  };
  await writeDocument(assessmentFile(context().folder), at([{ path: "a" }, { path: "b" }], {}));
  await claim(context());
  await writeDocument(assessmentFile(context().folder), at([], { dismiss: ["a"] }));
  expect(await claim(context())).toBe(0);
  const [a, b] = [UnitPath.parse("a"), UnitPath.parse("b")];
  const { units } = await ledger();
  expect(units.get(a)).toMatchObject({ dismissed: { action: "apply", by: "mona", run: { number: 7 } } });
  expect([units.get(a)?.due, units.get(b)?.due?.why]).toEqual([undefined, "asked"]);
});

it("a run without a ledger writes none", async () => {
  await writeDocument(assessmentFile(context().folder), {
    ...assessmentOf({ mode: "manual", units: [{ path: "a" }] }),
    ...{ comparison: { ...assessmentOf({ mode: "manual", units: [] }).comparison, head } },
  });
  expect(await claim(context())).toBe(0);
  expect(await record(context())).toBe(0);
  expect((await ledger()).units.size).toBe(0);
});
