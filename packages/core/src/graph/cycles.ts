import type { Graph } from "./order.ts";

/**
 * The cycles of a graph, one per set of nodes that can all reach each other, as a closed path: `[a, b, a]`.
 * A node that points to itself is the cycle `[a, a]`.
 */
export function findCycles<N extends string>(graph: Graph<N>): N[][] {
  const cycles: N[][] = [];
  const done = new Set<N>();
  for (const start of graph.keys()) {
    if (done.has(start)) continue;
    const path: N[] = [];
    const onPath = new Map<N, number>();
    // An explicit stack: a chain of thousands of units must not exhaust the call stack.
    const stack: { node: N; next: number }[] = [];
    const enter = (node: N): void => {
      onPath.set(node, path.length);
      path.push(node);
      stack.push({ node, next: 0 });
    };
    enter(start);
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const target = (graph.get(frame.node) ?? [])[frame.next];
      frame.next += 1;
      if (target === undefined) {
        stack.pop();
        path.pop();
        onPath.delete(frame.node);
        done.add(frame.node);
        continue;
      }
      const index = onPath.get(target);
      if (index !== undefined) cycles.push([...path.slice(index), target]);
      else if (graph.has(target) && !done.has(target)) enter(target);
    }
  }
  return cycles;
}
