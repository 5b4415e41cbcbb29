import { count } from "@pipelines/core/wording/count";
import { link } from "../escape.ts";

/** How many of a list were left out, as its last line. */
export function more(all: number, shown: number, noun: string, nouns = `${noun}s`): string {
  return all > shown ? `\n\n*… and ${count(all - shown, `more ${noun}`, `more ${nouns}`)}.*` : "";
}

/** A link to a log in brackets, where there is one. */
export function logLink(url: string | null): string {
  return url === null ? "" : ` (${link("log", url)})`;
}

export function indent(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}
