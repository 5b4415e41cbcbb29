import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { namesOf } from "./names.ts";
import { TAKEN_OUT, type TakenOut, type Test } from "./rows.ts";
import { copyTree, type Tree } from "./tree.ts";

/**
 * Takes the handling of each attack out, in a copy of the working tree, and demands that its test fails by its assertion.
 * Before that the same tests have to pass as things are. Arguments are rows, such as `4b`, or one entry of a row, such as
 * `2.3`; without any it is all of them.
 */
const root = resolve(import.meta.dirname, "../../..");

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          status: z.string(),
          failureMessages: z
            .array(z.string())
            .nullish()
            .transform((messages) => messages ?? []),
        }),
      ),
    }),
  ),
});

/** How one test ended: `null` when it did not run. */
type Ended = { readonly passed: boolean; readonly failures: readonly string[] } | null;

type Ran = { readonly of: (test: Test) => Ended; readonly seconds: number; readonly log: string };

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

/** Runs tests of the tree by their names. */
async function runTests(tree: Tree, tests: readonly Test[]): Promise<Ran> {
  const [reportFile, logFile] = [join(tree.temporary, "report.json"), join(tree.temporary, "log")];
  await rm(reportFile, { force: true });
  const files = [...new Set(tests.map(({ file }) => file))];
  const pattern = [...new Set(tests.map(({ name }) => namesOf(name).source))].join("|");
  const started = performance.now();
  const output = await open(logFile, "w");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const child = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", ...files, "--testNamePattern", pattern, ...reporters],
    {
      cwd: tree.folder,
      // A group of its own: what it starts is ended with it.
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
      env: { ...process.env, TMPDIR: tree.temporary },
    },
  );
  const exit = once(child, "exit");
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended by itself.
    }
  };
  const onStop = async (): Promise<void> => {
    end("SIGTERM");
    await Promise.race([exit, sleep(5_000, null, { ref: false })]);
    end("SIGKILL");
  };
  stop.signal.addEventListener("abort", onStop);
  await exit.finally(() => stop.signal.removeEventListener("abort", onStop));
  await output.close();
  const text = await readFile(reportFile, "utf8").catch(() => null);
  const results = text === null ? [] : Report.parse(JSON.parse(text)).testResults;
  return {
    seconds: Math.round((performance.now() - started) / 1000),
    log: await readFile(logFile, "utf8"),
    of({ file, name }) {
      const pattern = new RegExp(`^${namesOf(name).source}`);
      const ran = results
        .filter((result) => result.name.endsWith(file))
        .flatMap(({ assertionResults }) => assertionResults)
        .filter(({ title, status }) => pattern.test(title) && (status === "passed" || status === "failed"));
      if (ran.length === 0) return null;
      const passed = ran.every(({ status }) => status === "passed");
      return { passed, failures: ran.flatMap(({ failureMessages }) => failureMessages) };
    },
  };
}

type Verdict = { readonly ok: boolean; readonly why: string };

const lastLines = (log: string): string => log.trim().split("\n").slice(-15).join("\n");

/** What an assertion says in one line, without what it was given to show and where it stands. */
function assertionIn(failure: string): string {
  const [said = ""] = failure.split(/\n\s+at /);
  const line = said
    .slice(Math.max(0, said.lastIndexOf("expected ")))
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > 110 ? `${line.slice(0, 110)}…` : line;
}

function verdictOn({ fails }: TakenOut, ran: Ran, ended: Ended): Verdict {
  if (ended === null) return { ok: false, why: `the test did not run:\n${lastLines(ran.log)}` };
  if (ended.passed) return { ok: false, why: "the test still passes" };
  const asserted = ended.failures.filter((failure) => failure.startsWith("AssertionError"));
  const [first] = asserted;
  if (first === undefined) return { ok: false, why: `it failed without an assertion: ${ended.failures[0] ?? "?"}` };
  const meant = asserted.find((failure) => failure.includes(fails));
  if (meant === undefined) return { ok: false, why: `another assertion failed: ${assertionIn(first)}` };
  return { ok: true, why: assertionIn(meant) };
}

function say(name: string, ok: boolean, seconds: number, text: string): void {
  console.log(`${name.padEnd(5)} ${(ok ? "ok" : "NOT").padEnd(4)} ${String(seconds).padStart(4)} s  ${text}`);
}

async function tryEntry(tree: Tree, name: string, entry: TakenOut, before: Ended): Promise<boolean> {
  const title = `${entry.test.file}: ${entry.test.name}`;
  if (before?.passed !== true) {
    const why = before === null ? "the test did not run" : `the test fails as things are: ${before.failures[0] ?? "?"}`;
    say(name, false, 0, `${title}\n${why}`);
    return false;
  }
  await using _edits = await tree.edit(entry.edits);
  const ran = await runTests(tree, [entry.test]);
  if (stop.signal.aborted) return false;
  const { ok, why } = verdictOn(entry, ran, ran.of(entry.test));
  say(name, ok, ran.seconds, `${title}\n${" ".repeat(19)}${why}`);
  return ok;
}

/** Entries by what they are called: the row, and which of its entries it is. */
const called = [...Map.groupBy(TAKEN_OUT, ({ row }) => row)].flatMap(([row, entries]) =>
  entries.map((entry, index) => ({ name: `${row}.${index + 1}`, entry })),
);
const wanted = process.argv.slice(2);
const isCalled = (word: string, { name, entry }: (typeof called)[number]) => word === name || word === entry.row;
const unknown = wanted.filter((word) => called.every((one) => !isCalled(word, one)));
if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(", ")}`);
const chosen = called.filter((one) => wanted.length === 0 || wanted.some((word) => isCalled(word, one)));

let survived = 0;
{
  await using tree = await copyTree(root);
  const asIs = await runTests(
    tree,
    chosen.map(({ entry }) => entry.test),
  );
  if (!stop.signal.aborted) console.log(`as things are: ${asIs.seconds} s`);
  for (const { name, entry } of chosen) {
    if (stop.signal.aborted) break;
    if (!(await tryEntry(tree, name, entry, asIs.of(entry.test)))) survived += 1;
  }
}
if (!stop.signal.aborted) console.log(`\n${chosen.length - survived} of ${chosen.length} fail without their handling`);
process.exitCode = stop.signal.aborted ? 130 : Math.min(survived, 1);
