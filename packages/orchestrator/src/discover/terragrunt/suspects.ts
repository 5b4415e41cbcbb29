import type { Body } from "../../hcl/parse.ts";
import { fileIn, UNIT_FILE } from "../paths.ts";
import { sideBySide } from "../side-by-side.ts";
import type { CheckoutTerragrunt } from "./client.ts";
import { type Diagnosis, diagnoseUnit } from "./diagnose.ts";
import type { FindResult } from "./find.ts";

/** Why a unit is suspected: units of the same suspicion probably have the same problem. */
export type Suspicion =
  /** Terragrunt suppressed an error about a file that the unit includes or reads. */
  | { readonly kind: "shared"; readonly file: string }
  /** Terragrunt suppressed this error about the unit, or omitted it; the cause may lie in a shared file. */
  | { readonly kind: "own"; readonly words: string };

/**
 * Attributes that Terragrunt 1.0 took away (https://docs.terragrunt.com/migrate/deprecated-attributes). \`find\` passes over
 * them; any other command fails.
 */
const TAKEN_AWAY = new Set(["skip", "retryable_errors", "retry_max_attempts", "retry_sleep_interval_sec"]);

/** Units about which Terragrunt suppressed an error, which it omitted, or which have words that it knows no more. */
export function suspects(
  folders: readonly string[],
  listed: FindResult,
  files: { has(path: string): boolean; parsed(path: string): Pick<Body, "attributes"> | null },
): Map<string, Suspicion> {
  const isOutdated = (file: string): boolean =>
    files.parsed(file)?.attributes.some(({ name }) => TAKEN_AWAY.has(name)) ?? false;
  const broken = new Map(listed.suppressed.map(({ file, message }) => [file, message]));
  const result = new Map<string, Suspicion>();
  for (const folder of folders) {
    const row = listed.units.get(folder);
    const own = fileIn(folder, UNIT_FILE);
    if (row === undefined || broken.has(own) || isOutdated(own) || row.includes.some((file) => !files.has(file))) {
      result.set(folder, { kind: "own", words: (broken.get(own) ?? "").replaceAll(folder, "…") });
      continue;
    }
    const shared = [...row.includes, ...row.reading].find((file) => broken.has(file)) ?? row.includes.find(isOutdated);
    if (shared !== undefined) result.set(folder, { kind: "shared", file: shared });
  }
  return result;
}

/** Units of one suspicion that are diagnosed by themselves before the others are taken to be like them. */
const SAMPLE = 12;

/**
 * Diagnoses suspects, some at a time, since each costs a process. Of many units of the same suspicion a sample is
 * diagnosed: when all of it has the problem at one place of a shared file, so have the others; when all of it is well, but
 * for problems of single units, so are they. When the shared file's problem depends on the unit, every one is diagnosed.
 */
export async function diagnoseSuspects(
  terragrunt: CheckoutTerragrunt,
  suspected: ReadonlyMap<string, Suspicion>,
): Promise<Map<string, Diagnosis>> {
  const result = new Map<string, Diagnosis>();
  const diagnose = async (folders: readonly string[]): Promise<void> => {
    const all = await sideBySide(folders, (folder) => diagnoseUnit(terragrunt, folder));
    for (const [index, diagnosis] of all.entries()) result.set(folders[index] ?? "", diagnosis);
  };
  const groups = [...Map.groupBy(suspected, ([, suspicion]) => JSON.stringify(suspicion)).values()].map((members) => ({
    isShared: members[0]?.[1].kind === "shared",
    units: members.map(([unit]) => unit),
    sample: spread(
      members.map(([unit]) => unit),
      SAMPLE,
    ),
  }));
  await diagnose(groups.flatMap(({ sample }) => sample));
  const unlike: string[] = [];
  for (const { units, sample, isShared } of groups) {
    const diagnosed = sample.flatMap((unit) => {
      const diagnosis = result.get(unit);
      return diagnosis === undefined || (isShared && isOwnProblem(diagnosis, unit)) ? [] : [{ unit, diagnosis }];
    });
    const common = commonDiagnosis(diagnosed.map(({ diagnosis }) => diagnosis));
    const of = diagnosed[0]?.unit ?? "";
    const holds = common !== null && (isShared || (common.kind === "broken" && common.file !== null));
    const others = units.filter((unit) => !result.has(unit));
    if (holds) for (const unit of others) result.set(unit, about(unit, common, of));
    else unlike.push(...others);
  }
  await diagnose(unlike);
  return result;
}

/** Some of the items, spread evenly from the first to the last. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from(
    { length: count },
    (_unused, index) => items[Math.floor((index * (items.length - 1)) / (count - 1))],
  ).filter((item) => item !== undefined);
}

/** The diagnosis of one unit, in the words for another: its own name is no other's. */
function about(unit: string, diagnosis: Diagnosis, of: string): Diagnosis {
  return diagnosis.kind === "well" || of === ""
    ? diagnosis
    : { ...diagnosis, message: diagnosis.message.replaceAll(of, unit) };
}

function isOwnProblem(diagnosis: Diagnosis, unit: string): boolean {
  return diagnosis.kind === "broken" && diagnosis.file === fileIn(unit, UNIT_FILE);
}

/** The diagnosis that all of a sample have in common, of a broken unit at one place of one file; else `null`. */
function commonDiagnosis(diagnoses: readonly Diagnosis[]): Diagnosis | null {
  const [first] = diagnoses;
  if (first === undefined) return null;
  const alike = diagnoses.every((other) => {
    if (first.kind !== "broken" || other.kind !== "broken") return first.kind === other.kind;
    return first.file === other.file && first.line === other.line;
  });
  return alike ? first : null;
}
