import { z } from "zod";

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

/** The log as people read it. */
export function terragruntLogText(records: readonly LogRecord[]): string {
  return records
    .filter((record) => record.level !== "debug" && record.level !== "trace")
    .map((record) => (record.level === "error" ? record.msg : `${record.level}: ${record.msg}`))
    .join("\n");
}

const MOCKED = /Config (\S.*?) is a dependency of .*? that has no outputs, but mock outputs provided/;
const NO_OUTPUTS = /(\S[^\n]*?\/terragrunt\.hcl) is a dependency of [^\n]*? but detected no outputs/;

/** The configuration files of dependencies whose outputs were mocked. */
export function mockedConfigurations(records: readonly LogRecord[]): string[] {
  return [...new Set(records.flatMap((record) => MOCKED.exec(record.msg)?.[1] ?? []))];
}

/** The configuration files of dependencies that have no outputs yet. */
export function missingOutputs(records: readonly LogRecord[]): string[] {
  return [
    ...new Set(records.flatMap((record) => NO_OUTPUTS.exec(record.msg)?.[1]?.replace(/^.*?outputs: /, "") ?? [])),
  ];
}
