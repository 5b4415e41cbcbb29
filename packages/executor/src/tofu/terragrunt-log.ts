import { z } from "zod";
import { matchingLines } from "./log-file.ts";

const LogRecord = z.looseObject({ level: z.string(), msg: z.string() });
export type LogRecord = z.infer<typeof LogRecord>;

/** The records of Terragrunt's JSON log. Other lines are what tools printed to stderr; they become errors. */
export function readTerragruntLog(text: string): LogRecord[] {
  return text.split("\n").flatMap((line) => {
    if (line.trim() === "") return [];
    try {
      const record = LogRecord.safeParse(JSON.parse(line));
      if (record.success) return [record.data];
    } catch {
      // Not JSON.
    }
    return [{ level: "error", msg: line }];
  });
}

/** Said of a folder that is used as an earlier step left it, when there is no provider in it. That is as it should be. */
const MEANT = "Detected that init is needed, but Auto-Init is disabled";

/** The log as people read it. */
export function terragruntLogText(records: readonly LogRecord[]): string {
  return records
    .filter(({ level, msg }) => level !== "debug" && level !== "trace" && !msg.startsWith(MEANT))
    .map((record) => (record.level === "error" ? record.msg : `${record.level}: ${record.msg}`))
    .join("\n");
}

const MOCKED = /Config (\S.*?) is a dependency of .*? that has no outputs, but mock outputs provided/;
const NO_OUTPUTS = /(\S[^\n]*?\/terragrunt\.hcl) is a dependency of [^\n]*? but detected no outputs/;

/** What Terragrunt's log says of a unit's dependencies, as their configuration files. */
export type DependencyFacts = {
  /** Their outputs were made up. */
  readonly mocked: readonly string[];
  /** They have no outputs yet. */
  readonly withoutOutputs: readonly string[];
};

/** Looks for what was said of dependencies in a log of any size. */
export async function dependencyFacts(logFile: string): Promise<DependencyFacts> {
  const lines = await matchingLines(logFile, ["mock outputs provided", "but detected no outputs"]);
  const records = readTerragruntLog(lines.join("\n"));
  return {
    mocked: [...new Set(records.flatMap(({ msg }) => MOCKED.exec(msg)?.[1] ?? []))],
    withoutOutputs: [
      ...new Set(records.flatMap(({ msg }) => NO_OUTPUTS.exec(msg)?.[1]?.replace(/^.*?outputs: /, "") ?? [])),
    ],
  };
}
