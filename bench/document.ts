import type { Cost } from "./measure.ts";
import { type Results, type Row, subjectOf } from "./rows.ts";

const START = "<!-- measured: what follows is written by `npm run bench -- --write` -->";
const END = "<!-- end of what is measured -->";

/** The document with its measured part replaced. */
export function documentOf(results: Results, text: string): string {
  const [before = "", rest = ""] = text.split(START);
  const [, after = ""] = rest.split(END);
  return `${before}${START}\n\n${measuredPart(results)}\n${END}${after}`;
}

function measuredPart({ machine, versions, measured, rows }: Results): string {
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${measured}, on ${machine}, with ${tools.join(", ")}.`,
    "",
    "![Processor time of explain for one changed unit, beside Terragrunt's own filter](images/benchmarks.svg)",
    "",
    "### What a change affects",
    "",
    table(EXPLAIN_HEAD, sorted(rows, "explain").map(cellsOf)),
    "",
    "### Plans and applies",
    "",
    table(EXECUTE_HEAD, sorted(rows, "execute").map(cellsOf)),
    "",
    "### Alone",
    "",
    table(["what", "seconds", "processor", "peak MB"], sorted(rows, "alone").map(cellsOf)),
    "",
  ].join("\n");
}

const EXPLAIN_HEAD = [
  ...["layout", "units", "change", "seconds", "processor", "peak MB"],
  ...["filter: seconds", "processor", "whole `find`: processor", "of filter", "of whole"],
];
const EXECUTE_HEAD = [
  ...["what", "units", "seconds", "processor", "starts of OpenTofu"],
  ...["`run --all`: seconds", "processor", "starts", "ratio"],
];

/** A row's cells, as the tables have them. */
export function cellsOf(row: Row): string[] {
  const time = ({ seconds, cpu }: Cost): string[] => [seconds.toFixed(1), cpu.toFixed(1)];
  switch (row.kind) {
    case "explain":
      return [
        ...[row.layout, row.units.toLocaleString("en"), row.case, ...time(row.ours), String(row.ours.peakMb ?? "")],
        ...[...time(row.filter), row.whole === null ? "" : row.whole.cpu.toFixed(1)],
        ...[ratio(row.ours, row.filter), row.whole === null ? "" : ratio(row.ours, row.whole)],
      ];
    case "execute":
      return [
        ...[row.case, String(row.units), ...time(row.ours), String(row.ourStarts)],
        ...[...time(row.runAll), String(row.runAllStarts), ratio(row.ours, row.runAll)],
      ];
    case "alone":
      return [row.case, row.ours.seconds.toFixed(2), row.ours.cpu.toFixed(2), String(row.ours.peakMb ?? "")];
    default:
      return row satisfies never;
  }
}

const ratio = (ours: Cost, theirs: Cost): string => (ours.cpu / theirs.cpu).toFixed(2);

function sorted(rows: readonly Row[], kind: Row["kind"]): Row[] {
  const order = (row: Row): string => (row.kind === "explain" ? subjectOf(row) : "");
  return rows.filter((row) => row.kind === kind).toSorted((a, b) => order(a).localeCompare(order(b)));
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...lines.map(line)].join("\n");
}

const [WIDTH, LINE, LEFT, SCALE_END] = [760, 22, 190, 90];

/** Bars of processor time for one changed unit, ours beside Terragrunt's filter, by layout and size. */
export function chartOf(rows: readonly Row[]): string {
  const bars = sorted(rows, "explain").flatMap((row) =>
    row.kind === "explain" && row.case === "one unit"
      ? [
          { label: `${row.layout}, ${row.units.toLocaleString("en")}`, cost: row.ours, color: "#1f6feb" },
          { label: "", cost: row.filter, color: "#8b949e" },
        ]
      : [],
  );
  const longest = Math.max(1, ...bars.map(({ cost }) => cost.cpu));
  const lines = bars.map(({ label, cost, color }, index) => {
    const y = 44 + index * LINE;
    const width = Math.max(1, (cost.cpu / longest) * (WIDTH - LEFT - SCALE_END));
    return [
      `<text x="${LEFT - 10}" y="${y + 13}" text-anchor="end">${label}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="16" rx="3" fill="${color}"/>`,
      `<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 13}">${cost.cpu.toFixed(1)} s</text>`,
    ].join("");
  });
  const height = 56 + bars.length * LINE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" fill="#57606a">`,
    "<title>What explain costs beside Terragrunt, in seconds of CPU</title>",
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<rect x="${LEFT}" y="14" width="12" height="12" rx="3" fill="#1f6feb"/><text x="${LEFT + 18}" y="25">Pipelines explain</text>`,
    `<rect x="${LEFT + 150}" y="14" width="12" height="12" rx="3" fill="#8b949e"/><text x="${LEFT + 168}" y="25">terragrunt find --filter '[base...head]'</text>`,
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}
