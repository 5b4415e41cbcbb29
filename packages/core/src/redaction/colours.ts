/**
 * What a terminal obeys and nobody reads (ECMA-48): control sequences, whose introducer is one character or two; strings
 * such as links and titles; and the short escapes, of which some name a set of characters.
 */
const SEQUENCES = [
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]/,
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u0090\u0098\u009C-\u009F]*(?:\u0007|\u001B\\|\u009C)/,
  /\u001B[ -/]+[0-~]/,
  /\u001B[0-Z\\^-~]/,
];

const ANY = new RegExp(SEQUENCES.map(({ source }) => source).join("|"), "g");

/** A text without colours, links and other things that are meant for a terminal. */
export function withoutColours(text: string): string {
  return text.replace(ANY, "");
}
