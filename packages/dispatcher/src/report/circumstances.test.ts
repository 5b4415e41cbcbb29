import { describe, expect, it } from "vitest";
import { assessmentOf, facts, outcomesOf, type Sketch } from "../../test/build.ts";
import { dispatchReport } from "../dispatch.ts";
import { type Circumstances, runProblems } from "./circumstances.ts";

const well: Circumstances = { outputsDropped: false, claim: "success", record: "success", outcomes: "success" };
const sketch: Sketch = {
  mode: "apply",
  ledgerClaim: 3,
  units: [
    { path: "dev/vpc", environment: "dev" },
    { path: "prod/vpc", environment: "prod" },
  ],
};
const assessment = assessmentOf(sketch);
const told = (circumstances: Partial<Circumstances>, of = assessment) => runProblems(of, { ...well, ...circumstances });
const titles = (...[circumstances, of]: Parameters<typeof told>) => {
  const { problems, notices } = told(circumstances, of);
  return [...problems.map(({ title }) => title), ...notices.map(({ title }) => `notice: ${title}`)];
};
/** What the report shows of which units, with the outcomes of so many jobs. */
const unitsOf = async (circumstances: Partial<Circumstances>, outcomes: number): Promise<string[]> => {
  const { isCovered } = told(circumstances);
  const { report } = await dispatchReport([], assessment, outcomesOf(sketch).slice(0, outcomes), facts(1, 3, "apply"), {
    isCovered,
  });
  return report.rows.map(({ unit, end }) => `${unit} ${end.kind}`);
};

describe("what a report says of the run as a whole", () => {
  it("is nothing where all went well, where nobody says, and where a job had no reason to run", () => {
    expect(titles({})).toEqual([]);
    expect(titles({ claim: "skipped", record: "skipped" })).toEqual([]);
  });

  it("is, once, that nothing was applied, when the ledger could not be written", async () => {
    expect(titles({ claim: "failure", record: "failure" })).toEqual(["Nothing was applied"]);
    expect(told({ claim: "failure" }).problems[0]?.message).toContain("`contents: write`");
    expect(titles({ claim: "cancelled" })).toEqual(["Nothing was applied"]);
    expect(told({ claim: "cancelled" }).problems[0]?.message).not.toContain("contents");
    expect(await unitsOf({ claim: "failure" }, 0)).toEqual([]);
  });

  it("is nothing of a claim where nothing was to be applied", () => {
    expect(titles({ claim: "failure" }, assessmentOf({ mode: "drift", units: [] }))).toEqual([]);
    const plans = assessmentOf({ mode: "manual", action: "plan", units: [{ path: "a" }] });
    expect(titles({ claim: "failure" }, plans)).toEqual([]);
    const applies = assessmentOf({ mode: "manual", action: "apply", units: [{ path: "a" }] });
    expect(titles({ claim: "failure" }, applies)).toEqual(["Nothing was applied"]);
  });

  it("warns when how it ended could not be written, and leaves the status as it is", () => {
    for (const record of ["failure", "cancelled"] as const) {
      expect(titles({ record })).toEqual(["notice: The ledger could not be written"]);
    }
    const { ledgerClaim: _, ...without } = sketch;
    expect(titles({ record: "failure" }, assessmentOf(without))).toEqual([]);
  });

  it("is, once, that outcomes are not there to be read; those that are there are shown", async () => {
    expect(titles({ outcomes: "failure" })).toEqual(["The outcomes could not be downloaded"]);
    expect(await unitsOf({ outcomes: "failure" }, 1)).toEqual(["dev/vpc changed"]);
    expect(await unitsOf({}, 1)).toEqual(["prod/vpc unknown", "dev/vpc changed"]);
  });

  it("is, once, that GitHub dropped the list of jobs", async () => {
    expect(titles({ outputsDropped: true })).toEqual(["No job could start"]);
    expect(await unitsOf({ outputsDropped: true }, 0)).toEqual([]);
  });
});
