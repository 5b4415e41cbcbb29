import type { Report } from "../../report/model.ts";
import type { Row } from "../../report/rows.ts";
import { oneLine } from "../escape.ts";

/** With more units than this a drawing is no help. */
const MOST_UNITS = 16;

/** The affected units in dependency order, coloured by result, for GitHub to draw; empty where it would not help. */
export function graphBlock(report: Report): string {
  const names = new Map(report.rows.map(({ unit }, index) => [unit, `u${index}`]));
  const edges = report.rows.flatMap(({ unit, dependsOn }) =>
    dependsOn.flatMap((dependency) => {
      const [from, to] = [names.get(dependency), names.get(unit)];
      return from === undefined || to === undefined ? [] : [`  ${from} --> ${to}`];
    }),
  );
  const groups = environmentsOf(report);
  if (report.rows.length > MOST_UNITS || edges.length + groups.edges.length === 0) return "";
  const nodes = [...Map.groupBy(report.rows, ({ environment }) => groups.names.get(environment))].flatMap(
    ([group, rows]) => {
      const drawn = rows.map((row) => `  ${names.get(row.unit)}["${label(row.unit)}"]:::${colourOf(row)}`);
      const [first] = rows;
      if (group === undefined || first === undefined) return drawn;
      return [`  subgraph ${group}["${label(first.environment)}"]`, ...drawn.map((line) => `  ${line}`), "  end"];
    },
  );
  const used = new Set<Colour>(report.rows.map(colourOf));
  const classes = [...used].toSorted().map((colour) => `  classDef ${colour} ${COLOURS[colour]}`);
  return [
    "```mermaid",
    "---",
    "config: { flowchart: { wrappingWidth: 600 } }",
    "---",
    "graph LR",
    ...nodes,
    ...edges.toSorted(),
    ...groups.edges,
    ...classes,
    "```",
  ].join("\n");
}

/** Environments that come one after the other are drawn as groups, with an arrow from each step to the next. */
function environmentsOf({ promotions, rows }: Report): { names: ReadonlyMap<string, string>; edges: string[] } {
  const drawn = new Set(rows.map(({ environment }) => environment));
  const steps = promotions.map((chain) =>
    chain.map((step) => step.filter(({ environment }) => drawn.has(environment))).filter(({ length }) => length > 0),
  );
  const names = new Map(steps.flat(2).map(({ environment }, index) => [environment, `e${index}`]));
  const edges = steps.flatMap((chain) =>
    chain
      .slice(1)
      .flatMap((step, index) =>
        step.flatMap((then) =>
          (chain[index] ?? []).map(
            (first) => `  ${names.get(first.environment) ?? ""} -.-> ${names.get(then.environment) ?? ""}`,
          ),
        ),
      ),
  );
  return { names, edges };
}

/** Readable on GitHub's light and dark grounds. */
const COLOURS = {
  failed: "fill:#cf222e,stroke:#82071e,color:#fff",
  open: "fill:#bf8700,stroke:#633c01,color:#fff",
  lost: "fill:#bc4c00,stroke:#762c00,color:#fff",
  changed: "fill:#1a7f37,stroke:#044f1e,color:#fff",
  unchanged: "fill:#6e7781,stroke:#424a53,color:#fff",
} as const;
type Colour = keyof typeof COLOURS;

function colourOf({ end, plan, willBeWithheld }: Row): Colour {
  if (willBeWithheld !== null && end.kind === "changed") return "open";
  switch (end.kind) {
    case "failed":
    case "interrupted":
    case "unknown":
      return "failed";
    case "withheld":
    case "skipped":
    case "waiting":
    case "superseded":
    case "ignored":
      return "open";
    case "unchanged":
      return "unchanged";
    case "changed":
      return plan !== null && plan.destroy + plan.replace + plan.forget > 0 ? "lost" : "changed";
    default:
      return end satisfies never;
  }
}

/** What could mean something to Mermaid is written by its number. */
function label(text: string): string {
  return oneLine(text, 80).replace(/[^A-Za-z0-9/._ -]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
