/** A directed graph as the edges that leave each node. Edges to nodes that are not keys are ignored. */
export type Graph<N extends string> = ReadonlyMap<N, readonly N[]>;

/**
 * The nodes such that each stands after all that it points to, ties in the order of the keys.
 *
 * @throws Error when the graph has a cycle; find it with `findCycles` first
 */
export function topologicalOrder<N extends string>(graph: Graph<N>): N[] {
  return levels(graph).flat();
}

/**
 * The nodes in levels: level 0 points to nothing in the graph, each further level only to earlier ones.
 *
 * @throws Error when the graph has a cycle
 */
export function levels<N extends string>(graph: Graph<N>): N[][] {
  const sources = reversed(graph);
  const open = new Map<N, number>();
  for (const [node, targets] of graph) open.set(node, new Set(targets.filter((target) => graph.has(target))).size);
  const result: N[][] = [];
  let level = [...graph.keys()].filter((node) => open.get(node) === 0);
  let placed = 0;
  while (level.length > 0) {
    result.push(level);
    placed += level.length;
    const next = new Set<N>();
    for (const node of level) {
      for (const source of sources.get(node) ?? []) {
        const left = (open.get(source) ?? 0) - 1;
        open.set(source, left);
        if (left === 0) next.add(source);
      }
    }
    level = [...graph.keys()].filter((node) => next.has(node));
  }
  if (placed !== graph.size) throw new Error("the graph has a cycle");
  return result;
}

/** The same nodes with every edge turned round; edges to nodes that are not keys are dropped. */
export function reversed<N extends string>(graph: Graph<N>): Map<N, N[]> {
  const result = new Map<N, N[]>([...graph.keys()].map((node) => [node, []]));
  for (const [node, targets] of graph) {
    for (const target of new Set(targets)) result.get(target)?.push(node);
  }
  return result;
}

/** The sets of nodes that are joined by edges in either direction, each in the order of the keys. */
export function components<N extends string>(graph: Graph<N>): N[][] {
  const back = reversed(graph);
  const seen = new Set<N>();
  const result: N[][] = [];
  for (const start of graph.keys()) {
    if (seen.has(start)) continue;
    const members = new Set<N>([start]);
    for (const node of members) {
      for (const next of [...(graph.get(node) ?? []), ...(back.get(node) ?? [])]) {
        if (graph.has(next)) members.add(next);
      }
    }
    for (const member of members) seen.add(member);
    result.push([...graph.keys()].filter((node) => members.has(node)));
  }
  return result;
}

/** All nodes that can be reached from `starts` along edges, the starts included. */
export function reachable<N extends string>(graph: Graph<N>, starts: Iterable<N>): Set<N> {
  const found = new Set<N>(starts);
  for (const node of found) for (const next of graph.get(node) ?? []) found.add(next);
  return found;
}
