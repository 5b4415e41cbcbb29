/** Replaces secrets in a text. */
export type Mask = (text: string) => string;

const MASKED = "***";

/** Credentials that are known by their form, whoever they belong to. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g,
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,255}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}\b/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
];
const NAMED =
  /((?:secret[_-]?access[_-]?key|session[_-]?token|client[_-]?secret)["']?\s*[:=]\s*["']?)([A-Za-z0-9/+=_-]{16,})/gi;

/** A shorter value would blank out half of every text, and protects nothing. */
const SHORTEST = 4;

/**
 * A mask for known values, known forms of credentials and a configuration's own patterns.
 *
 * @param values secrets as they are; each line of a value of several lines is masked as well
 * @param patterns regular expressions of the configuration
 */
export function maskOf(values: Iterable<string>, patterns: readonly RegExp[] = []): Mask {
  const known = [...new Set([...values].flatMap((value) => [value, ...value.split(/\r?\n/)]))]
    .map((value) => value.trim())
    .filter((value) => value.length >= SHORTEST)
    // A longer value can hold a shorter one: masking the shorter first would leave the rest of the longer to be read.
    .toSorted((a, b) => b.length - a.length);
  const global = patterns.map((pattern) => new RegExp(pattern.source, `${pattern.flags.replace("g", "")}g`));
  return (text) => {
    let masked = text;
    for (const value of known) masked = masked.replaceAll(value, MASKED);
    for (const form of [...FORMS, ...global]) masked = masked.replace(form, MASKED);
    return masked.replace(NAMED, `$1${MASKED}`);
  };
}
