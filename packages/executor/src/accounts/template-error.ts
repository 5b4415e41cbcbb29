/** A template that can't be rendered; the message begins with its file, and its line where there is one. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** An account whose values can't be put into code, or whose place can't be written to. */
export class AccountError extends Error {
  override readonly name = "AccountError";
}
