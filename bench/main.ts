import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ALONE, measureAlone } from "./alone.ts";
import { makeBundles } from "./bundles.ts";
import { cellsOf, chartOf, documentOf } from "./document.ts";
import { EXECUTED, measureExecutor } from "./execute.ts";
import { CHANGES, measureExplain, measureExplainOf } from "./explain.ts";
import { LAYOUTS, type Layout } from "./live-repository.ts";
import { merged, Results, type Row } from "./rows.ts";

/**
 * Says what finding out what runs, running it, and telling about it cost, beside Terragrunt's own ways to do the same on
 * the same machine in the same minutes. Nothing here passes or fails.
 */
const root = resolve(import.meta.dirname, "..");
const HELP = `npm run bench -- [options]

  --case TEXT       only cases whose name has this text in it; can be given several times
  --units N         sizes of the generated repositories, by default 100 1000 11000
  --layout NAME     uniform or distinct, by default both
  --executed N      units that are planned and applied, by default 40
  --rounds N        how often each command runs, in turns; the median counts, by default 3
  --real FOLDER     also the last commit of a repository that is there
  --real-name TEXT  what that repository is called, by default real
  --real-case TEXT  what that commit changes, by default one unit
  --real-whole      also one look of Terragrunt at all of it
  --note TEXT       what to know of the circumstances, for --write
  --write           writes docs/benchmarks.md with what was measured now and before
`;

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true, default: [] },
    units: { type: "string", multiple: true, default: ["100", "1000", "11000"] },
    layout: { type: "string", multiple: true, default: [...LAYOUTS] },
    executed: { type: "string", default: "40" },
    rounds: { type: "string", default: "3" },
    real: { type: "string" },
    "real-name": { type: "string", default: "real" },
    "real-whole": { type: "boolean", default: false },
    "real-case": { type: "string", default: "one unit" },
    note: { type: "string" },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else await bench();

async function bench(): Promise<void> {
  const rounds = Number(values.rounds);
  const wanted = (names: readonly string[]): string[] =>
    names.filter((name) => values.case.length === 0 || values.case.some((text) => name.includes(text)));
  const done = (row: Row): void => {
    // At once: a benchmark that is stopped has lost nothing.
    if (values.write) write(row);
    process.stdout.write(`${cellsOf(row).join("  ")}\n`);
  };
  await using bundles = await makeBundles(["cli", "orchestrator", "dispatcher", "executor", "installer"]);
  for (const layout of LAYOUTS.filter((name) => values.layout.includes(name))) {
    for (const units of values.units.map(Number)) await explained(layout, units);
  }
  if (values.real !== undefined) {
    const repository = { folder: resolve(values.real), layout: values["real-name"], case: values["real-case"] };
    done(await measureExplainOf(bundles.of("cli"), repository, { rounds, whole: values["real-whole"] }));
  }
  await measureExecutor(
    bundles.of("executor"),
    { units: Number(values.executed), names: wanted(EXECUTED), rounds },
    done,
  );
  await measureAlone(bundles, { names: wanted(ALONE), rounds }, done);

  async function explained(layout: Layout, units: number): Promise<void> {
    const names = wanted(CHANGES.map(({ name }) => name));
    await measureExplain(bundles.of("cli"), { units, layout, names, rounds }, done);
  }
}

/** Puts a new line where the old one was, so that a part can be measured again. */
function write(row: Row): void {
  const file = join(root, "docs/benchmarks.json");
  const before = existsSync(file) ? Results.parse(JSON.parse(readFileSync(file, "utf8"))).rows : [];
  const results: Results = {
    version: 1,
    machine: `${availableParallelism()} × ${cpus()[0]?.model ?? process.arch}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}`,
    versions: {
      Node: process.version,
      Terragrunt: said("terragrunt", "--version"),
      OpenTofu: said("tofu", "version"),
      git: said("git", "--version"),
    },
    measured: `${new Date().toISOString().slice(0, 10)}, commit ${said("git", "rev-parse", "--short", "HEAD")}${values.note === undefined ? "" : `, ${values.note}`}`,
    rows: merged(before, [row]),
  };
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(root, "docs/images/benchmarks.svg"), chartOf(results.rows));
  const document = join(root, "docs/benchmarks.md");
  writeFileSync(document, documentOf(results, readFileSync(document, "utf8")));
}

function said(program: string, ...args: string[]): string {
  const text = execFileSync(program, args, { encoding: "utf8", cwd: root });
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? text.trim();
}
