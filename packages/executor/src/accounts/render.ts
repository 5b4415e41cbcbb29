import type { Account } from "@pipelines/core/contracts/change";
import { AccountError, TemplateError } from "./template-error.ts";

/** One file of an account's first code, by its path from the repository's root. */
export type AccountFile = { readonly path: string; readonly content: string };

/** A template: where it lies in the repository, and its path inside of the template folder. */
export type AccountTemplate = AccountFile & { readonly file: string };

/** What a repository without templates of its own gets: enough for units to read the account's name and id. */
const DEFAULT_TEMPLATES: readonly AccountTemplate[] = [
  {
    file: "account.hcl",
    path: "account.hcl",
    content: 'locals {\n  name = "{{ account.name }}"\n  id   = "{{ account.id }}"\n}\n',
  },
];

/** None of these can end a quoted string or start an expression of HCL, YAML or JSON, or leave the account's folder. */
const FIT: Readonly<Record<keyof Account, RegExp>> = {
  name: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/,
  id: /^\d{12}$/,
  email: /^(?:[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+)?$/,
};

/**
 * Renders an account's first code into a folder of the account's name. Templates are plain text: `{{ account.name }}`,
 * `{{ account.id }}` and `{{ account.email }}` are replaced in contents and in paths, and `{{ "{{" }}` stands for two
 * braces. Nothing of a template is run. GitHub's `${{ … }}` stays as it is.
 *
 * @throws TemplateError naming file and line of a name that there is no value for
 * @throws AccountError when a value of the account could break out of where it is put
 */
export function renderAccount(account: Account, templates: readonly AccountTemplate[]): AccountFile[] {
  for (const field of ["name", "id", "email"] as const) {
    if (!FIT[field].test(account[field])) throw new AccountError(account.name, field, account[field]);
  }
  const files = (templates.length === 0 ? DEFAULT_TEMPLATES : templates).map(({ file, path, content }) => ({
    path: `${account.name}/${substitute(path, account, () => file)}`,
    content: substitute(content, account, (line) => `${file}:${line}`),
  }));
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** An opening, and what follows up to the closing braces of the same line. GitHub's expressions have a dollar before. */
const PLACEHOLDER = /(?<!\$)\{\{(?:([^\n]*?)\}\})?/g;

/** @param place where a line, counted from 1, is to be found */
function substitute(text: string, account: Account, place: (line: number) => string): string {
  return text.replaceAll(PLACEHOLDER, (_, inner: string | undefined, offset: number) => {
    const fail = (why: string): never => {
      throw new TemplateError(`${place(text.slice(0, offset).split("\n").length)}: ${why}`);
    };
    if (inner === undefined) return fail('`{{` is not closed on its line; write `{{ "{{" }}` for two braces');
    switch (inner.trim()) {
      case "account.name":
        return account.name;
      case "account.id":
        return account.id;
      case "account.email":
        return account.email || fail(`the account ${account.name} has no email`);
      case '"{{"':
        return "{{";
      default:
        return fail(
          `\`{{${inner}}}\` is not known; a template has \`account.name\`, \`account.id\` and \`account.email\`, and \`{{ "{{" }}\` for two braces`,
        );
    }
  });
}
