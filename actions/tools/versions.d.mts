/** The types of `versions.mjs`, which is plain JavaScript because it runs on any Node from 22 on. */
export type ToolName = "terragrunt" | "opentofu" | "terraform";
export type Wanted = { tool: ToolName; version: string; from: string };
export function wantedVersions(read: (file: string) => string | null): Wanted[];
