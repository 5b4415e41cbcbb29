import type { Account } from "../contracts/change.ts";

type Field = "name" | "id" | "email";

/** None of these can end a quoted string or start an expression of HCL, YAML or JSON, or leave the account's folder. */
const FIT: Readonly<Record<Field, { readonly pattern: RegExp; readonly expected: string }>> = {
  name: {
    pattern: /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/,
    expected: "letters, digits, `.`, `_` and `-`, and names one folder",
  },
  id: { pattern: /^\d{12}$/, expected: "12 digits" },
  email: {
    pattern: /^(?:[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+)?$/,
    expected: "letters, digits and `._+=-`, then `@` and a domain",
  },
};

/** What keeps an account's values from being written into code and paths; `null` where they fit. */
export function whyUnfit(account: Pick<Account, Field>): string | null {
  const field = (["name", "id", "email"] as const).find(
    (candidate) => !FIT[candidate].pattern.test(account[candidate]),
  );
  return field === undefined
    ? null
    : `the account ${JSON.stringify(account.name)} has the ${field} ${JSON.stringify(account[field])}, which can't be written into code: expected ${FIT[field].expected}`;
}

/** The folder of an account, where a configuration says how such folders are called. */
export function accountFolder(pattern: string, name: string): string {
  return pattern.replaceAll(/\{\{\s*account\.name\s*\}\}/g, name);
}
