import type { Edit } from "./rows.ts";

/** A file's text with an edit made. @throws Error when what it is about is not there exactly once */
export function madeIn(text: string, { file, find, replace }: Edit): string {
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} has the text ${JSON.stringify(find)} ${times} times`);
  return text.replace(find, () => replace);
}
