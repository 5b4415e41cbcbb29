import fc from "fast-check";
import { expect, test } from "vitest";
import { failed, reportOf, type UnitSketch } from "../../test/build.ts";
import { COMMENT_LIMIT, renderMarkdown } from "./markdown.ts";

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "```",
    "``````",
    "</details>",
    "<details>",
    "@org/team",
    "<script>",
    "<!-- pipelines:comment v1",
    "::add-mask::a",
    "\u202e",
    "|",
    "\n",
    "👩‍🚀",
    "[x](javascript:y)",
  ),
);
const text = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join("\n"));
const unit = (index: number) =>
  fc.record({
    path: nasty.map((part) => `prod/${index}-${part.replace(/\.\.|\/+$/g, "") || "x"}x`),
    end: fc.oneof(
      fc.constant<NonNullable<UnitSketch["end"]>>({ kind: "changed" }),
      fc.constant<NonNullable<UnitSketch["end"]>>({ kind: "unchanged" }),
      text.map(failed),
    ),
    destroys: fc.array(text, { maxLength: 3 }),
    text: fc.tuple(text, fc.integer({ min: 1, max: 300 })).map(([part, times]) => part.repeat(times)),
  });
const sketches = fc
  .integer({ min: 0, max: 12 })
  .chain((amount) => fc.record({ units: fc.tuple(...Array.from({ length: amount }, (_, index) => unit(index))) }));

/** Folds and fences outside of each other, as GitHub pairs them. */
function structure(markdown: string): { openFence: boolean; folds: number; outside: string } {
  let fence: string | null = null;
  let folds = 0;
  const outside: string[] = [];
  for (const line of markdown.split("\n")) {
    const ticks = /^ {0,3}(`{3,})([^`]*)$/.exec(line);
    if (fence === null && ticks?.[1] !== undefined) fence = ticks[1];
    else if (fence !== null) {
      if (ticks?.[1] !== undefined && ticks[1].length >= fence.length && ticks[2]?.trim() === "") fence = null;
    } else {
      const shown = line.replaceAll(/\\[^\w\s]|(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)|<code>.*?<\/code>/g, "");
      folds += (shown.match(/<details>/g) ?? []).length - (shown.match(/<\/details>/g) ?? []).length;
      outside.push(shown);
    }
  }
  return { openFence: fence !== null, folds, outside: outside.join("\n") };
}

test("whatever units and plans hold, the comment is well-formed and within GitHub's limit", () => {
  fc.assert(
    fc.property(sketches, fc.constantFrom(COMMENT_LIMIT.most, 8000), (sketch, most) => {
      const markdown = renderMarkdown(reportOf({ ...sketch, units: [...sketch.units] }), { ...COMMENT_LIMIT, most });
      expect(markdown.length).toBeLessThanOrEqual(most);
      expect(markdown.isWellFormed()).toBe(true);
      const { openFence, folds, outside } = structure(markdown);
      expect([openFence, folds]).toEqual([false, 0]);
      expect(outside).not.toMatch(/@[a-z]|<script|<!--/);
    }),
    { numRuns: 100 },
  );
});

test.each([1, 10, 200, 3000])("%i units fit, and each is shown or counted as left out", (amount) => {
  const units = Array.from({ length: amount }, (_, index) => ({
    path: `prod/unit-${index}x`,
    text: "  + resource\n".repeat(200),
  }));
  const markdown = renderMarkdown(reportOf({ units }), COMMENT_LIMIT);
  expect(markdown.length).toBeLessThanOrEqual(65_536);
  const rows = units.filter(({ path }) => new RegExp(`^\\|.*\`${path}\``, "m").test(markdown)).length;
  const leftOut = /… and ([\d,]+) more units?/.exec(markdown)?.[1]?.replaceAll(",", "") ?? "0";
  expect(rows + Number(leftOut)).toBe(amount);
});

test("what is destroyed stands above everything else, and its plan is kept when others go", () => {
  const units: UnitSketch[] = Array.from({ length: 100 }, (_, index) => ({
    path: `prod/a${index}`,
    creates: 1,
    text: "  + a\n".repeat(3000),
  }));
  const markdown = renderMarkdown(
    reportOf({ units: [...units, { path: "prod/z", destroys: ["aws_db.main"], text: "  - gone" }] }),
    COMMENT_LIMIT,
  );
  expect(markdown.split("\n", 1)[0]).toBe("### 🛑 Merging destroys 1 resource");
  expect(markdown.indexOf("aws_db.main")).toBeLessThan(markdown.indexOf("| result |"));
  expect(markdown).toContain("-   gone");
  expect(markdown).toContain("Left out for want of room");
});

test.each([
  [{ units: [] }, "⚪ Nothing to do"],
  [{ units: [{ path: "prod/a", creates: 2 }] }, "✅ Merging creates 2 resources; nothing is destroyed"],
  [{ units: [{ path: "prod/a", end: failed() }] }, "❌ Not ready to merge: 1 of 1 unit did not end well"],
  [{ mode: "apply" as const, units: [{ path: "prod/a", creates: 1 }] }, "✅ Applied: created 1 resource"],
])("the first line answers the reader's question (%#)", (sketch, line) => {
  expect(renderMarkdown(reportOf(sketch), COMMENT_LIMIT).split("\n", 1)[0]).toBe(`### ${line}`);
});
