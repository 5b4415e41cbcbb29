import { z } from "zod";

export const Cost = z.strictObject({ seconds: z.number(), cpu: z.number(), peakMb: z.number().nullable() });

/** One line of the benchmark. */
export const Row = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("explain"),
    case: z.string(),
    layout: z.string(),
    units: z.int(),
    ours: Cost,
    /** Terragrunt's own filter for what lies between two commits. */
    filter: Cost,
    /** Terragrunt's look at everything. */
    whole: Cost.nullable(),
  }),
  z.strictObject({
    kind: z.literal("execute"),
    case: z.string(),
    units: z.int(),
    ours: Cost,
    ourStarts: z.int(),
    runAll: Cost,
    runAllStarts: z.int(),
  }),
  z.strictObject({ kind: z.literal("alone"), case: z.string(), ours: Cost }),
]);
export type Row = z.infer<typeof Row>;

/** All that is known of one machine, which may have been measured in parts. */
export const Results = z.strictObject({
  version: z.literal(1),
  machine: z.string(),
  versions: z.record(z.string(), z.string()),
  measured: z.string(),
  rows: z.array(Row),
});
export type Results = z.infer<typeof Results>;

/** What a line is about: a new measure of it takes the place of the old one. */
export function subjectOf(row: Row): string {
  if (row.kind === "explain") return `explain ${row.layout} ${String(row.units).padStart(6, "0")} ${row.case}`;
  return `${row.kind} ${row.case}`;
}

/** Puts new lines in the place of old ones, in the order in which cases were first measured. */
export function merged(old: readonly Row[], more: readonly Row[]): Row[] {
  const bySubject = new Map([...old, ...more].map((row) => [subjectOf(row), row]));
  return [...bySubject.values()];
}
