import { AffectedUnit } from "@pipelines/core/contracts/affected-unit";
import { Problem } from "@pipelines/core/contracts/problem";
import { expect, it } from "vitest";
import { runnable } from "./runnable.ts";

const unit = (path: string, action: string): AffectedUnit =>
  AffectedUnit.parse({
    ...{ path, action, status: "changed", at: "a".repeat(40), environment: "prod", dependsOn: [] },
    because: [{ change: "ModuleChanged", file: path, links: [] }],
  });
const problem = (kind: string, path: string | null, units?: string[]): Problem =>
  Problem.parse({ kind, path, file: null, line: null, message: "", ...(units === undefined ? {} : { units }) });
const names = (units: readonly AffectedUnit[]): string[] => units.map(({ path }) => path as string);

it("leaves out plans of what can't be evaluated, alone or among several, and of nothing else", () => {
  const units = ["a", "b", "c", "d"].map((path) => unit(path, "plan"));
  const problems = [
    problem("not-evaluated", "a"),
    problem("not-evaluated", null, ["b"]),
    problem("missing-dependency", "c"),
  ];
  expect(names(runnable(units, problems))).toEqual(["c", "d"]);
});

it("keeps applies, so that what depends on them is not started", () => {
  expect(names(runnable([unit("a", "apply")], [problem("not-evaluated", "a")]))).toEqual(["a"]);
});
