import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findCycles } from "./cycles.ts";
import { components, type Graph, levels, reachable, reversed, topologicalOrder } from "./order.ts";

const graph = (edges: Record<string, string[]>): Graph<string> => new Map(Object.entries(edges));

/** Random graphs without cycles: every edge points to a node with a smaller number. */
const acyclic = fc
  .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
  .map((rows) => new Map(rows.map((row, node) => [`n${node}`, row.filter((to) => to < node).map((to) => `n${to}`)])));
const anyGraph = fc
  .array(fc.array(fc.nat(12), { maxLength: 3 }), { maxLength: 12 })
  .map((rows) => new Map(rows.map((row, node) => [`n${node}`, row.map((to) => `n${to}`)])));

describe("order", () => {
  it("puts each node after all that it points to", () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const order = topologicalOrder(nodes);
        expect(order.toSorted()).toEqual([...nodes.keys()].toSorted());
        for (const [node, targets] of nodes) {
          for (const target of targets) expect(order.indexOf(target)).toBeLessThan(order.indexOf(node));
        }
      }),
    );
  });

  it("reversed, puts each node before all that it points to", () => {
    fc.assert(
      fc.property(acyclic, (nodes) => {
        const order = topologicalOrder(reversed(nodes));
        for (const [node, targets] of nodes) {
          for (const target of targets) expect(order.indexOf(target)).toBeGreaterThan(order.indexOf(node));
        }
      }),
    );
  });

  it("uses as few levels as the longest chain has nodes", () => {
    expect(levels(graph({ app: ["db", "vpc"], db: ["vpc"], vpc: [], other: [] }))).toEqual([
      ["vpc", "other"],
      ["db"],
      ["app"],
    ]);
  });

  it("passes over edges that leave the graph and edges given twice", () => {
    expect(topologicalOrder(graph({ b: ["a", "a", "outside"], a: [] }))).toEqual(["a", "b"]);
  });

  it("refuses a graph with a cycle", () => {
    expect(() => topologicalOrder(graph({ a: ["b"], b: ["a"] }))).toThrow("cycle");
  });
});

describe("components", () => {
  it("joins what an edge joins in either direction and keeps the rest apart", () => {
    expect(components(graph({ a: [], b: ["a"], c: ["a"], d: [], e: ["d"], f: ["gone"] }))).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
      ["f"],
    ]);
  });
});

describe("reachable", () => {
  it("follows edges through any number of nodes", () => {
    expect([...reachable(graph({ a: ["b"], b: ["c"], c: [], d: ["a"] }), ["a"])]).toEqual(["a", "b", "c"]);
  });
});

describe("cycles", () => {
  it.each([
    ["none", { a: ["b"], b: [] }, []],
    ["a node that points to itself", { a: ["a"] }, [["a", "a"]]],
    ["two nodes", { a: ["b"], b: ["a"] }, [["a", "b", "a"]]],
    ["a cycle behind a way in", { way: ["a"], a: ["b"], b: ["c"], c: ["a"] }, [["a", "b", "c", "a"]]],
  ])("finds %s", (_what, edges, cycles) => {
    expect(findCycles(graph(edges))).toEqual(cycles);
  });

  it("finds one exactly when there is no topological order, and prints real edges", () => {
    fc.assert(
      fc.property(anyGraph, (nodes) => {
        const cycles = findCycles(nodes);
        let ordered = true;
        try {
          topologicalOrder(nodes);
        } catch {
          ordered = false;
        }
        expect(cycles.length === 0).toBe(ordered);
        for (const cycle of cycles) {
          expect(cycle.at(0)).toBe(cycle.at(-1));
          for (const [index, node] of cycle.slice(0, -1).entries()) {
            expect(nodes.get(node)).toContain(cycle[index + 1]);
          }
        }
      }),
    );
  });

  it("does not exhaust the call stack on a long chain", () => {
    const chain = new Map(Array.from({ length: 50_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]));
    expect(findCycles(chain)).toEqual([]);
  });
});
