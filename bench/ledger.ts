import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommitSha } from "@pipelines/core/contracts/comparison";
import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { claim } from "@pipelines/core/ledger/claim";
import type { Ledger } from "@pipelines/core/ledger/ledger";
import { record } from "@pipelines/core/ledger/record";
import { openLedgerStore } from "@pipelines/core/ledger-ref/store";
import { updateLedger } from "@pipelines/core/ledger-ref/update";
import { toolEnvironment } from "@pipelines/core/process/environment";
import { execa } from "execa";
import { unitAt } from "./live-repository.ts";

/**
 * Says how long reading and writing the ledger take, and how many git processes, with a repository beside us as the
 * remote. Nothing here passes or fails.
 */
const sizes = process.argv.slice(2).map(Number);
const commit = CommitSha.parse("a".repeat(40));
const run = { id: 1, number: 1, attempt: 1 };
const time = new Date().toISOString();

process.stdout.write("units   case                            seconds  git processes\n");
for (const size of sizes.length > 0 ? sizes : [100, 11_000]) await measure(size);

async function measure(size: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ledger-bench-"));
  // A git before git that counts its own starts.
  const [counted, bin] = [join(folder, "count"), join(folder, "bin")];
  await execa("mkdir", [bin]);
  const { stdout: real } = await execa("which", ["git"]);
  await writeFile(join(bin, "git"), `#!/bin/sh\necho x >> '${counted}'\nexec '${real}' "$@"\n`, { mode: 0o755 });
  await writeFile(counted, "");
  const env = { ...toolEnvironment(process.env), PATH: `${bin}:${process.env["PATH"] ?? ""}` };
  const timed = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    const before = (await readFile(counted, "utf8")).length;
    const started = performance.now();
    const result = await act();
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    const processes = ((await readFile(counted, "utf8")).length - before) / 2;
    process.stdout.write(`${String(size).padEnd(6)}  ${name.padEnd(30)}  ${seconds.padEnd(7)}  ${processes}\n`);
    return result;
  };
  try {
    const remote = join(folder, "remote");
    await execa("git", ["init", "--quiet", "--bare", remote]);
    const url = `file://${remote}`;
    await using store = await openLedgerStore(url, env);
    const all = Array.from({ length: size }, (_, index) => UnitPath.parse(unitAt(index)));
    const patience = { attempts: 3, refusals: 1, wait: async () => undefined, random: () => 0 };
    const update = (change: (ledger: Ledger) => Ledger) =>
      updateLedger(store, (ledger) => ({ ledger: change(ledger), message: "bench", result: null }), patience);
    await timed("claim of every unit, first", () => update((ledger) => claimed(ledger, all)));
    await timed("end of every unit", () => update((ledger) => ended(ledger, all)));
    await timed("read, in a job that starts", async () => {
      await using fresh = await openLedgerStore(url, env);
      return await fresh.read();
    });
    await timed("read again", () => store.read());
    await timed("claim of ten units", () => update((ledger) => claimed(ledger, all.slice(0, 10))));
    await timed("end of ten units", () => update((ledger) => ended(ledger, all.slice(0, 10))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function claimed(ledger: Ledger, units: readonly UnitPath[]): Ledger {
  const wanted = units.map((path) => ({
    ...({
      path,
      action: "apply",
      commit,
      environment: "prod",
      dependsOn: [],
      why: "changed",
      message: "",
      dueOf: null,
    } as const),
  }));
  const of = { kind: "request" } as const;
  return claim(
    ledger,
    { run, time, head: commit, branch: "main", units: wanted, of },
    { tip: commit, otherBranch: null, contains: () => true, existsAtHead: () => true },
  ).ledger;
}

function ended(ledger: Ledger, units: readonly UnitPath[]): Ledger {
  const end = { kind: "changed" } as const;
  const state = { backend: "s3", key: "0".repeat(64), workspace: "default", lineage: crypto.randomUUID(), serial: 7 };
  return record(
    ledger,
    {
      ...{
        run: { ...run, attempt: (ledger.units.get(units[0] ?? UnitPath.parse("."))?.applied?.run.attempt ?? 0) + 1 },
      },
      ...{ time, head: commit, by: "mona", pullRequest: 7 },
      ended: units.map((path) => ({
        path,
        action: "apply",
        commit,
        environment: "prod",
        end,
        plan: "0".repeat(64),
        dependsOn: [],
        state,
      })),
    },
    { contains: () => true, tip: { commit, exists: () => true } },
  );
}
