import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

/**
 * Every check that a change has to pass, cheapest first, all of them even when one fails: a person wants the whole
 * list. The last line is `N passed, N failed` over tests and checks together.
 */
const root = resolve(import.meta.dirname, "..");
const only = process.argv.slice(2);

type Check = { readonly name: string; readonly command: readonly [string, ...string[]] };

const checks: readonly Check[] = [
  { name: "format and lint", command: ["biome", "ci", "--error-on-warnings", "."] },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "unused code and dependencies", command: ["knip"] },
  { name: "generated files are up to date", command: ["node", "tools/generate.ts", "--check"] },
  { name: "bundles are built from this source", command: ["node", "tools/bundle.ts", "--check"] },
  { name: "workflows (actionlint)", command: ["node", "tools/lint-workflows.ts", "actionlint"] },
  { name: "workflows (zizmor)", command: ["node", "tools/lint-workflows.ts", "zizmor"] },
];

const TestReport = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), numPendingTests: z.number() });

function start(command: readonly [string, ...string[]]): boolean {
  const [program, ...args] = command;
  const ended = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (ended.error !== undefined) console.error(`${program}: ${ended.error.message}`);
  return ended.status === 0;
}

let passed = 0;
let failed = 0;
for (const check of checks) {
  if (only.length > 0 && !only.some((word) => check.name.includes(word))) continue;
  console.log(`\n── ${check.name}`);
  const started = performance.now();
  if (start(check.command)) passed += 1;
  else {
    failed += 1;
    console.error(`✗ ${check.name}: run \`${check.command.join(" ")}\``);
  }
  console.log(`   ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

if (only.length === 0 || only.includes("tests")) {
  console.log("\n── tests");
  const folder = mkdtempSync(join(tmpdir(), "pipelines-check-"));
  const reportFile = join(folder, "tests.json");
  const ok = start(["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`]);
  const report = existsSync(reportFile) ? TestReport.parse(JSON.parse(readFileSync(reportFile, "utf8"))) : null;
  rmSync(folder, { recursive: true, force: true });
  passed += report?.numPassedTests ?? 0;
  // Vitest can fail without a failing test (an error outside of one); that counts as one failure.
  failed += Math.max(report?.numFailedTests ?? 0, ok ? 0 : 1);
  if ((report?.numPassedTests ?? 0) === 0) failed += 1;
}

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
