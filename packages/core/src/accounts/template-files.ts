import type { Configuration } from "../configuration/schema.ts";

/** Whether a file is a template of accounts' code: it is no unit and no stack, and its text need not even be HCL. */
export function accountTemplates({
  accounts: { templates, root_templates },
}: Pick<Configuration, "accounts">): (file: string) => boolean {
  const folders = [templates, root_templates].map((folder) => `${folder.replace(/\/$/, "")}/`);
  return (file) => folders.some((folder) => file.startsWith(folder));
}
