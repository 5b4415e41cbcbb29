/**
 * The oldest versions that Pipelines works with. Terragrunt before its version has faults in discovery and interrupt
 * handling that Pipelines relies on being mended.
 */
export const OLDEST = { terragrunt: "1.1.1", opentofu: "1.12.0", terraform: "1.11.0" } as const;
