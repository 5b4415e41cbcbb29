import { posix } from "node:path";
import { ToolError } from "@pipelines/core/terragrunt/binary";
import { reasonIn, withoutRoot } from "@pipelines/core/terragrunt/reason";
import { z } from "zod";
import { unitNamedBy } from "../paths.ts";
import type { CheckoutTerragrunt } from "./client.ts";

const Row = z.object({
  type: z.enum(["unit", "stack"]),
  path: z.string(),
  include: z.record(z.string(), z.string()).nullish(),
  dependencies: z.array(z.string()).nullish(),
  reading: z.array(z.string()).nullish(),
  exclude: z
    .object({ if: z.boolean(), actions: z.array(z.string()).nullish(), exclude_dependencies: z.boolean().nullish() })
    .nullish(),
});

/** What Terragrunt says of one unit; paths are relative to the repository and may leave it with `../`. */
export type ListedUnit = {
  readonly path: string;
  readonly includes: readonly string[];
  readonly dependencies: readonly string[];
  readonly reading: readonly string[];
  /** Its `exclude` block, where that applies. */
  readonly exclude: ExcludeBlock | null;
};

/** What an `exclude` block whose `if` is true keeps from running. */
export type ExcludeBlock = { readonly actions: readonly string[]; readonly dependencies: boolean };

/** An evaluation error that Terragrunt suppressed. */
export type SuppressedError = { readonly file: string; readonly line: number | null; readonly message: string };

/** What `find` answers: the units that it lists, and the errors that it suppresses. */
export type FindResult = {
  readonly units: ReadonlyMap<string, ListedUnit>;
  readonly suppressed: readonly SuppressedError[];
};

/**
 * Asks Terragrunt which units it finds below a folder, what they depend on and what they read.
 *
 * @param below folder in the checkout, `.` for all
 * @param variablesFrom the folder whose variables count
 * @param filters of which a unit has to match one; all units where there is none
 * @throws ToolError when Terragrunt gives no answer
 */
export async function terragruntFind(
  terragrunt: CheckoutTerragrunt,
  below: string,
  variablesFrom: string,
  filters: readonly string[] = [],
): Promise<FindResult> {
  const args = [...FIND, ...filters.flatMap((filter) => ["--filter", filter])];
  const ran = await terragrunt.call(args, { folder: below, variablesFrom, timeoutMs: 15 * 60_000 });
  if (ran.exitCode !== 0) {
    const why = ran.timedOut ? "it took longer than 15 minutes" : (ran.failure ?? reasonIn(ran.stderr));
    throw new ToolError("terragrunt", `terragrunt find failed: ${why}`);
  }
  let rows: z.infer<typeof Row>[];
  try {
    rows = z.array(Row).parse(ran.stdout.trim() === "" ? [] : JSON.parse(ran.stdout));
  } catch (cause) {
    throw new ToolError("terragrunt", "terragrunt find printed something that is not its documented JSON", { cause });
  }
  const fromRoot = (path: string): string => posix.join(below, path);
  const units = rows
    .filter(({ type }) => type === "unit")
    .map((row) => ({
      path: fromRoot(row.path),
      // An include that can't be resolved is listed with an empty path.
      includes: Object.values(row.include ?? {}).map((file) => (file === "" ? "" : fromRoot(file))),
      dependencies: (row.dependencies ?? []).map(fromRoot).map(unitNamedBy),
      reading: (row.reading ?? []).map(fromRoot),
      exclude:
        row.exclude?.if === true
          ? { actions: row.exclude.actions ?? [], dependencies: row.exclude.exclude_dependencies === true }
          : null,
    }));
  return {
    units: new Map(units.map((unit) => [unit.path, unit])),
    suppressed: suppressedErrors(ran.stderr, terragrunt.root),
  };
}

const FIND = [
  "find",
  "--json",
  "--dependencies",
  "--reading",
  "--include",
  "--exclude",
  "--no-filters-file",
  "--log-level",
  "debug",
  "--log-format",
  "json",
  "--no-color",
];

const LogRecord = z.object({ msg: z.string() });

/** The evaluation errors in Terragrunt's debug log, with files relative to the checkout. */
export function suppressedErrors(log: string, root: string): SuppressedError[] {
  const found = new Map<string, SuppressedError>();
  const place = new RegExp(
    `${root.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}/(.+?\\.hcl)(?::(\\d+),[\\d-]+(?:,\\d+)?)?(?=[:\\s;,)]|$)`,
    "g",
  );
  for (const line of log.split("\n")) {
    const message = messageOf(line);
    if (!message.startsWith("Suppress")) continue;
    for (const match of message.matchAll(place)) {
      const [, file, number] = match;
      if (file === undefined) continue;
      const key = `${file}:${number ?? ""}`;
      if (!found.has(key)) {
        found.set(key, {
          file,
          line: number === undefined ? null : Number(number),
          message: withoutRoot(message.slice(match.index + match[0].length).replace(/^[:;\s]+/, ""), root),
        });
      }
    }
  }
  return [...found.values()];
}

function messageOf(line: string): string {
  if (!line.startsWith("{")) return line;
  try {
    return LogRecord.parse(JSON.parse(line)).msg;
  } catch {
    // A tool that run_cmd started may print anything here.
    return line;
  }
}
