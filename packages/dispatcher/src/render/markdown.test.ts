import fc from "fast-check";
import type { Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { expect, test } from "vitest";
import { commentOf, failed, reportOf, type Sketch, stopped, type UnitSketch, withheldBy } from "../../test/build.ts";
import { renderIssue } from "./issue-text.ts";
import { COMMENT_LIMIT, renderMarkdown, SUMMARY_LIMIT } from "./markdown.ts";
import { renderTerminal } from "./terminal.ts";

const SECRETS = ["AKIAIOSFODNN7EXAMPLE", `ghp_${"x".repeat(36)}`, `eyJ${"a".repeat(20)}.${"b".repeat(20)}.c`];
const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "```",
    "``````",
    "~~~",
    "</details>",
    "<details>",
    "@org/team",
    "#1",
    "<script>",
    "<!-- pipelines:comment v1",
    "-->",
    "::add-mask::a",
    "\n::error::b",
    "##[error]c",
    "\u202e",
    "|",
    "\n",
    "    ",
    "> ",
    "- ",
    "👩‍🚀",
    "[x](javascript:y)",
    "![x](https://evil.example/y.png)",
    "[ref]: https://evil.example",
    "www.evil.example",
    ...SECRETS.map((secret) => ` ${secret} `),
  ),
);
const text = fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(""));
const hook = fc.record({
  name: text,
  result: fc.constantFrom("pass" as const, "warn" as const, "deny" as const),
  summary: text,
});
const unit = (index: number) =>
  fc.record({
    path: nasty.map((part) => `prod/${index}-${part.replace(/\.\.|\/+$/g, "") || "x"}x`),
    end: fc.oneof(
      fc.constant<NonNullable<UnitSketch["end"]>>({ kind: "changed" }),
      fc.constant<NonNullable<UnitSketch["end"]>>({ kind: "unchanged" }),
      text.map(failed),
      text.map((message) => stopped({ message, next: message })),
    ),
    destroys: fc.array(text, { maxLength: 3 }),
    because: text.map((part) => `_envcommon/${part}`),
    text: fc.tuple(text, fc.integer({ min: 1, max: 300 })).map(([part, times]) => part.repeat(times)),
  });
const sketches: fc.Arbitrary<Sketch> = fc.integer({ min: 0, max: 12 }).chain((amount) =>
  fc.record({
    mode: fc.constantFrom("plan" as const, "apply" as const),
    units: fc.tuple(...Array.from({ length: amount }, (_, index) => unit(index))),
    hooks: fc.array(hook, { maxLength: 2 }),
    unmatched: fc.array(text, { maxLength: 3 }),
    notices: fc.array(text, { maxLength: 2 }),
    problems: fc.array(fc.record({ file: fc.option(text), line: fc.constant(1), message: text }), { maxLength: 2 }),
  }),
);

