import process from "node:process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Edit, UNITS } from "./repository.ts";
import { type Faults, type Luck, NO_FAULTS, World } from "./world.ts";

/**
 * Random histories of a repository and its runs. `PIPELINES_HISTORIES` says how many are tried, a thousand unless
 * given, and `PIPELINES_SEED` begins with the history that a failure named.
 */
const HISTORIES = Number(process.env["PIPELINES_HISTORIES"] ?? 1000);
const SEED = process.env["PIPELINES_SEED"];

const unit = fc.constantFrom(...UNITS);
const event = fc.constantFrom("arrives" as const, "arrives" as const, "arrives" as const, "is lost" as const);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("change" as const), unit }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete" as const), unit }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("depend" as const, "release" as const), unit }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("move" as const, "move and edit" as const), unit, to: unit }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("pause" as const, "protect" as const), unit }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("revert" as const), unit, back: fc.integer({ min: 1, max: 3 }) }),
  },
);
const luck: fc.Arbitrary<Luck> = fc.constantFrom(
  "good",
  "good",
  "good",
  "denied",
  "failed",
  "failed in the middle",
  "cut off",
);
const faults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(NO_FAULTS) },
  {
    weight: 1,
    arbitrary: fc.record({
      ledgerRefuses: fc.boolean(),
      lookFails: fc.boolean(),
      apiRefuses: fc.boolean(),
      broken: fc.option(unit),
    }),
  },
);
const pick = fc.nat(20);
const order = fc.constantFrom("dev comes first" as const, "side by side" as const);

/** One thing that happens. Runs are named by how late they are, so that a shorter history means the same. */
type Happening = { readonly name: string; readonly happen: (world: World) => void };
const happening = <T extends object>(name: string, values: fc.Arbitrary<T>, happen: (world: World, value: T) => void) =>
  values.map(
    (value): Happening => ({ name: `${name} ${JSON.stringify(value)}`, happen: (world) => happen(world, value) }),
  );

const runAt = (world: World, late: number) =>
  world.runs.filter(({ phase }) => phase !== "ended").at(-1 - late) ?? world.runs.at(-1);

const history = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: happening("merge", fc.record({ edit, event }), (world, value) => world.merge(value.edit, value.event)),
    },
    {
      weight: 16,
      arbitrary: happening(
        "step",
        fc.record({ late: fc.nat(3), steps: fc.integer({ min: 1, max: 8 }), pick, luck, faults }),
        (world, value) => {
          const run = runAt(world, value.late);
          for (let step = 0; run !== undefined && step < value.steps; step += 1) {
            world.step(run, value.pick + step, value.luck, value.faults);
            world.statements.nothingLost();
          }
        },
      ),
    },
    {
      weight: 2,
      arbitrary: happening(
        "kill",
        fc.record({
          late: fc.nat(3),
          luck,
          outcomes: fc.constantFrom("kept" as const, "lost" as const),
          records: fc.boolean(),
        }),
        (world, value) => {
          const run = runAt(world, value.late);
          if (run !== undefined) world.kill(run, value);
        },
      ),
    },
    {
      weight: 1,
      arbitrary: happening(
        "kill a job",
        fc.record({ late: fc.nat(3), pick, luck, outcomes: fc.constantFrom("kept" as const, "lost" as const) }),
        (world, value) => {
          const run = runAt(world, value.late);
          const job = run?.jobs.at(value.pick % Math.max(1, run.jobs.length));
          if (run !== undefined && job?.state === "running") world.killJob(run, job, value);
        },
      ),
    },
    {
      weight: 2,
      arbitrary: happening(
        "rerun",
        fc.record({ run: fc.nat(5), what: fc.constantFrom("all" as const, "failed" as const) }),
        (world, value) => {
          const run = world.runs.at(-1 - value.run);
          if (run !== undefined) world.rerun(run, value.what);
        },
      ),
    },
    {
      weight: 1,
      arbitrary: happening("force", fc.record({ back: fc.nat(3), edit: fc.option(edit), event }), (world, value) =>
        world.force(value.back, value.edit, value.event),
      ),
    },
    {
      weight: 1,
      arbitrary: happening(
        "ask",
        fc.record({
          unit,
          action: fc.constantFrom("apply" as const, "apply" as const, "destroy" as const),
          back: fc.nat(2),
        }),
        (world, value) => world.ask(value.unit, value.action, value.back),
      ),
    },
    { weight: 1, arbitrary: happening("apply due", fc.record({}), (world) => world.applyDue()) },
    { weight: 1, arbitrary: happening("dismiss", fc.record({ unit }), (world, value) => world.dismiss(value.unit)) },
  ),
  { maxLength: 40, size: "max" },
);

it("whatever happens, nothing that was merged is lost, and nothing that is alive is destroyed", () => {
  const counts: Record<string, number> = { histories: 0, happenings: 0, runs: 0 };
  const count = (name: string, by: number): void => {
    counts[name] = (counts[name] ?? 0) + by;
  };
  fc.assert(
    fc.property(history, order, (happenings, given) => {
      const world = new World(given);
      for (const { happen } of happenings) {
        happen(world);
        world.statements.nothingLost();
      }
      world.settle();
      world.statements.settled();
      count("histories", 1);
      count("happenings", happenings.length);
      count("runs", world.runs.length);
      for (const [name, times] of Object.entries(world.statements.counts)) count(name, times);
    }),
    { numRuns: HISTORIES, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
  );
  process.stdout.write(
    `${Object.entries(counts)
      .map(([name, times]) => `${name}: ${times}`)
      .join(", ")}\n`,
  );
  // A world in which nothing is ever destroyed or kept would hold every statement.
  for (const times of Object.values(counts)) expect(times).toBeGreaterThan(0);
});
