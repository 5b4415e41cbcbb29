import type { PlayedRun } from "../attacks/play.ts";
import { type AttackedWorld, makeWorld } from "../attacks/world.ts";
import { type Kill, killing, RunIsOver } from "./kill.ts";
import { ALL, begunWith, CONFIGURATION_FILE, changeTo, GOES, STAY, timesMade, unitsWith } from "./units.ts";

/** What a kill left, and what the next run made of it. */
export type Aftermath = {
  readonly kill: Kill;
  /** Processes that the kill ended; 0: the step was over, or the run never got to it. */
  readonly processes: number;
  /** Units by what the ledger said of them after the killed run, where it had claimed any. */
  readonly applied: number;
  readonly due: number;
  readonly claimed: boolean;
  /** Units that were done without the ledger being told: the next run finds out. */
  readonly untold: number;
  /** What is wrong: a unit that is lost, or applied twice, or of which the ledger says what is not so. */
  readonly wrong: readonly string[];
};

/** Merges a change of ten units, kills its run once, and has the next run go through. */
export async function killSequence(kill: Kill): Promise<Aftermath> {
  await using world = await makeWorld({ ...CONFIGURATION_FILE, ...unitsWith("1") });
  const push = await world.push("all change, one goes", changeTo("2"));
  let processes = 0;
  const run = await world.onPush(
    push,
    killing(
      kill,
      () => begunWith(world, "2"),
      (ended) => {
        processes += ended;
      },
    ),
  );
  await goOn(run);
  run.end();

  const [after, doneAfter] = [await told(world), await done(world)];
  const claimed = await isDetermined(world, push.after);
  const wrong = claimed ? liesOf(after, doneAfter) : ALL.filter((path) => doneAfter.has(path)).map(unclaimed);

  const next = await world.onPush(await world.push("nothing of a unit", { "notes.txt": "a note\n" }));
  if (!(await next.finish())) wrong.push(`the next run is red:\n${await next.log()}`);
  const again = new Set((await next.assessment()).jobs.flatMap(({ units }) => units.map(({ path }) => String(path))));
  for (const path of ALL) {
    if (after.get(path) === "applied" && claimed && again.has(path))
      wrong.push(`${path} was applied, and is run again`);
  }
  const [last, doneLast] = [await told(world), await done(world)];
  for (const path of ALL) {
    if (!doneLast.has(path)) wrong.push(`${path} is lost: it is not done in the end`);
    if (last.get(path) !== "applied") wrong.push(`${path} is ${last.get(path)} in the ledger in the end`);
    // It may be begun anew where it was cut off before its state was written, and never where that was.
    const most = doneAfter.has(path) ? 1 : 2;
    const times = await timesMade(world, path, "2");
    if (path !== GOES && (times < 1 || times > most)) wrong.push(`${path} was made ${times} times`);
  }
  const numberOf = (what: string): number => [...after.values()].filter((one) => one === what).length;
  return {
    ...{ kill, processes, claimed, wrong },
    ...{ applied: claimed ? numberOf("applied") : 0, due: numberOf("due") },
    untold: ALL.filter((path) => doneAfter.has(path) && after.get(path) === "due").length,
  };
}

/** Plays what of the run its end leaves, as the workflow has it: `record` and `report` run whatever became of the others. */
async function goOn(run: PlayedRun): Promise<void> {
  try {
    if (await run.determine()) {
      await run.claim();
      await run.jobs();
      await run.record();
    }
    await run.report();
  } catch (error) {
    if (!(error instanceof RunIsOver)) throw error;
  }
}

/** What the ledger says of each unit. */
async function told(world: AttackedWorld): Promise<ReadonlyMap<string, "applied" | "due" | "nothing">> {
  const records = await Promise.all(ALL.map(async (path) => [path, await world.ledgerOf(path)] as const));
  return new Map(
    records.map(([path, record]) => {
      if (record?.due !== undefined) return [path, "due"];
      return [path, record?.applied === undefined ? "nothing" : "applied"];
    }),
  );
}

/** The units that are as the change has them. */
async function done(world: AttackedWorld): Promise<ReadonlySet<string>> {
  const states = await Promise.all(ALL.map(async (path) => [path, await world.alive(path)] as const));
  return new Set(states.flatMap(([path, value]) => (value === (path === GOES ? null : "2") ? [path] : [])));
}

async function isDetermined(world: AttackedWorld, commit: string): Promise<boolean> {
  return (await world.determined()) === commit;
}

/** What the ledger says and is not so. */
function liesOf(after: ReadonlyMap<string, string>, doneAfter: ReadonlySet<string>): string[] {
  return [...STAY, GOES].flatMap((path) => {
    const says = after.get(path);
    if (says === "applied" && !doneAfter.has(path)) return [`${path} is told to be applied, and is not`];
    return says === "nothing" ? [`${path} is claimed by nobody`] : [];
  });
}

const unclaimed = (path: string): string => `${path} was changed, and nobody had claimed it`;
