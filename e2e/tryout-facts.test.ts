import { expect, it } from "vitest";
import { FACTS, judge } from "../tryout/facts.ts";
import { endText, isWell, planText, stepText, type Taken } from "../tryout/report.ts";
import { namesOf } from "../tryout/repositories.ts";
import type { Step } from "../tryout/stage.ts";
import { STEPS } from "../tryout/steps.ts";

const [step] = STEPS;
const one: Step = step ?? {
  id: "x",
  does: "x",
  minutes: 1,
  where: "anywhere",
  run: () => Promise.reject(new Error("x")),
};
const saw = (ok: boolean, fact = "survivor", holds = ok): Taken => ({
  step: one,
  kind: "seen",
  seen: {
    checks: [{ what: "the run ends well", ok, detail: "failure: Plan" }],
    facts: [{ fact, holds, because: "it was seen" }],
  },
});
const verdictOf = (taken: readonly Taken[], id: string) =>
  judge(taken.flatMap((each) => (each.kind === "seen" ? each.seen.facts : []))).find(({ fact }) => fact.id === id)
    ?.verdict;

it("every fact is settled by a step that there is, or says why none settles it", () => {
  const steps = new Set(STEPS.map(({ id }) => id));
  expect(FACTS.filter(({ settledBy }) => settledBy.step !== null && !steps.has(settledBy.step))).toEqual([]);
  expect(new Set(FACTS.map(({ id }) => id)).size).toBe(FACTS.length);
  expect(new Set(STEPS.map(({ id }) => id)).size).toBe(STEPS.length);
});

it("what no step has seen is not shown, and one look against a fact outweighs those for it", () => {
  expect(verdictOf([], "survivor")).toBe("not shown");
  expect(verdictOf([saw(true)], "survivor")).toBe("holds");
  expect(verdictOf([saw(true), saw(true, "survivor", false), saw(true)], "survivor")).toBe("does not hold");
  expect(verdictOf([saw(true, "no such fact")], "survivor")).toBe("not shown");
});

it("a release may be made only when every step was taken and looked at something that holds", () => {
  expect(isWell([saw(true)])).toBe(true);
  expect(isWell([])).toBe(false);
  expect(isWell([saw(true), saw(false)])).toBe(false);
  expect(isWell([saw(true), { step: one, kind: "broken", message: "m" }])).toBe(false);
  expect(isWell([saw(true), { step: one, kind: "left-out", why: "w" }])).toBe(false);
  expect(isWell([{ step: one, kind: "seen", seen: { checks: [], facts: [] } }])).toBe(false);
});

it("the plan names what is made and each step before anything is, and says that it is deleted", () => {
  const names = namesOf("acme", "1234");
  const text = planText(names, STEPS, { keep: false, jobs: 30, visibility: "private" });
  for (const part of [
    "acme/pipelines-tryout-1234-live",
    "acme/pipelines-tryout-1234-tool",
    "30 jobs",
    "both are deleted, and nothing else is",
  ]) {
    expect(text).toContain(part);
  }
  for (const { id, does } of STEPS) expect(text).toMatch(new RegExp(`^ {2}${id} +${does.slice(0, 20)}`, "m"));
  expect(planText(names, STEPS, { keep: true, jobs: 30, visibility: "private" })).toContain("both are kept (--keep)");
});

it("the end tells failed checks with what was seen, and each fact with why", () => {
  expect(stepText(saw(false))).toContain("✗ the run ends well (failure: Plan)");
  const text = endText([saw(true), { step: one, kind: "broken", message: "m" }]);
  expect(text).toContain("holds: it was seen");
  expect(text).toContain("not shown: it would take six hours");
  expect(text).toMatch(/1 of 1 checks hold, 1 steps broke off, 0 were left out; 1 of \d+ facts were shown\./);
});
