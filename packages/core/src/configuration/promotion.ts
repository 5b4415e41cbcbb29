import { reachable } from "../graph/order.ts";
import { nearest } from "./nearest.ts";

/** The environments that come before each, in any number of steps. Whoever comes after none is not in it. */
export type Promotion = ReadonlyMap<string, ReadonlySet<string>>;

/** The workflow has four stages of applies, then four of destroys: so many environments can follow each other. */
export const STAGES_PER_DIRECTION = 4;

type Following = Readonly<Record<string, { readonly after?: readonly string[] | undefined }>>;

/** Which environments come before which, as `environments.*.after` says. */
export function promotionOf({ environments = {} }: { readonly environments?: Following | undefined }): Promotion {
  const graph = graphOf(environments);
  return new Map(
    [...graph].flatMap(([name, after]) => (after.length === 0 ? [] : [[name, reachable(graph, after)] as const])),
  );
}

/** Whether any environment waits for one. */
export function isWaitedFor(promotion: Promotion, environment: string): boolean {
  return [...promotion.values()].some((before) => before.has(environment));
}

/** What is wrong with the order of environments: names that are none, circles, and chains that no run has stages for. */
export function promotionIssues(environments: Following): { path: (string | number)[]; message: string }[] {
  const names = Object.keys(environments);
  const issues: { path: (string | number)[]; message: string }[] = [];
  const report = (name: string, index: number, message: string): void => {
    issues.push({ path: [name, "after", index], message });
  };
  for (const [name, { after = [] }] of Object.entries(environments)) {
    for (const [index, other] of after.entries()) {
      if (names.includes(other)) continue;
      const meant = nearest(other, names);
      const hint = meant === null ? `the environments are ${names.join(", ")}` : `did you mean \`${meant}\`?`;
      report(name, index, `there is no such environment; ${hint}`);
    }
  }
  if (issues.length > 0) return issues;
  const graph = graphOf(environments);
  const circles = new Set<string>();
  for (const [name, after] of graph) {
    for (const [index, other] of after.entries()) {
      const circle = pathBetween(graph, other, name);
      if (circle === null || circles.has(circle.toSorted().join(" "))) continue;
      circles.add(circle.toSorted().join(" "));
      report(name, index, `that is a circle, so none of them could begin: ${arrows([...circle.toReversed(), name])}`);
    }
  }
  if (issues.length > 0) return issues;
  for (const [name, after] of graph) {
    const chain = longestTo(graph, name, new Map());
    if (chain.length !== STAGES_PER_DIRECTION + 1) continue;
    const index = after.indexOf(chain.at(-2) ?? "");
    report(
      name,
      index,
      `${chain.length} environments would follow each other (${arrows(chain)}), and a run has ${STAGES_PER_DIRECTION} stages; let some of them be applied side by side`,
    );
  }
  return issues;
}

function graphOf(environments: Following): Map<string, readonly string[]> {
  return new Map(Object.entries(environments).map(([name, { after = [] }]) => [name, after]));
}

/** The environments from one to another along what each comes after, both included. */
function pathBetween(graph: ReadonlyMap<string, readonly string[]>, from: string, to: string): string[] | null {
  const cameFrom = new Map<string, string | null>([[from, null]]);
  for (const [name] of cameFrom) {
    if (name === to) {
      const path: string[] = [];
      for (let at: string | null = name; at !== null; at = cameFrom.get(at) ?? null) path.unshift(at);
      return path;
    }
    for (const next of graph.get(name) ?? []) if (!cameFrom.has(next)) cameFrom.set(next, name);
  }
  return null;
}

/** The longest chain of environments that ends with one. There are no circles. */
function longestTo(
  graph: ReadonlyMap<string, readonly string[]>,
  name: string,
  known: Map<string, readonly string[]>,
): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  const chains = (graph.get(name) ?? []).map((other) => longestTo(graph, other, known));
  const longest = chains.reduce<readonly string[]>((most, chain) => (chain.length > most.length ? chain : most), []);
  const chain = [...longest, name];
  known.set(name, chain);
  return chain;
}

const arrows = (names: readonly string[]): string => names.join(" → ");
