import { execFileSync } from "node:child_process";
import {
  type Layout,
  type LiveRepository,
  makeLiveRepository,
  stackFiles,
  unitAt,
  unitText,
} from "./live-repository.ts";
import { type Cost, inTurns, measure } from "./measure.ts";
import type { Row } from "./rows.ts";

/** A change of a repository, of which is asked what it affects. */
type Change = {
  readonly name: string;
  /** Commits it; answers the commits to compare. */
  readonly make: (live: LiveRepository, units: number, layout: Layout) => Promise<{ base: string; head: string }>;
};

const edited = (name: string, edits: (units: number, layout: Layout) => Record<string, string | null>): Change => ({
  name,
  make: async (live, units, layout) => ({ base: live.full, head: await live.commit(edits(units, layout)) }),
});

export const CHANGES: readonly Change[] = [
  edited("one unit", (_, layout) => ({ [`${unitAt(7)}/terragrunt.hcl`]: unitText(7, layout, "# edited") })),
  edited("shared by 5 %", () => ({ "_envcommon/service.hcl": 'inputs = { size = "large" }\n' })),
  edited("root", () => ({ "root.hcl": 'remote_state {\n  backend = "local"\n  config  = { path = "state" }\n}\n' })),
  edited("local module", () => ({ "modules/few/main.tf": 'variable "size" { default = "large" }\n' })),
  edited("50 deletes", (units) =>
    // What nothing depends on.
    Object.fromEntries(
      Array.from({ length: units }, (_, index) => index)
        .filter((index) => Math.floor(index / 6) % 10 === 9)
        .slice(0, 50)
        .map((index) => [`${unitAt(index)}/terragrunt.hcl`, null]),
    ),
  ),
  {
    name: "values of a stack",
    async make(live) {
      const base = await live.commit(stackFiles("small"));
      return { base, head: await live.commit({ ...stackFiles("large") }) };
    },
  },
  { name: "first push", make: async (live) => ({ base: live.empty, head: live.full }) },
];

/** Compares what a change affects, as Pipelines and as Terragrunt find it. */
export async function measureExplain(
  program: string,
  { units, layout, names, rounds }: { units: number; layout: Layout; names: readonly string[]; rounds: number },
  done: (row: Row) => void,
): Promise<void> {
  const wanted = CHANGES.filter(({ name }) => names.includes(name));
  if (wanted.length === 0) return;
  await using live = await makeLiveRepository(units, layout);
  const everything = (): Promise<Cost> => findAll(live.folder);
  const whole = await everything();
  for (const { name, make } of wanted) {
    const { base, head } = await make(live, units, layout);
    execFileSync("git", ["checkout", "--quiet", "--detach", head], { cwd: live.folder });
    const costs = await inTurns(commandsFor(program, live.folder, base, head), rounds);
    done({ kind: "explain", case: name, layout, units, ...costs, whole });
  }
}

/** The same on a repository that is there, for its last commit. */
export async function measureExplainOf(
  program: string,
  repository: { folder: string; layout: string; case: string },
  { rounds, whole }: { rounds: number; whole: boolean },
): Promise<Row> {
  const { folder, layout, case: name } = repository;
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
  const units = git("ls-files", "*terragrunt.hcl").split("\n").length;
  const costs = await inTurns(
    commandsFor(program, folder, git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")),
    rounds,
  );
  return { kind: "explain", case: name, layout, units, ...costs, whole: whole ? await findAll(folder) : null };
}

function commandsFor(program: string, cwd: string, base: string, head: string) {
  const explain = ["explain", "--json", "--repo", cwd, "--base", base, "--head", head];
  return {
    // It ends with 1 where something is wrong in the repository.
    ours: () =>
      measure({ program: process.execPath, args: [program, ...explain], cwd, ends: [0, 1], prints: /\}\s*$/ }),
    filter: () =>
      measure({
        program: "terragrunt",
        args: ["find", "--json", "--filter", `[${base}...${head}]`],
        cwd,
        ends: [0, 1],
      }),
  };
}

function findAll(cwd: string): Promise<Cost> {
  const args = ["find", "--json", "--dependencies", "--reading", "--include", "--no-filters-file"];
  return measure({ program: "terragrunt", args, cwd });
}
