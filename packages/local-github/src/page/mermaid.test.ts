import { expect, it } from "vitest";
import { drawing } from "./mermaid.ts";

const svgOf = (source: string): string =>
  Buffer.from((drawing(source) ?? "").replace(/^data:[^,]*,/, ""), "base64").toString("utf8");

it("draws units with their colours and arrows, as reports have them, and fetches nothing", () => {
  const svg = svgOf(
    [
      "---",
      "config: { flowchart: { wrappingWidth: 600 } }",
      "---",
      "graph LR",
      '  u0["prod/vpc"]:::changed',
      '  u1["prod/db #40;x#41;"]:::failed',
      "  u0 --> u1",
      "  classDef changed fill:#1a7f37,stroke:#044f1e,color:#fff",
      "  classDef failed fill:#cf222e,stroke:#82071e,color:#fff",
    ].join("\n"),
  );
  expect(svg).toMatch(/^<svg /);
  expect(svg).toContain(">prod/vpc</text>");
  expect(svg).toContain(">prod/db &#40;x&#41;</text>");
  expect(svg).toContain('fill="#cf222e"');
  expect(svg).toMatch(/<polyline class="edge" data-from="u0" data-to="u1"/);
  expect(svg).toMatch(/--fg:#[\da-f]{6};--line:#[\da-f]{6};/);
  expect(svg).not.toMatch(/@import|url\('http|href="http/);
});

it("leaves what it can't draw to its source", () => {
  expect(drawing("no picture")).toBeNull();
  expect(drawing(`graph LR\n${"  a --> b\n".repeat(5000)}`)).toBeNull();
});
