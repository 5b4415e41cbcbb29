import { readFile, rm, stat } from "node:fs/promises";
import { run } from "@pipelines/core/process/run";
import type { Binary } from "./binary.ts";
import { PlanJson } from "./plan-json.ts";

/** A saved plan as data and as the text that people read. */
export type ReadPlan = { readonly json: PlanJson; readonly text: string };

export type PlanPlace = {
  readonly planFile: string;
  /** The folder that the plan was made in: reading it takes its providers. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
};

/** A plan of some thousand resources has hundreds of megabytes of JSON; more is refused rather than exhausting memory. */
const LARGEST_PLAN_CHARACTERS = 400 * 1024 * 1024;

/**
 * Reads a plan back from its file. Its text is not taken from what the plan's own command printed: hooks and programs that
 * are started while a unit is planned print there as well, and could make a plan look like another.
 */
export async function readPlan(binary: Binary, place: PlanPlace): Promise<ReadPlan> {
  // OpenTofu writes both forms at once: each time its providers are started for their schemas.
  if (binary.kind === "terraform") {
    const json = await show(binary, place, ["-json"]);
    return { json: parsed(json), text: (await show(binary, place, [])).trim() };
  }
  const jsonFile = `${place.planFile}.json`;
  try {
    const text = await show(binary, place, [`-json-into=${jsonFile}`]);
    const { size } = await stat(jsonFile);
    if (size > LARGEST_PLAN_CHARACTERS) throw unreadable("its JSON is larger than is allowed");
    return { json: parsed(await readFile(jsonFile, "utf8")), text: text.trim() };
  } finally {
    await rm(jsonFile, { force: true });
  }
}

async function show(
  binary: Binary,
  { planFile, cwd, env, timeoutMs }: PlanPlace,
  args: readonly string[],
): Promise<string> {
  const ran = await run(binary.program, ["show", "-no-color", ...args, planFile], {
    ...{ cwd, env, timeoutMs, maxCharacters: LARGEST_PLAN_CHARACTERS },
  });
  if (ran.exitCode !== 0) throw unreadable(ran.failure ?? ran.stderr.trim());
  return ran.stdout;
}

const unreadable = (why: string): Error => new Error(`the plan can't be read back: ${why}`);

function parsed(text: string): PlanJson {
  return PlanJson.parse(JSON.parse(text));
}
