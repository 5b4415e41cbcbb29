import { RE2JS } from "re2js";
import type { Pattern } from "./pattern.ts";

/** Credentials that are known by their form, whoever they belong to. */
const FORMS: readonly string[] = [
  String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`,
  // AWS, Google, GitHub, GitLab, JSON web tokens, Slack, Stripe, npm, Vault, HCP Terraform
  String.raw`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`,
  String.raw`\bAIza[A-Za-z0-9_-]{35}`,
  String.raw`\bya29\.[A-Za-z0-9_-]{20,}`,
  String.raw`\b(?:ghp|gho|ghu|ghr)_[A-Za-z0-9]{20,255}\b`,
  // An installation's token has been `ghs_<app>_<JSON web token>` since 2026.
  String.raw`\bghs_[A-Za-z0-9._-]{20,}`,
  String.raw`\bgithub_pat_[A-Za-z0-9_]{20,255}\b`,
  String.raw`\bglpat-[A-Za-z0-9_-]{20,}`,
  String.raw`\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*`,
  String.raw`\bxox[abprs]-[A-Za-z0-9-]{10,}`,
  String.raw`\b[rs]k_live_[A-Za-z0-9]{16,}`,
  String.raw`\bnpm_[A-Za-z0-9]{36}\b`,
  String.raw`\bhv[sbr]\.[A-Za-z0-9_-]{20,}`,
  String.raw`\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9]{60,70}`,
];

/**
 * Values that are known by what stands before them on their line, which stays. The word is looked for first: most lines
 * have none.
 */
const NAMED: readonly (readonly [word: RegExp, form: string])[] = [
  [
    /secret|session|client/gi,
    String.raw`(?i)(?:secret[_-]?access[_-]?key|session[_-]?token|client[_-]?secret)\\*["']?\s*[:=]\s*\\*["']?([A-Za-z0-9/+=_-]{16,})`,
  ],
  [/x-amz-/gi, "(?i)x-amz-(?:signature|security-token)(?:=|%3D)([A-Za-z0-9/+=_%-]{16,})"],
  [
    /authorization/gi,
    String.raw`(?i)authorization\\*["']?\s*[:=]\s*\\*["']?(?:bearer|basic|token)\s+([A-Za-z0-9/+=_.~-]{8,})`,
  ],
  // The password of an address: scheme://user:password@host
  [/:\/\//g, String.raw`[a-z][a-z0-9+.-]*://[^\s/:@"'<>]*:([^\s/:@"'<>*{}]{3,})@`],
];

/** A part of a text that is secret. */
export type Span = readonly [start: number, end: number];

const WHOLE = RE2JS.compile(FORMS.map((form) => `(?:${form})`).join("|"));
const AFTER_A_NAME = NAMED.map(([word, form]) => ({ word, pattern: RE2JS.compile(form) }));

/** Where a text holds credentials that are known by their form. */
export function credentialsIn(text: string): Span[] {
  const named = AFTER_A_NAME.flatMap(({ word, pattern }) =>
    linesWith(word, text).flatMap(([start, end]) =>
      matchesOf(pattern, text.slice(start, end), 1).map(([from, to]): Span => [start + from, start + to]),
    ),
  );
  return [...matchesOf(WHOLE, text), ...named];
}

/** Where a pattern, or a group of it, matches. */
export function matchesOf(pattern: Pattern, text: string, group = 0): Span[] {
  const spans: Span[] = [];
  for (const matcher = pattern.matcher(text); matcher.find(); ) {
    if (matcher.end(group) > matcher.start(group)) spans.push([matcher.start(group), matcher.end(group)]);
  }
  return spans;
}

/** The lines that hold a word, each once. */
function linesWith(word: RegExp, text: string): Span[] {
  const lines: Span[] = [];
  let done = 0;
  for (const { index } of text.matchAll(word)) {
    if (index < done) continue;
    const end = text.indexOf("\n", index);
    const line: Span = [text.lastIndexOf("\n", index) + 1, end < 0 ? text.length : end];
    lines.push(line);
    done = line[1];
  }
  return lines;
}
