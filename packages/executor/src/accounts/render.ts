import type { Account } from "@pipelines/core/contracts/change";
import { Eta } from "eta";

/** One file of an account's first code, by its path from the repository's root. */
export type AccountFile = { readonly path: string; readonly content: string };

/** A template that can't be rendered. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly file: string;

  constructor(file: string, options: ErrorOptions) {
    super(
      `${file}: the template can't be rendered: ${options.cause instanceof Error ? options.cause.message : options.cause}`,
      options,
    );
    this.file = file;
  }
}

const eta = new Eta({ autoEscape: false, autoTrim: false, useWith: true });

/** What a repository without templates of its own gets: enough for units to read the account's name and id. */
const DEFAULT_TEMPLATES: readonly AccountFile[] = [
  { path: "account.hcl", content: 'locals {\n  name = "<%= name %>"\n  id   = "<%= id %>"\n}\n' },
];

/**
 * Renders an account's first code into a folder of the account's name. Templates are Eta's: `<%= name %>`, `<%= id %>`
 * and `<%= email %>`; in a template's path, `__name__` stands for the account's name.
 *
 * @throws TemplateError naming the template
 */
export function renderAccount(account: Account, templates: readonly AccountFile[]): AccountFile[] {
  return (templates.length === 0 ? DEFAULT_TEMPLATES : templates).map(({ path, content }) => {
    try {
      return {
        path: `${account.name}/${path.replaceAll("__name__", account.name)}`,
        content: eta.renderString(content, { name: account.name, id: account.id, email: account.email }),
      };
    } catch (cause) {
      throw new TemplateError(path, { cause });
    }
  });
}
