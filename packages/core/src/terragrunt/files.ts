/** The name of the file that makes a folder a stack. */
export const STACK_FILE = "terragrunt.stack.hcl";

/** The name of the file that makes a folder a unit. */
export const UNIT_FILE = "terragrunt.hcl";

/** Whether a file lies in a folder where tools keep copies; Terragrunt looks for no units there either. */
export function isCached(file: string): boolean {
  return /(?:^|\/)\.(?:terragrunt-cache|terraform)\//.test(file);
}
