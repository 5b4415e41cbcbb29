import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { BUNDLED, type Bundles } from "./bundles.ts";
import { type Cost, inTurns, measure } from "./measure.ts";
import { Cost as CostDocument, type Row } from "./rows.ts";

/** What there is nothing beside to compare with. */
const REPORT = "report of 3,000 units";
const STARTS = BUNDLED.filter((name) => name !== "cli").map((name) => `start of the ${name}`);
export const ALONE: readonly string[] = [REPORT, ...STARTS];

export async function measureAlone(
  bundles: Bundles,
  { names, rounds }: { names: readonly string[]; rounds: number },
  done: (row: Row) => void,
): Promise<void> {
  const empty = await mkdtemp(join(tmpdir(), "pipelines-bench-"));
  const node = (args: readonly string[]) => () => measure({ program: process.execPath, args, cwd: empty });
  try {
    for (const name of ALONE.filter((wanted) => names.includes(wanted))) {
      const run =
        name === REPORT
          ? measureReport
          : node([bundles.of(BUNDLED.find((bundled) => name.endsWith(bundled)) ?? "cli"), "--self-test"]);
      done({ kind: "alone", case: name, ...(await inTurns({ ours: run }, rounds)) });
    }
  } finally {
    await rm(empty, { recursive: true, force: true });
  }
}

/** The report alone, and not what makes up a run for it. */
async function measureReport(): Promise<Cost> {
  const { stdout } = await execa(process.execPath, [fileURLToPath(new URL("report.ts", import.meta.url)), "3000"]);
  return CostDocument.parse(JSON.parse(stdout));
}
