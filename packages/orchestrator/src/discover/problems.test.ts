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

it("is one problem for all units that it hits, whose messages differ by their own names alone", () => {
  const problems = evaluationProblems([
    broken("prod/a", "no file above prod/a"),
    broken("prod/b", "no file above prod/b"),
  ]);
  expect(problems).toMatchObject([{ message: "no file above prod/a", units: ["prod/a", "prod/b"] }]);
});

it("says whose the message is, where it says something else of others", () => {
  const problems = evaluationProblems([broken("prod/a", "no index 1"), broken("prod/b", "no index 2")]);
  expect(problems).toMatchObject([
    {
      message: "no index 1 That is said of `prod/a`; of 1 of the others something else is.",
      units: ["prod/a", "prod/b"],
    },
  ]);
});
