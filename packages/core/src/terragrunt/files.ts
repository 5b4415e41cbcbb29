/** The name of the file that makes a folder a stack. */
export const STACK_FILE = "terragrunt.stack.hcl";

/** The name of the file that makes a folder a unit. */
export const UNIT_FILE = "terragrunt.hcl";

/** What generates a stack, in its folder: each by itself, since one that can't be generated would fail all others. */
export const GENERATE_STACK = ["stack", "generate", "--no-color"] as const;

/** Whether a file lies in a folder where tools keep copies; Terragrunt looks for no units there either. */
export function isCached(file: string): boolean {
  return /(?:^|\/)\.(?:terragrunt-cache|terraform)\//.test(file);
}