/** What GitHub would see in a text: its tags, what is read as prose, where its links lead. */
function readMarkdown(markdown: string): { tags: string[]; prose: string[]; links: string[] } {
  const seen = { tags: [] as string[], prose: [] as string[], links: [] as string[] };
  const visit = (node: Nodes): void => {
    if (node.type === "html") seen.tags.push(...(node.value.match(/<[^>]*>?/g) ?? []));
    if (node.type === "text") seen.prose.push(node.value);
    if (node.type === "link" || node.type === "image" || node.type === "definition") seen.links.push(node.url);
    if ("children" in node) for (const child of node.children) visit(child);
  };
  visit(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return seen;
}

const OURS = new Set(["details", "details open", "summary", "code", "b"].flatMap((tag) => [`<${tag}>`, `</${tag}>`]));

/** A check's own links lead where it says; no other text from elsewhere makes one. */
function expectHarmless(markdown: string, linksOfChecks = false): void {
  const { tags, prose, links } = readMarkdown(markdown);
  expect(tags.filter((tag) => !OURS.has(tag))).toEqual([]);
  for (const tag of ["details", "summary", "code", "b"]) {
    const opened = tags.filter((other) => other === `<${tag}>` || other === `<${tag} open>`);
    expect(tags.filter((other) => other === `</${tag}>`)).toHaveLength(opened.length);
  }
  expect(prose.filter((part) => /(?:^|[^\w/])@[\w]|(?:^|\W)#1/.test(part))).toEqual([]);
  const allowed = linksOfChecks ? /^https?:\/\// : /^https:\/\/github\.com\/acme\//;
  expect(links.filter((url) => !allowed.test(url))).toEqual([]);
  expect(markdown.isWellFormed()).toBe(true);
  expect(markdown).not.toMatch(/^[ \t]*::[a-z]|##\[/m);
  for (const secret of SECRETS) expect(markdown).not.toContain(secret);
}

test("whatever units, plans and checks hold, the comment is well-formed, harmless and within GitHub's limit", () => {
  fc.assert(
    fc.property(sketches, fc.constantFrom(COMMENT_LIMIT.most, 20_000), (sketch, most) => {
      const markdown = renderMarkdown(reportOf(sketch), { ...COMMENT_LIMIT, most });
      expect(markdown.length).toBeLessThanOrEqual(most);
      expectHarmless(markdown, (sketch.hooks ?? []).length > 0);
    }),
    { numRuns: 150 },
  );
});

test("whatever a unit's end holds, its issue is harmless and the terminal gets no commands", () => {
  fc.assert(
    fc.property(sketches, (sketch) => {
      const report = reportOf(sketch);
      for (const row of report.rows)
        expectHarmless(
          renderIssue(report, { kind: "row", row, unit: row.unit, action: row.action, notStarted: [row.unit] }).body,
        );
      const terminal = renderTerminal(report, { plans: true });
      expect(terminal).not.toMatch(/^[ \t]*::[a-z]|\u001b|\u202e/m);
      for (const secret of SECRETS) expect(terminal).not.toContain(secret);
    }),
    { numRuns: 60 },
  );
});

test("units that fail alike, and jobs that fail for one reason with all their units, are said once", () => {
  const cause = { kind: "tool-missing", tool: "checkov", message: "not there" } as const;
  const fails = (path: string): UnitSketch => ({ path, end: { kind: "failed", at: "init", cause } });
  const alike = commentOf({ units: ["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7"].map(fails) });
  expect(alike.match(/checkov is not on the runner/g)).toHaveLength(1);
  expect(alike).toContain("- `a/1`, `a/2`, `a/3`, `a/4`, `a/5` and 2 more: failed at init");

  const report = reportOf({
    units: ["a/1", "a/2"].map((path) => ({ path, end: { kind: "unknown", why: "no token" } })),
  });
  const jobs = ["Plan · a", "Plan · b"].map((name) => ({ name, failure: "no token", logUrl: null }));
  const comment = renderMarkdown({ ...report, jobs }, COMMENT_LIMIT);
  expect(comment.match(/no token/g)).toHaveLength(1);
  expect(comment).toContain("- 2 jobs: `Plan · a`, `Plan · b`: no token");
  expect(comment).toContain("**Next:** Fix what the job's log names, then re-run the failed jobs.");
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

test("a summary of three megabytes is cut to what GitHub takes, in bytes, and stays whole in itself", () => {
  const units = Array.from({ length: 40 }, (_, index) => ({
    path: `prod/unit-${index}`,
    text: `  + ${"名前👩‍🚀".repeat(20)}\n`.repeat(400),
  }));
  const markdown = renderMarkdown(reportOf({ units }), SUMMARY_LIMIT);
  expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(1024 * 1024);
  expect(Buffer.byteLength(markdown)).toBeGreaterThan(500_000);
  expectHarmless(markdown);
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
  expect(markdown).toContain("Not shown for lack of space");
});

test.each([
  ["plan", "✅ Merging opens a pull request with the code of 1 account"],
  ["apply", "✅ Proposed the code of 1 account"],
] as const)(
  "a %s of nothing but a new account says what comes of it, and not that there is nothing to do",
  (mode, text) => {
    const account = { name: "sandbox", files: [{ path: "a", content: "" }], pullRequestUrl: null, failure: null };
    const report = { ...reportOf({ mode, units: [] }), accounts: [account] };
    expect(renderMarkdown(report, COMMENT_LIMIT).split("\n", 1)[0]).toBe(`### ${text}`);
  },
);

const gone = { path: "prod/a", removed: true };

test.each<[Sketch, string]>([
  [{ units: [] }, "⚪ Nothing to do"],
  [{ units: [{ path: "prod/a", creates: 2 }] }, "✅ Merging creates 2 resources; nothing is destroyed"],
  [{ units: [{ path: "prod/a", end: failed() }] }, "❌ Not ready to merge: 1 of 1 unit failed"],
  [{ mode: "apply" as const, units: [{ path: "prod/a", creates: 1 }] }, "✅ Applied: created 1 resource"],
  [{ units: [{ ...gone, destroys: ["a.b"] }] }, "🛑 Merging destroys 1 resource"],
  [
    { units: [{ ...gone, destroys: ["a.b"], willBeWithheld: withheldBy({ destroy: "deny" }, gone) }] },
    "✅ Merging changes no resources; 1 unit stays",
  ],
  [
    {
      units: [
        { ...gone, destroys: ["a.b"], willBeWithheld: withheldBy({ protect: ["**"] }, gone) },
        { path: "prod/b", creates: 1, willBeWithheld: withheldBy({ apply: "paused" }, { path: "prod/b" }) },
        { path: "prod/c", creates: 2 },
      ],
    },
    "✅ Merging creates 2 resources; nothing is destroyed; 1 unit stays; 1 waits",
  ],
  [
    {
      units: [
        { ...gone, destroys: ["a.b"], willBeWithheld: withheldBy({ protect: ["**"] }, gone) },
        { path: "prod/c", replaces: ["c.d"] },
      ],
    },
    "🛑 Merging replaces 1 resource; 1 unit stays",
  ],
  [
    {
      units: [{ ...gone, end: { kind: "unchanged" as const }, willBeWithheld: withheldBy({ protect: ["**"] }, gone) }],
    },
    "✅ Merging changes no resources; 1 unit stays",
  ],
  [
    {
      mode: "manual" as const,
      action: "plan-destroy" as const,
      units: [{ ...gone, destroys: ["a.b"], willBeWithheld: withheldBy({ protect: ["**"] }, gone) }],
    },
    "✅ Applying this changes no resources; 1 unit stays",
  ],
])("the first line answers the reader's question (%#)", (sketch, line) => {
  expect(renderMarkdown(reportOf(sketch), COMMENT_LIMIT).split("\n", 1)[0]).toBe(`### ${line}`);
});

test("what merging leaves alone is no danger and no advice to go on: its row, its own list and its figures say so", () => {
  const unit = { ...gone, destroys: ["aws_db.main"], willBeWithheld: withheldBy({ destroy: "deny" }, gone) };
  const planned = renderMarkdown(reportOf({ units: [unit] }), COMMENT_LIMIT);
  expect(planned).not.toContain("To be destroyed");
  expect(planned).toContain("| ✋ stays | `prod/a` | prod | planned: **−1** |");
  expect(planned).toMatch(/\*\*Not done by merging\*\*\n\n- ✋ destroy of `prod\/a`: .*`destroy: deny`/);
  const byHand = renderMarkdown(reportOf({ mode: "manual", action: "plan-destroy", units: [unit] }), COMMENT_LIMIT);
  expect(byHand).not.toContain("approved_run");
  const both = reportOf({ mode: "manual", action: "plan", units: [{ path: "prod/b", creates: 1 }, unit] });
  expect(renderMarkdown(both, COMMENT_LIMIT)).toContain("with the units that are not withheld");
});
