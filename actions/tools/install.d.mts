/** The types of `install.mjs`, which is plain JavaScript because it runs on any Node from 22 on. */
export type ToolName = "terragrunt" | "opentofu" | "terraform";
export type Wanted = { tool: ToolName; version: string; from: string };
export class VersionError extends Error {
  readonly file: string | null;
}
export function wantedVersions(read: (file: string) => string | null): Wanted[];
export function sumOf(list: string, file: string): string;
