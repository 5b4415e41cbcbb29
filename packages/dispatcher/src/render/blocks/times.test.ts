import fc from "fast-check";
import { expect, test } from "vitest";
import { billedMinutes, type JobTime } from "../../report/times.ts";
import { timesBlock } from "./times.ts";

const zero = Date.UTC(2026, 10, 23, 6, 0, 0);
const time = (
  name: string,
  given: Partial<Record<"queued" | "began" | "ended", number>> & Partial<JobTime> = {},
): JobTime => {
  const { queued = 0, began = 5, ended = 65, ...more } = given;
  const at = (seconds: number): number => zero + seconds * 1000;
  const plain = { name, result: "success", runner: "ubuntu-latest", hosted: true } as const;
  return { ...plain, ...more, queued: at(queued), began: at(began), ended: at(ended) };
};
const bars = (text: string): string[] => text.split("\n").filter((line) => / :/.test(line));

test.each([
  [0, 1],
  [1, 1],
  [60, 1],
  [61, 2],
  [3600, 60],
])("%i seconds of a job are billed as %i minutes", (seconds, minutes) => {
  expect(billedMinutes({ began: 0, ended: seconds * 1000 })).toBe(minutes);
});

test("the minutes are added up by runner, each job rounded by itself; a runner of one's own costs none", () => {
  const jobs = [
    time("a"),
    time("b"),
    time("c", { runner: "big" }),
    time("d", { runner: "own", hosted: false, ended: 300 }),
  ];
  const text = timesBlock(jobs);
  expect(text).toContain("**3 minutes** of GitHub's runners in 3 jobs: 2 on `ubuntu-latest`, 1 on `big`.");
  expect(text).toContain("5 minutes of other runners: 5 on `own`.");
  expect(text).toContain("docs.github.com/en/billing/reference/actions-runner-pricing");
  expect(timesBlock([])).toBe("");
});

test("a job is a bar in its environment; a long wait before it is one of its own, and what failed is red", () => {
  const text = timesBlock([
    time("Determine jobs"),
    time("Apply · prod · ModuleChanged prod/vpc", { queued: 0, began: 600, ended: 700, result: "failure" }),
  ]);
  expect(text.split("\n").slice(0, 14)).toEqual([
    "```mermaid",
    "gantt",
    "  title Where the time went (UTC)",
    "  dateFormat YYYY-MM-DD HH:mm:ss",
    "  axisFormat %H:%M",
    "  tickInterval 2minute",
    "  section the run",
    "  Determine jobs, 1 min :2026-11-23 06:00:05, 2026-11-23 06:01:05",
    "  section prod",
    "  Apply ModuleChanged prod/vpc waits :done, 2026-11-23 06:00:00, 2026-11-23 06:10:00",
    "  Apply ModuleChanged prod/vpc, 2 min :crit, 2026-11-23 06:10:00, 2026-11-23 06:11:40",
    "```",
    "",
    expect.stringContaining("minutes"),
  ]);
});

test("of a thousand jobs the longest are drawn and the others counted, whatever they are called", () => {
  const jobs = Array.from({ length: 1000 }, (_, index) => time(`Plan · prod · u${index}`, { ended: 10 + index }));
  const text = timesBlock(jobs);
  expect(bars(text)).toHaveLength(30);
  expect(text).toContain("Plan u999");
  expect(text).toContain("… and 970 shorter jobs");
  expect(text.length).toBeLessThan(6000);
});

test("no name says anything to Mermaid: each stays one bar of one line", () => {
  const parts = fc.constantFrom(
    ...[
      ":",
      ";",
      "#",
      "%%",
      "\n",
      "`",
      "```",
      "section x",
      "title x",
      "click a",
      "--",
      "{}",
      "<b>",
      "@me",
      "·",
      " · ",
      "a",
      "é",
      "end",
    ],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), (name) => {
      const lines = timesBlock([time(name.join(""))])
        .split("\n")
        .slice(6);
      const [section, bar, fence] = lines;
      expect(section).toMatch(/^ {2}section [^:;#%`<>{}@]+$/);
      expect(bar).toMatch(/^ {2}(?!section|title|click|end\b)[^:;#%`<>{}@]+, 1 min :2026-11-23 /);
      expect(fence).toBe("```");
    }),
  );
});
