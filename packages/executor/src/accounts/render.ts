import { whyUnfit } from "@pipelines/core/accounts/fit";
import type { Account } from "@pipelines/core/contracts/change";
import { AccountError, TemplateError } from "./template-error.ts";
import type { AccountFile, AccountTemplate } from "./templates.ts";

/** What a value of a key that teams add to an account's entry may be: it can't end a string or begin an expression. */
const FIT_VALUE = /^[A-Za-z0-9 ._+=@:,/-]*$/;

/** Stands for the id of an account that the factory has not made yet, where code is shown and not proposed. */
export const ID_TO_COME = "(known once the account is made)";

/**
 * Renders the first code of an account. Templates are plain text: `{{ account.name }}`, `{{ account.id }}`,
 * `{{ account.email }}` and `{{ account.KEY }}` for any other key of its entry are replaced in contents and in paths, and
 * `{{ "{{" }}` stands for two braces. Nothing of a template is run. GitHub's `${{ … }}` stays as it is.
 *
 * @throws TemplateError naming file and line of a name that there is no value for
 * @throws AccountError when a value of the account could break out of where it is put
 */
export function renderAccount(account: Account, templates: readonly AccountTemplate[]): AccountFile[] {
  demandFit(account);
  const rendered = templates.map(({ file, path, content }) => {
    const place = substitute(path, account, () => file);
    const why = whyNoPlace(place);
    if (why !== null) throw new TemplateError(`${file}: it would be written to \`${place}\`, ${why}`);
    return { path: place, content: substitute(content, account, (line) => `${file}:${line}`), file };
  });
  const byPlace = Map.groupBy(rendered, ({ path }) => path.toLowerCase());
  for (const [first, second] of byPlace.values()) {
    if (first !== undefined && second !== undefined && first.content !== second.content) {
      throw new TemplateError(`${first.file}: it becomes \`${first.path}\`, and so does ${second.file}`);
    }
  }
  return [...byPlace.values()]
    .flatMap(([first]) => (first === undefined ? [] : [{ path: first.path, content: first.content }]))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** @throws AccountError */
function demandFit(account: Account): void {
  const why = whyUnfit(account.id === ID_TO_COME ? { ...account, id: "0".repeat(12) } : account);
  if (why !== null) throw new AccountError(why);
  const wrong = Object.entries(account.values ?? {}).find(([, value]) => !FIT_VALUE.test(value));
  if (wrong !== undefined) {
    const [key, value] = wrong;
    throw new AccountError(
      `the account ${JSON.stringify(account.name)} has the ${key} ${JSON.stringify(value)}, which can't be written into code: expected letters, digits, blanks and \`._+=@:,/-\``,
    );
  }
}

/** Why nothing may be written to a path; `null` where something may. */
function whyNoPlace(path: string): string | null {
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "which is no path in the repository";
  if (parts.some((part) => part.toLowerCase() === ".git")) return "which is git's own";
  if (path.startsWith(".github/workflows/")) return "and GitHub lets no such token write workflows";
  return null;
}

/** An opening, and what follows up to the closing braces of the same line. GitHub's expressions have a dollar before. */
const PLACEHOLDER = /(?<!\$)\{\{(?:([^\n]*?)\}\})?/g;

/**
 * Puts an account's values into a text.
 *
 * @param place where a line, counted from 1, is to be found
 * @throws TemplateError
 */
export function substitute(text: string, account: Account, place: (line: number) => string): string {
  const values: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(account.values ?? {}).map(([key, value]) => [`account.${key}`, value])),
    ...{ "account.name": account.name, "account.id": account.id, "account.email": account.email },
  };
  return text.replaceAll(PLACEHOLDER, (_, inner: string | undefined, offset: number) => {
    const fail = (why: string): never => {
      throw new TemplateError(`${place(text.slice(0, offset).split("\n").length)}: ${why}`);
    };
    if (inner === undefined) return fail('`{{` is not closed on its line; write `{{ "{{" }}` for two braces');
    const name = inner.trim();
    if (name === '"{{"') return "{{";
    if (!Object.hasOwn(values, name)) {
      const known = Object.keys(values).map((key) => `\`${key}\``);
      return fail(
        `\`{{${inner}}}\` is not known; the account ${account.name} has ${known.join(", ")}, and \`{{ "{{" }}\` stands for two braces`,
      );
    }
    return values[name] || fail(`the account ${account.name} has no ${name.slice("account.".length)}`);
  });
}
