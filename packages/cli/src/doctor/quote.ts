import { inert } from "@pipelines/core/redaction/inert";

/** A word for a POSIX shell: whatever it holds, it is one argument and nothing else. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Text of a repository on one line of a terminal: it can't start a line, colour it, or give it another direction. */
export function oneLine(text: string, longest = 2000): string {
  const plain = inert(text).replace(/\s+/g, " ").trim();
  return plain.length > longest ? `${plain.slice(0, longest)}…` : plain;
}
