import { UnitPath } from "@pipelines/core/contracts/unit-path";
import { expect, it } from "vitest";
import type { Examined } from "./examine.ts";
import { evaluationProblems } from "./problems.ts";

/** A unit that is broken at one place of a shared file. */
const broken = (name: string, message: string): Examined => ({
  facts: {
    path: UnitPath.parse(name),
    ...{
      dependencies: [],
      reads: new Map(),
      located: new Set(),
      places: new Map(),
      notEvaluated: null,
      exclusion: null,
    },
  },
  diagnosis: { kind: "broken", file: "root.hcl", line: 3, message, unset: [], ofValues: false },
  ...{ missingModule: null, expansions: [], listed: [], outside: [], places: new Map() },
});

const noText = (): null => null;

it("is one problem for all units that it hits, whose messages differ by their own names alone", () => {
  const problems = evaluationProblems(
    [broken("prod/a", "no file above prod/a"), broken("prod/b", "no file above prod/b")],
    noText,
  );
  expect(problems).toMatchObject([{ message: "no file above prod/a", units: ["prod/a", "prod/b"] }]);
});

it("says whose the message is, where it says something else of others", () => {
  const problems = evaluationProblems([broken("prod/a", "no index 1"), broken("prod/b", "no index 2")], noText);
  expect(problems).toMatchObject([
    {
      message: "no index 1 That is said of `prod/a`; of 1 of the others something else is.",
      units: ["prod/a", "prod/b"],
    },
  ]);
});

it.each([
  ['inputs = {\n{{- if .A }}\n  a = "{{ .A }}"\n{{- end }}\n}\n', true],
  ["{{ range .All }}\n", true],
  ["{% if cookiecutter.a %}\n", true],
  ["inputs = { a = [{{ }] }\n", false],
  ["inputs = { a = {b = 1}} }\n", false],
])("names `ignore` where %j looks like a template for a generator of code: %s", (text, isAdvised) => {
  const [problem] = evaluationProblems([broken("prod/a", "no HCL")], () => text);
  expect(problem?.message.includes("`ignore`: `prod/a/**`")).toBe(isAdvised);
});
