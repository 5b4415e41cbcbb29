import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { claim } from "@pipelines/core/ledger/claim";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { record } from "@pipelines/core/ledger/record";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { updateLedger } from "@pipelines/core/ledger-ref/update";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";

const command = resolve(import.meta.dirname, "../src/main.ts");
const commit = CommitSha.parse("a".repeat(40));
const run = { id: 70, number: 7, attempt: 1 };
const time = "2026-11-25T12:00:00.000Z";
const units = ["a", 'odd "name"/ü'].map((path) => UnitPath.parse(path));
let folder = "";

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "pipelines-status-")));
  await execa("git", ["init", "--quiet", "--bare", "remote"], { cwd: folder });
  await execa("git", ["clone", "--quiet", "remote", "clone"], { cwd: folder });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const pipelines = (...args: string[]) =>
  execa(process.execPath, [command, ...args, "--repo", join(folder, "clone")], { reject: false });

async function write(change: (ledger: Ledger) => Ledger): Promise<void> {
  await using store = await openLedgerStore(join(folder, "remote"), toolEnvironment(process.env));
  const patience = { attempts: 1, refusals: 1, wait: async () => undefined, random: () => 0 };
  await updateLedger(store, (ledger) => ({ ledger: change(ledger), message: "test", result: null }), patience);
}

it("status and history show what the ledger on origin says, and say so when there is none", async () => {
  expect(await pipelines("status")).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Nothing was determined"),
  });
  const contains = () => true;
  await write(
    (ledger) =>
      claim(
        ledger,
        {
          ...{ run, time, head: commit, branch: "main", of: { kind: "changes", seen: 0, complete: true } },
          units: units.map((path) => ({
            ...({ path, action: "apply", commit, environment: "prod", dependsOn: [], dueOf: null } as const),
            ...({ why: "changed", message: "" } as const),
          })),
        },
        { tip: commit, otherBranch: null, contains, existsAtHead: () => true },
      ).ledger,
  );
  await write((ledger) =>
    record(
      ledger,
      {
        ...{ run, time, head: commit, by: "mona", pullRequest: 3 },
        ended: units.slice(0, 1).map((path) => ({
          ...({ path, action: "apply", commit, environment: "prod", dependsOn: [], plan: null, state: null } as const),
          ...({ end: { kind: "changed" }, reviewed: [{ commit, digest: "d2" }] } as const),
        })),
      },
      { contains, tip: { commit, exists: () => true } },
    ),
  );
  const shown = await pipelines("status", "--json");
  expect(shown.exitCode).toBe(1);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    determined: { commit },
    units: [{ unit: "a" }, { due: { why: "lost" } }],
  });
  expect((await pipelines("status", "--no-fetch")).stdout).toMatch(/Due \(1\)\n {2}apply {2}odd "name"\/ü {2}lost/);

  const all = JSON.parse((await pipelines("history", "--json")).stdout).entries;
  expect(all.map((entry: { unit: string; what: string }) => `${entry.unit} ${entry.what}`)).toEqual(
    expect.arrayContaining(["a due", "a applied", 'odd "name"/ü due']),
  );
  expect((await pipelines("history", 'odd "name"/ü')).stdout.split("\n")).toHaveLength(2);
  expect((await pipelines("history", "a", "--csv")).stdout).toMatch(/,a,applied,7,a{40},3,mona/);
  expect((await pipelines("history", "--since", "2999-01-01")).stdout).toContain("says nothing");
  expect(await pipelines("history", "--since", "whenever")).toMatchObject({ exitCode: 2 });
  const last = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await pipelines("history", "a", "--format", "json", ...args)).stdout).entries.at(-1);
  expect(await last("--environment", "prod", "--since", "2020-01-01", "--until", "2999-01-01")).toMatchObject({
    ...{ what: "applied", by: "mona", pullRequest: 3, environment: "prod" },
    ...{ time: expect.stringMatching(/Z$/), reviewedCommit: commit, reviewedPlan: "d2" },
  });
  expect(await last("--environment", "dev")).toBeUndefined();
  expect(await last("--until", "2020-01-01")).toBeUndefined();
  expect(await pipelines("history", "--format", "xml")).toMatchObject({ exitCode: 2 });
}, 120_000);

it("a ledger that somebody changed by hand is an error, and no bug", async () => {
  const remote = { cwd: join(folder, "remote") };
  const { stdout: tree } = await execa("git", ["hash-object", "-t", "tree", "-w", "/dev/null"], remote);
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const { stdout: emptied } = await execa("git", [...identity, "commit-tree", "-m", "by hand", tree], remote);
  await execa("git", ["update-ref", "refs/pipelines/ledger", emptied], remote);
  expect(await pipelines("status")).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/determined\.json/) });
});
