import type { ExtraArguments, RenderedUnit } from "./rendered-unit.ts";

/** An argument that `extra_arguments` add and that a saved plan can't be made or applied with. */
export type RefusedArgument = {
  /** The label of the block. */
  readonly block: string;
  readonly argument: string;
  readonly why: string;
};

/** What neither a plan nor an apply goes with: the state would be where nothing looks for it, not even a destroy. */
const OTHER_STATE: Readonly<Record<string, string>> = {
  "-state": "keeps the state elsewhere than the unit's backend says",
  "-state-out": "keeps the state elsewhere than the unit's backend says",
};

/** What a plan must not be made with: it would be of a part of the unit, or of something else than its code. */
const REFUSED: Readonly<Record<string, string>> = {
  ...OTHER_STATE,
  "-target": "plans a part of the unit only, so that it would never be what its code says",
  "-target-file": "plans a part of the unit only, so that it would never be what its code says",
  "-exclude": "plans a part of the unit only, so that it would never be what its code says",
  "-exclude-file": "plans a part of the unit only, so that it would never be what its code says",
  "-refresh-only": "plans nothing of what its code says",
  "-destroy": "plans the unit's destruction; a unit is destroyed when it is removed",
};

/** Why a plan must not be made with a flag; `null` for one that is fine. @param flag its name with one dash */
export function refusalOf(flag: string): string | null {
  return REFUSED[flag] ?? null;
}

/** Flags whose value may be the next word: what follows them is no argument of its own. */
const WITH_VALUE = new Set([
  ...["-var", "-var-file", "-target", "-target-file", "-exclude", "-exclude-file", "-replace", "-out"],
  ...["-lock-timeout", "-parallelism", "-state", "-state-out", "-backup", "-generate-config-out"],
]);

/**
 * Whether a configuration's text may add an argument that is refused. To ask Terragrunt for the arguments as they are
 * costs as much as a plan of a small unit, and most blocks only have plain flags.
 */
export function mayAddRefused(text: string): boolean {
  return [...text.matchAll(/\bextra_arguments\s+"[^"]*"\s*\{/g)].some(({ index }) => {
    const block = text.slice(index).split(/\n\s*extra_arguments\b/, 1)[0] ?? "";
    if (block.includes("TF_CLI_ARGS")) return true;
    const given = /\barguments\s*=\s*(\[[^\]]*\]|)/.exec(block)?.[1];
    return given !== undefined && !isPlain(given);
  });
}

/** A list of flags in quotes, each with its value in it, of which none is refused. */
function isPlain(list: string): boolean {
  const words = list.replaceAll(/(?:#|\/\/).*$/gm, "");
  if (!/^\[(?:\s*"-[^"]*"\s*(?:,|(?=\])))*\s*\]$/.test(words)) return false;
  return [...words.matchAll(/"([^"]*)"/g)].every(([, word = ""]) => {
    const flag = flagOf(word);
    return REFUSED[flag] === undefined && !takesNext(word);
  });
}

/** The first argument of a unit's `extra_arguments` that Pipelines can't plan or apply with; `null` when all are fine. */
export function refusedArgument(rendered: RenderedUnit): RefusedArgument | null {
  for (const block of Object.values(rendered.terraform?.extra_arguments ?? {})) {
    const refused = refusedToPlan(block) ?? refusedToApply(block);
    if (refused !== null) return { block: block.name, ...refused };
  }
  return null;
}

type Refused = Omit<RefusedArgument, "block">;

function refusedToPlan({ commands, arguments: words }: ExtraArguments): Refused | null {
  return commands?.includes("plan") === true ? firstOf(REFUSED, words ?? []) : null;
}

function refusedToApply({ commands, arguments: words, env_vars }: ExtraArguments): Refused | null {
  if (commands?.includes("apply") !== true) return null;
  const all = [...(words ?? []), ...wordsOfVariables(env_vars ?? {})];
  const state = firstOf(OTHER_STATE, all);
  if (state !== null) return state;
  const [argument] = wordsAlone(all);
  const why = "names a plan file of its own, while the plan that was reviewed is what is applied";
  return argument === undefined ? null : { argument, why };
}

function firstOf(reasons: Readonly<Record<string, string>>, words: readonly string[]): Refused | null {
  for (const argument of words.filter((word) => word.startsWith("-"))) {
    const why = reasons[flagOf(argument)];
    if (why !== undefined) return { argument, why };
  }
  return null;
}

/** What variables add to an apply. Those of plans are seen in what the binary is started with. */
function wordsOfVariables(variables: Readonly<Record<string, string>>): string[] {
  return ["TF_CLI_ARGS", "TF_CLI_ARGS_apply"].flatMap((name) => (variables[name] ?? "").trim().split(/\s+/));
}

/** Words that are neither a flag nor a flag's value. */
function wordsAlone(words: readonly string[]): string[] {
  return words.filter((word, index) => word !== "" && !word.startsWith("-") && !takesNext(words[index - 1] ?? ""));
}

const takesNext = (word: string): boolean => WITH_VALUE.has(flagOf(word)) && !word.includes("=");

/** The flag's name with one dash; a switch that is turned off counts for nothing. */
function flagOf(word: string): string {
  const [name = "", value] = word.replace(/^--/, "-").split("=", 2);
  return value === "false" ? "" : name;
}
