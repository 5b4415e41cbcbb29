import { exitCodeOf, type Finding, type FindingState, GROUPS } from "./finding.ts";
import { oneLine } from "./quote.ts";

const MARKS: Record<FindingState, string> = { good: "✓", missing: "✗", dangerous: "!", unseen: "?", note: "·" };

/** What each state is called in the last line, in the order of telling. */
const COUNTS = [
  ["dangerous", "dangerous"],
  ["missing", "missing"],
  ["unseen", "not seen"],
  ["note", "to know"],
  ["good", "in order"],
] as const satisfies readonly (readonly [FindingState, string])[];

/** The findings for a terminal, by group; everything that comes from GitHub or the checkout is made harmless. */
export function renderFindings(heading: string, findings: readonly Finding[]): string {
  const blocks = GROUPS.flatMap((group) => {
    const own = findings.filter((finding) => finding.group === group);
    if (own.length === 0) return [];
    return [[group, ...own.flatMap(linesOf)].join("\n")];
  });
  return `${[oneLine(heading), ...blocks, summaryOf(findings)].join("\n\n")}\n`;
}

function linesOf({ state, text, fix, id }: Finding): string[] {
  const line = `  ${MARKS[state]} ${oneLine(text)}`;
  if (state === "good") return [line];
  return [
    ...(state === "dangerous" ? [`  ${MARKS[state]} dangerous: ${oneLine(text)}`] : [line]),
    ...(fix === null ? [] : [`      → ${oneLine(fix)}`]),
    ...(state === "missing" || state === "dangerous" ? [`        ${oneLine(id, 200)}`] : []),
  ];
}

function summaryOf(findings: readonly Finding[]): string {
  const counts = COUNTS.map(([state, name]) => {
    const count = findings.filter((finding) => finding.state === state).length;
    return `${count} ${name}`;
  });
  const hasUnseen = findings.some(({ state }) => state === "unseen");
  const end = exitCodeOf(findings) === 0 ? "Nothing is missing." : hasUnseen ? "What was not seen is no pass." : "";
  return `${counts.join(", ")}. ${end}`.trimEnd();
}
