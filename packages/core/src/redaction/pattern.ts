import { RE2JS, RE2JSException } from "re2js";

/**
 * A pattern that is matched in time proportional to the text, whatever the text: RE2's regular expressions, which have
 * neither look-around nor references back (https://github.com/google/re2/wiki/Syntax).
 */
export type Pattern = RE2JS;

/** A `redact` pattern that can't be used; the message says what is wrong with it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * Compiles a configuration's pattern.
 *
 * @throws PatternError
 */
export function redactPattern(source: string): Pattern {
  const pattern = compiled(source);
  if (pattern.matcher("").find()) {
    throw new PatternError("it matches the empty text, which is everywhere; let it ask for at least one character");
  }
  return pattern;
}

/** What is wrong with a pattern, or `null`. */
export function whyNoPattern(source: string): string | null {
  try {
    redactPattern(source);
    return null;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return error.message;
  }
}

function compiled(source: string): Pattern {
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    throw new PatternError(whatIsWrong(source, cause.message.replace(/^error parsing regexp: /, "")), { cause });
  }
}

/** What RE2 leaves out is what makes other engines slow; people know it by these names. */
function whatIsWrong(source: string, reason: string): string {
  if (/\(\?<?[=!]/.test(source)) {
    return "it looks ahead or behind (`(?=`, `(?!`, `(?<=`, `(?<!`), which can take for ever; match the text itself";
  }
  if (/\\[1-9]|\\k</.test(source)) return "it refers back to a group (`\\1`), which can take for ever";
  return `it is no regular expression: ${reason}`;
}
