import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { installSlowProvider, slowThings } from "@pipelines/executor/test/slow-provider/install";
import { makeWorld, passing, unitAt, type World } from "@pipelines/executor/test/world";
import { execa } from "execa";
import { type Cost, inTurns, measure } from "./measure.ts";
import type { Row } from "./rows.ts";

/** What a start of AWS's provider takes of a processor, about, until it has told what it knows. */
const START_MS = 1000;

/** Without it, inits side by side take a provider in the shared cache from under each other, and `run --all` fails. */
const TRUST_CACHE = { TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: "1" };

type Units = {
  readonly name: string;
  readonly action: "plan" | "apply";
  /** The module of a unit, and what it depends on. */
  readonly unit: (name: string, world: World) => Readonly<Record<string, string>>;
  readonly slowProvider: boolean;
  /** `run --all` also writes each plan as JSON, as who judges plans needs it. */
  readonly asJson: boolean;
};

const plain = (name: string) => unitAt(name, passing(name));
const onVpc = (name: string) => unitAt(name, passing(name), { dependencies: ["vpc"] });
const slow = (name: string, { folder }: World) => unitAt(name, slowThings(folder, [{ name, seconds: 0 }]));

const UNITS: readonly Units[] = [
  { name: "plan", action: "plan", unit: plain, slowProvider: false, asJson: false },
  { name: "plan, as JSON", action: "plan", unit: plain, slowProvider: false, asJson: true },
  { name: "plan, one dependency", action: "plan", unit: onVpc, slowProvider: false, asJson: false },
  { name: "plan, slow provider", action: "plan", unit: slow, slowProvider: true, asJson: false },
  { name: "plan, slow provider, as JSON", action: "plan", unit: slow, slowProvider: true, asJson: true },
  { name: "apply, one dependency", action: "apply", unit: onVpc, slowProvider: false, asJson: false },
];

export const EXECUTED: readonly string[] = UNITS.map(({ name }) => name);

/** Plans or applies units, as Pipelines and as one `run --all` does it, four side by side. */
export async function measureExecutor(
  program: string,
  { units, names, rounds }: { units: number; names: readonly string[]; rounds: number },
  done: (row: Row) => void,
): Promise<void> {
  for (const kind of UNITS.filter(({ name }) => names.includes(name))) {
    await using world = await makeWorld(unitAt("vpc", passing("vpc")));
    await world.run({ action: "apply", units: ["vpc"] });
    const paths = Array.from({ length: units }, (_, index) => `u${index}`);
    const provider = kind.slowProvider ? await installSlowProvider(world.folder) : {};
    const env = kind.slowProvider ? { ...provider, SLOW_PROVIDER_START_MS: String(START_MS) } : {};
    await world.commit({
      ...Object.assign({}, ...paths.map((path) => kind.unit(path, world))),
      ".pipelines/config.yml": `environments:\n  prod:\n    paths: ["**"]\n    env: ${JSON.stringify(env)}\n`,
    });
    const counted = await countedTofu(world.folder);
    const commands = commandsFor(program, world, kind, paths, { ...env, ...counted.env });
    const costs = await inTurns({ ours: commands.ours, runAll: commands.runAll }, rounds);
    const starts = { ours: await counted.of(commands.ours), runAll: await counted.of(commands.runAll) };
    done({
      ...{ kind: "execute", case: kind.name, units, ...costs },
      ...{ ourStarts: starts.ours, runAllStarts: starts.runAll },
    });
  }
}

function commandsFor(
  program: string,
  world: World,
  { action, asJson }: Units,
  paths: readonly string[],
  env: Readonly<Record<string, string>>,
) {
  const forget = async (): Promise<void> => {
    // An apply is measured from nothing each time.
    for (const path of paths) await rm(join(world.state, `${path}.tfstate`), { force: true });
    await execa("git", ["clean", "-dxfq"], { cwd: world.repository });
  };
  return {
    async ours(): Promise<Cost> {
      await forget();
      const file = join(world.folder, "execution.json");
      const execution = await world.execution({ action, units: paths, environment: "prod" });
      // Outcomes that lie beside a job's own are those of earlier jobs.
      const folder = await mkdtemp(join(world.folder, "run-"));
      await writeFile(file, JSON.stringify({ ...execution, folder }));
      return measure({ program: process.execPath, args: [program, "--execution", file], cwd: world.folder, env });
    },
    async runAll(): Promise<Cost> {
      await forget();
      const args = ["run", "--all", "--non-interactive", "--no-color", "--parallelism", "4", "--filter", "!./vpc"];
      const plans = ["--out-dir", join(world.folder, "plans"), "--json-out-dir", join(world.folder, "plans-json")];
      return measure({
        program: "terragrunt",
        args: [...args, ...(asJson ? plans : []), "--", action],
        cwd: world.repository,
        env: { ...env, ...TRUST_CACHE },
      });
    },
  };
}

/** An OpenTofu before OpenTofu that counts its starts. */
async function countedTofu(folder: string) {
  const bin = await mkdtemp(join(folder, "bin-"));
  const log = join(bin, "starts");
  const { stdout: tofu } = await execa("sh", ["-c", "command -v tofu"]);
  await writeFile(join(bin, "tofu"), `#!/bin/sh\necho >> '${log}'\nexec '${tofu}' "$@"\n`, { mode: 0o755 });
  return {
    env: { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` },
    async of(run: () => Promise<unknown>): Promise<number> {
      await writeFile(log, "");
      await run();
      return (await readFile(log, "utf8")).length;
    },
  };
}
