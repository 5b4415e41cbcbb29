/** What a log of Terragrunt says went wrong: the errors that it gives behind its advice, else its errors, else its end. */
export function reasonIn(log: string): string {
  const original = [...log.matchAll(/^Original error: (.+(?:\n(?!failed to ).+)*)/gm)].flatMap(
    ([, text]) => text ?? [],
  );
  return lastLines((original.length > 0 ? original : errorsIn(log)).join("\n") || log);
}

/** The errors of a log, without times and levels; lines without a time belong to the record before them. */
function errorsIn(log: string): string[] {
  const records = log.split(/^(?=\d\d:\d\d:\d\d\.\d+\s)/m);
  return records.flatMap((record) => /^[\d:.]+\s+ERROR\s+(.+)$/s.exec(record)?.[1]?.trim() ?? []);
}

/** The end of a text, which is where most programs say why they gave up. */
function lastLines(text: string): string {
  return text.trim().split("\n").slice(-5).join("\n");
}

/** A text with paths of the checkout as paths of the repository, also where one was put behind another. */
export function withoutRoot(text: string, root: string): string {
  const escaped = root.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text
    .replaceAll(new RegExp(`(?<![\\w./@-])${escaped}/`, "g"), "")
    .replaceAll(new RegExp(`/*${escaped}/`, "g"), "/(repository)/");
}
