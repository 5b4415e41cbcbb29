import { expect, test } from "vitest";
import { commentOf, reportOf, type UnitSketch } from "../../test/build.ts";

const changed = (path: string, mocked: string[] = []): UnitSketch => ({ path, creates: 1, mocked });

test("a plan with mock outputs of a unit that the change does not apply waits, and is not counted as created", () => {
  const report = reportOf({ units: [changed("dev/app", ["dev/vpc"]), changed("dev/dns")] });
  expect(report.totals.add).toBe(1);
  expect(report.willBeWithheld).toMatchObject([
    { unit: "dev/app", by: "mocked-outputs", next: expect.stringContaining("Apply `dev/vpc` first") },
  ]);
});

test("the pull request's first line says that it waits", () => {
  expect(commentOf({ units: [changed("dev/app", ["dev/vpc"]), changed("dev/dns")] })).toMatch(
    /^### .*Merging creates 1 resource.*; 1 unit waits/m,
  );
});

test("what needs it waits as well, and what the same change applies is waited for by nobody", () => {
  const waits = (...units: UnitSketch[]): string[] => reportOf({ units }).willBeWithheld.map(({ unit }) => unit);
  expect(waits(changed("a", ["vpc"]), changed("b", ["a"]))).toEqual(["a", "b"]);
  expect(waits(changed("vpc"), changed("a", ["vpc"]), changed("b", ["a"]))).toEqual([]);
  expect(waits({ path: "vpc", end: { kind: "unchanged" } }, changed("a", ["vpc"]))).toEqual(["a"]);
});

test("a plan without a change waits as well: with the real outputs it may have one", () => {
  const units: UnitSketch[] = [{ path: "dev/app", end: { kind: "unchanged" }, mocked: ["dev/vpc"] }];
  expect(reportOf({ units }).willBeWithheld).toMatchObject([{ unit: "dev/app", by: "mocked-outputs" }]);
});

test("what was applied is said as it ended, and one job by itself knows nothing of the others", () => {
  expect(reportOf({ mode: "apply", units: [changed("a", ["vpc"])] }).willBeWithheld).toEqual([]);
});
