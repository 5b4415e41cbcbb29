import type { Account } from "@pipelines/core/contracts/change";

/** A template that can't be rendered; the message begins with its file, and its line where there is one. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

const EXPECTED: Readonly<Record<keyof Account, string>> = {
  name: "letters, digits, `.`, `_` and `-`, and names one folder",
  id: "12 digits",
  email: "letters, digits and `._+=-`, then `@` and a domain",
};

/** An entry of the accounts file whose values are not what can be put into code. */
export class AccountError extends Error {
  override readonly name = "AccountError";

  constructor(account: string, field: keyof Account, value: string) {
    super(
      `the account ${JSON.stringify(account)} has the ${field} ${JSON.stringify(value)}, which can't be written into code: expected ${EXPECTED[field]}`,
    );
  }
}
