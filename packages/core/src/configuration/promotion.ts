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

type PromotionIssue = { readonly path: (string | number)[]; readonly message: string };

/** What is wrong with the order of environments: names that are none, circles, and chains that no run has stages for. */
export function promotionIssues(environments: Following): PromotionIssue[] {
  const graph = graphOf(environments);
  const unknown = unknownNames(graph);
  if (unknown.length > 0) return unknown;
  const circles = circleIssues(graph);
  return circles.length > 0 ? circles : longChains(graph);
}

type Graph = ReadonlyMap<string, readonly string[]>;

function unknownNames(graph: Graph): PromotionIssue[] {
  const names = [...graph.keys()];
  return edgesOf(graph).flatMap(({ name, index, other }) => {
    if (graph.has(other)) return [];
    const meant = nearest(other, names);
    const hint = meant === null ? `the environments are ${names.join(", ")}` : `did you mean \`${meant}\`?`;
    return [issue(name, index, `there is no such environment; ${hint}`)];
  });
}

function circleIssues(graph: Graph): PromotionIssue[] {
  const told = new Set<string>();
  return edgesOf(graph).flatMap(({ name, index, other }) => {
    const circle = pathBetween(graph, other, name);
    const members = (circle ?? []).toSorted().join(" ");
    if (circle === null || told.has(members)) return [];
    told.add(members);
    const path = arrows([...circle.toReversed(), name]);
    return [issue(name, index, `that is a circle, so none of them could begin: ${path}`)];
  });
}

function longChains(graph: Graph): PromotionIssue[] {
  const known = new Map<string, readonly string[]>();
  return [...graph].flatMap(([name, after]) => {
    const chain = longestTo(graph, name, known);
    // What comes after that is told once it fits.
    if (chain.length !== STAGES_PER_DIRECTION + 1) return [];
    const message = `${chain.length} environments would follow each other (${arrows(chain)}), and a run has ${STAGES_PER_DIRECTION} stages; let some of them be applied side by side`;
    return [issue(name, after.indexOf(chain.at(-2) ?? ""), message)];
  });
}

function edgesOf(graph: Graph): { name: string; index: number; other: string }[] {
  return [...graph].flatMap(([name, after]) => after.map((other, index) => ({ name, index, other })));
}

const issue = (name: string, index: number, message: string): PromotionIssue => {
  return { path: [name, "after", index], message };
};

function graphOf(environments: Following): Map<string, readonly string[]> {
  return new Map(Object.entries(environments).map(([name, { after = [] }]) => [name, after]));
}

/** The environments from one to another along what each comes after, both included. */
function pathBetween(graph: Graph, from: string, to: string): string[] | null {
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
function longestTo(graph: Graph, name: string, known: Map<string, readonly string[]>): readonly string[] {
  const before = known.get(name);
  if (before !== undefined) return before;
  const chains = (graph.get(name) ?? []).map((other) => longestTo(graph, other, known));
  const longest = chains.reduce<readonly string[]>((most, chain) => (chain.length > most.length ? chain : most), []);
  const chain = [...longest, name];
  known.set(name, chain);
  return chain;
}

const arrows = (names: readonly string[]): string => names.join(" → ");
